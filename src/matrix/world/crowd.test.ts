import { expect, test } from "vitest";
import type { JobView } from "../../job/view.ts";
import { type AgentId, agentId } from "../../protocol/ids.ts";
import { CLOCK_PERIOD_S } from "../stage/clock.ts";
import type { AgentField } from "./agent-table.ts";
import { createAvatars } from "./avatars.ts";
import { JOB_TINTS, rgbOf } from "./colors.ts";
import { gatePlace } from "./gate-place.ts";
import { type ClipName, clipIndex } from "./motion.ts";
import { createFakeWorld, loadCommittedAvatar, makeAgent, makeJob, swarm } from "./testing/fake-world.ts";

function setUp(count: number, options = {}) {
  const world = createFakeWorld(count, options);
  const { crowd, roster } = world.context;
  crowd.setClipSeconds(new Map<ClipName, number>([["celebrate", 2]]));
  const slotOf = (id: string) => roster.slotOf(agentId(id)) ?? -1;
  const of = (id: string, field: AgentField) => rounded(crowd.table.get(slotOf(id), field));
  return { ...world, crowd, roster, slotOf, of };
}

/** The same with the figures of everybody, who are drawn when they are told of. */
async function setUpDrawn(count: number) {
  const world = setUp(count);
  const avatars = createAvatars(world.context, loadCommittedAvatar);
  await avatars.ready;
  return {
    ...world,
    drawn: avatars.agentsDrawn,
    dispose() {
      avatars.dispose();
      world.dispose();
    },
  };
}
const rounded = (values: readonly number[]) => values.map((value) => Math.round(value * 1e3) / 1e3);
const clips = (from: ClipName, to: ClipName) => [clipIndex(from), clipIndex(to)];
const jobOf = (id: string, differs: Partial<JobView> = {}): JobView => ({
  ...makeJob(makeAgent(0, { id: agentId(id) })),
  ...differs,
});

test("every agent is in the table where it stands, in its colour, and in exactly one list", async () => {
  const { crowd, drawn, roster, of, step, dispose } = await setUpDrawn(400);
  step();
  for (const { id, view, at, phase } of roster.standing) {
    expect([of(id, "place")[0], of(id, "place")[1], of(id, "place")[3]]).toEqual(
      rounded([at.x, at.z, phase]),
    );
    expect(of(id, "tint")).toEqual(rounded([...rgbOf(view.color), view.budgetStress]));
  }
  const listed = [crowd.near, crowd.far, crowd.points].flatMap(({ values, count }) => [
    ...values.subarray(0, count),
  ]);
  expect(listed.toSorted((a, b) => a - b)).toEqual(roster.standing.map((_, slot) => slot));
  expect(drawn()).toBe(400);
  dispose();
});

test("a new pose cross-fades from the old one, and is then kept", () => {
  const { put, of, step, dispose } = setUp(5);
  step();
  put(agentId("alpha"), { pose: "working" });
  step();
  expect(of("alpha", "motion").slice(0, 2)).toEqual(clips("idle", "working"));
  expect(of("alpha", "motion")[3]).toBeGreaterThan(0);
  expect(of("alpha", "was").slice(1, 2)).toEqual([0.8]);
  expect(of("alpha", "look")[2]).toBeCloseTo(1.15);
  step(500);
  expect(of("alpha", "motion")).toEqual([...clips("working", "working"), -1, -1]);
  expect(of("alpha", "was").slice(1)).toEqual([1.15, of("alpha", "mind")[2], -1]);
  expect(of("beta", "motion").slice(0, 2)).toEqual(clips("idle", "idle"));
  dispose();
});

test("a gesture plays once and the pose of that moment returns", () => {
  const { put, state, of, step, dispose } = setUp(5);
  step(100);
  state.cues.emit({ kind: "gesture", agentId: agentId("gamma"), gesture: "celebrate" });
  step();
  expect(of("gamma", "motion").slice(0, 2)).toEqual(clips("idle", "celebrate"));
  put(agentId("gamma"), { pose: "offering" });
  step(60);
  expect(of("gamma", "motion").slice(0, 2)).toEqual(clips("idle", "celebrate"));
  const heading = of("gamma", "place")[2];
  step(120);
  expect(of("gamma", "motion").slice(0, 2)).toEqual(clips("celebrate", "offering"));
  expect(of("gamma", "place")[2]).not.toBe(heading);
  dispose();
});

