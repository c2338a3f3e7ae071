import { completed, invoiceRequest, settled, started } from "../../../job/testing/facts.ts";
import { decodeTowerMessage } from "../../../protocol/codec.ts";
import { type AgentId, agentId, jobId, seq, timestamp } from "../../../protocol/ids.ts";
import { WORLD_FEATURES } from "../../features.ts";
import { createNullStage } from "../../stage/null-stage.ts";
import { createMatrix } from "../../state/inbox.ts";
import type { AvatarModel } from "../avatar-loader.ts";
import { createAvatars } from "../avatars.ts";
import { agentsDrawnBy, createWorldContext, type WorldContext, type WorldFeature } from "../context.ts";
import { createLabels } from "../labels.ts";
import { SETTLED_S } from "../living.ts";
import { LEAVE_S } from "../motion.ts";
import { createFakePen } from "./fake-pen.ts";
import { createValue, loadCommittedAvatar } from "./fake-world.ts";

/** The committed figures, read once for all the worlds of a test file: nobody writes to them. */
let model: Promise<AvatarModel> | undefined;

/** Features that need a browser, as they are made without one. */
const STAND_INS: Readonly<Record<string, (context: WorldContext) => WorldFeature>> = {
  avatars: (context) => {
    const load = () => {
      model ??= loadCommittedAvatar(context.stage.scene);
      return model;
    };
    return createAvatars(context, load, (error) => {
      throw error;
    });
  },
  labels: (context) => createLabels(context, createFakePen()),
};

/** How many agents a part of a snapshot tells of. */
const AGENTS_A_PART = 500;
const ROLES = ["analyst", "writer", "researcher", "reviewer", "worker", "scout"];

/** The agents of a tower with `count` of them, as it writes them. */
const recordOf = (n: number) => ({
  agentId: `agent-${n}`,
  label: `Agent ${n}`,
  role: ROLES[n % ROLES.length],
  color: "#4fd8ff",
  state: "idle",
});

/** The whole world and its state, which hears a tower text for text. Nothing is drawn. */
export async function createWholeWorld(onMisfit: () => void = () => {}) {
  let pending: (() => void) | undefined;
  const { state, inbox, dispose } = createMatrix({
    schedule: (flush) => {
      pending = flush;
      return () => {
        pending = undefined;
      };
    },
    onMisfit,
  });
  const { stage, dispose: disposeStage } = createNullStage();
  const selected = createValue<AgentId | undefined>(undefined);
  const context = createWorldContext({
    stage,
    state,
    selected,
    onSelect: selected.set,
    fontFamily: "monospace",
  });
  const features = WORLD_FEATURES.map(({ name, create }) => (STAND_INS[name] ?? create)(context));
  await Promise.all(features.map(({ ready }) => ready));

  inbox.linkChanged({ status: "live" });
  return {
    stage,
    state,
    context,
    selected,
    features,
    agentsDrawn: () => agentsDrawnBy(features),
    /** Returns whether it was understood. */
    hear(text: string, live = true): boolean {
      const decoded = decodeTowerMessage(text);
      if (decoded.kind === "message") inbox.apply(decoded.message, { live });
      return decoded.kind === "message";
    },
    step(dt = 1 / 60): void {
      pending?.();
      stage.step(dt);
    },
    dispose() {
      for (const feature of features.toReversed()) feature.dispose();
      context.dispose();
      disposeStage();
      dispose();
    },
  };
}

/** The whole world and a tower with `count` agents that says nothing wrong. */
export async function createLiveWorld(count: number) {
  const world = await createWholeWorld(() => {
    throw new Error("what the tower of a test says does not fit together");
  });
  const { step } = world;

  function hear(text: string, live = true): void {
    if (!world.hear(text, live)) throw new Error(`not a message: ${text.slice(0, 200)}`);
  }
  const say = (message: object, live = true) => hear(JSON.stringify(message), live);

  say({ type: "subscribed", role: "visitor", mode: "snapshot", epoch: "e1", seq: 0 }, false);
  for (let part = 0; part * AGENTS_A_PART < Math.max(1, count); part++) {
    const length = Math.min(AGENTS_A_PART, count - part * AGENTS_A_PART);
    const agents = Array.from({ length }, (_, n) => recordOf(part * AGENTS_A_PART + n));
    const last = (part + 1) * AGENTS_A_PART >= count;
    say({ type: "snapshot_part", part, last, agents }, false);
  }
  say({ type: "treasury_state", treasurySats: 142_800, dailyBurnSats: 12_400, netTodaySats: 5_800 });
  step();

  return { ...world, hear, say };
}

export type LiveWorld = Awaited<ReturnType<typeof createLiveWorld>>;

/** How many come, and then leave, in each frame of {@link comeAndGo}. */
const WAVE = 50;

/** So many agents come and leave again, in waves, entrances and exits and all. */
export function comeAndGo({ say, step }: Pick<LiveWorld, "say" | "step">, count: number): void {
  for (let first = 0; first < count; first += WAVE) {
    for (let n = first; n < Math.min(count, first + WAVE); n++)
      say({ type: "agent_joined", agentId: `guest-${n}`, role: ROLES[n % ROLES.length] });
    step();
    for (let n = first; n < Math.min(count, first + WAVE); n++)
      say({ type: "agent_left", agentId: `guest-${n}` });
    step();
  }
  // Exits take their time, and so does all that is told of an agent after it.
  for (let waited = 0; waited < SETTLED_S + LEAVE_S; waited += 0.1) step(0.1);
}

/** How many jobs of a day are open at once when nothing else is said. */
const JOBS_AT_ONCE = 24;
/** One message in so many is of a job; one in so many is a figure of the treasury. */
const JOB_EVERY = 8;
const TREASURY_EVERY = 100;
const LIFE = [
  started(),
  invoiceRequest("eval"),
  settled("eval"),
  invoiceRequest("work"),
  settled("work"),
  completed("completed", 60),
];
const STATES = ["idle", "working", "thinking", "deep_focus", "active"];

/**
 * An endless day of a tower with `count` agents, message by message: minds change, jobs are paid and done, sats move.
 * After as many messages of jobs there are `jobsAtOnce` of them open.
 */
export function* day(count: number, jobsAtOnce = JOBS_AT_ONCE): Generator<string, never> {
  let fact = 0;
  for (let n = 0; ; n++) {
    if (n % TREASURY_EVERY === 0) {
      yield JSON.stringify({
        type: "treasury_state",
        treasurySats: 142_800 + n,
        dailyBurnSats: 12_400,
        netTodaySats: 5_800,
      });
    } else if (n % JOB_EVERY === 0) {
      const round = Math.floor(fact / (jobsAtOnce * LIFE.length));
      const job = round * jobsAtOnce + (fact % jobsAtOnce);
      const step = Math.floor(fact / jobsAtOnce) % LIFE.length;
      fact += 1;
      yield JSON.stringify({
        ...LIFE[step],
        jobId: jobId(`job-${job}`),
        ...((step === 0 || step === LIFE.length - 1) && { agentId: agentId(`agent-${(job * 37) % count}`) }),
        seq: seq(fact),
        prev: seq(fact - 1),
        at: timestamp(fact * 1_000),
      });
    } else {
      yield JSON.stringify({
        type: "agent_state",
        agentId: agentId(`agent-${(n * 7_919) % count}`),
        state: STATES[n % STATES.length],
        focusTopic: "sentiment",
        engagement: (n % 100) / 100,
        coherence: 0.85,
        budgetStress: (n % 10) / 10,
      });
    }
  }
}