test("those who face the gate turn after it when the swarm grows and shrinks; nobody else does", () => {
  const { put, state, roster, of, step, dispose } = setUp(5);
  put(agentId("alpha"), { pose: "waiting" });
  put(agentId("gamma"), { pose: "offering" });
  step(10);
  const ids = ["alpha", "gamma", "beta"];
  const few = state.agents.get();
  const headings = () => ids.map((id) => of(id, "place")[2] ?? Number.NaN);
  const toGate = () => {
    const gate = gatePlace(roster);
    return ids.slice(0, 2).map((id) => {
      const { x = 0, z = 0 } = roster.find(agentId(id))?.at ?? {};
      return Math.atan2(gate.x - x, gate.z - z);
    });
  };
  const isOnGate = () => toGate().map((to, i) => Math.abs(to - (headings()[i] ?? 0)) < 0.03);
  const before = headings();
  expect(isOnGate()).toEqual([true, true]);
  for (const agents of [new Map([...swarm(3000), ...few]), few]) {
    state.agents.set(agents);
    step();
    expect(isOnGate()).toEqual([true, true]);
    // They turn, and that is over when the shaders' clock comes round.
    expect(of("alpha", "was")[3]).toBeGreaterThan(0);
    step(500);
    expect(of("alpha", "was")[3]).toBe(-1);
  }
  expect(headings()[2]).toBe(before[2]);
  // Who faces it no longer stays as it is.
  put(agentId("alpha"), { pose: "asleep" });
  step(500);
  const asleep = headings()[0];
  state.agents.set(new Map([...swarm(3000), ...state.agents.get()]));
  step();
  expect([headings()[0], headings()[0] === toGate()[0]]).toEqual([asleep, false]);
  dispose();
});

test("a gesture of somebody unknown, or of one who has just left, changes nothing", async () => {
  const { state, remove, drawn, step, dispose } = await setUpDrawn(5);
  step();
  remove(agentId("beta"));
  for (const id of ["nobody", "beta"]) {
    state.cues.emit({ kind: "gesture", agentId: agentId(id), gesture: "refuse" });
  }
  step(400);
  expect(drawn()).toBe(4);
  dispose();
});

test("who leaves gives its slot to the last, of whom nothing else changes", () => {
  const { remove, slotOf, of, put, step, dispose } = setUp(8);
  put(agentId("agent-7"), { pose: "offering" });
  step(500);
  const fields = ["place", "tint", "motion", "look", "mind", "work", "was", "fill"] as const;
  const all = () => fields.map((field) => of("agent-7", field));
  const before = all();
  const slot = slotOf("timmy");
  remove(agentId("timmy"));
  step(200);
  expect([slotOf("agent-7"), all()]).toEqual([slot, before]);
  dispose();
});

test("who leaves is shown leaving, and is not counted among the drawn", async () => {
  const { remove, drawn, roster, of, step, dispose } = await setUpDrawn(8);
  step(10);
  remove(agentId("agent-6"));
  step();
  expect(of("agent-6", "look")[1]).toBeGreaterThan(0);
  expect([roster.standing.length, drawn()]).toEqual([8, 7]);
  step(200);
  expect([roster.standing.length, drawn()]).toEqual([7, 7]);
  dispose();
});

test("as many are drawn as there are, whoever comes and goes", async () => {
  const { state, drawn, step, dispose } = await setUpDrawn(60);
  step();
  const counts: number[] = [];
  for (const size of [2000, 3, 0, 700, 40]) {
    state.agents.set(swarm(size));
    step(2);
    counts.push(drawn());
  }
  expect(counts).toEqual([2000, 3, 0, 700, 40]);
  dispose();
});

test("the selected agent is told from the others, and no longer when another is", () => {
  const { selected, of, step, dispose } = setUp(5);
  const chosen = () => ["timmy", "alpha", "beta"].map((id) => of(id, "look")[3]);
  const seen: unknown[] = [];
  for (const id of ["alpha", "beta", undefined]) {
    selected.set(id as AgentId | undefined);
    step();
    seen.push(chosen());
  }
  expect(seen).toEqual([
    [0, 1, 0],
    [0, 0, 1],
    [0, 0, 0],
  ]);
  dispose();
});

test("a job's ring is as full as it is when first seen, then fills from phase to phase", () => {
  const { put, crowd, slotOf, of, step, dispose } = setUp(5);
  const ringed = () => [...crowd.ringed.values.subarray(0, crowd.ringed.count)];
  put(agentId("alpha"), { job: jobOf("alpha", { progress: 0.1 }) });
  step(10);
  expect([of("alpha", "work"), of("alpha", "fill").slice(0, 3), ringed()]).toEqual([
    [0.1, 1, 0, JOB_TINTS.indexOf("attention")],
    [0.1, -1, -1],
    [slotOf("alpha")],
  ]);
  put(agentId("alpha"), { job: jobOf("alpha", { progress: 0.3, awaitingPayment: false, tint: "calm" }) });
  step();
  expect([of("alpha", "work"), of("alpha", "fill")[0], (of("alpha", "fill")[1] ?? 0) > 0]).toEqual([
    [0.3, 0, 0, JOB_TINTS.indexOf("calm")],
    0.1,
    true,
  ]);
  step(600);
  expect(of("alpha", "fill").slice(0, 3)).toEqual([0.3, -1, -1]);
  dispose();
});

test("a job that ends shows how, and its ring is gone a moment later", () => {
  const { put, state, selected, crowd, of, step, dispose } = setUp(5);
  const endings = {
    alpha: { gesture: "celebrate", work: [1, 0, 0, JOB_TINTS.indexOf("good")] },
    beta: { gesture: "refuse", work: [0.8, 0, 0, JOB_TINTS.indexOf("trouble")] },
    gamma: { gesture: undefined, work: [0.8, 0, 0, JOB_TINTS.indexOf("calm")] },
  } as const;
  for (const id of Object.keys(endings)) {
    put(agentId(id), { job: jobOf(id, { progress: 0.8, awaitingPayment: false, tint: "calm" }) });
  }
  step(10);
  for (const [id, { gesture }] of Object.entries(endings)) {
    if (gesture) state.cues.emit({ kind: "gesture", agentId: agentId(id), gesture });
    put(agentId(id), { job: undefined });
  }
  step();
  for (const [id, { work }] of Object.entries(endings)) {
    expect([id, of(id, "work")]).toEqual([id, work]);
    expect(of(id, "fill")[2]).toBeGreaterThan(0);
  }
  expect(crowd.ringed.count).toBe(3);
  step(150);
  selected.set(agentId("gamma"));
  expect(of("gamma", "work")[3]).toBe(-1);
  step(450);
  expect(crowd.ringed.count).toBe(0);
  dispose();
});

test("the busy are counted, whoever ends a job, leaves with one, or comes back", () => {
  const { put, remove, state, crowd, step, dispose } = setUp(5);
  const busy: number[] = [];
  const look = () => {
    step();
    busy.push(crowd.busy);
  };
  for (const id of ["alpha", "beta", "gamma"]) put(agentId(id), { job: jobOf(id) });
  look();
  put(agentId("alpha"), { job: undefined });
  look();
  const before = state.agents.get();
  remove(agentId("beta"));
  look();
  state.agents.set(before);
  look();
  remove(agentId("gamma"));
  step(200);
  look();
  state.agents.set(swarm(0));
  look();
  step(200);
  look();
  expect(busy).toEqual([3, 2, 1, 2, 1, 0, 0]);
  dispose();
});

test("a change of mind in the middle of another goes on from where it is", () => {
  const { put, of, step, dispose } = setUp(5);
  step();
  const presence = () => [of("alpha", "was")[1], of("alpha", "look")[2]];
  put(agentId("alpha"), { pose: "asleep" });
  step();
  expect(presence()).toEqual([0.8, 0.34]);
  step(27);
  put(agentId("alpha"), { pose: "idle" });
  step();
  const [from = 0, to] = presence();
  expect([from > 0.4 && from < 0.75, to]).toEqual([true, 0.8]);
  dispose();
});

test("nothing the shaders' clock could come round to is kept, however long an agent stands", () => {
  const { state, put, of, step, dispose } = setUp(5);
  step(20);
  put(agentId("delta"), { pose: "asleep", job: jobOf("delta") });
  state.cues.emit({ kind: "gesture", agentId: agentId("delta"), gesture: "celebrate" });
  step(20);
  put(agentId("delta"), { job: undefined });
  step(CLOCK_PERIOD_S, 1);
  const times = [
    of("delta", "motion").slice(2),
    of("delta", "look").slice(0, 2),
    of("delta", "was").slice(3),
  ];
  expect([...times, of("delta", "fill").slice(1, 3)].flat()).toEqual([-1, -1, -1, -1, -1, -1, -1]);
  dispose();
});

test("an agent with a stress out of range is drawn within it", () => {
  const { put, of, step, dispose } = setUp(5);
  const seen = [-1, 7, Number.NaN].map((budgetStress) => {
    put(agentId("alpha"), { budgetStress });
    step();
    return of("alpha", "tint")[3];
  });
  expect(seen).toEqual([0, 1, 0]);
  dispose();
});
