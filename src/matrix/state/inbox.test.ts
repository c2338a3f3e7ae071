import { expect, test } from "vitest";
import { startJob, stepJob } from "../../job/step.ts";
import {
  claimed,
  completed,
  invoiceRequest,
  placed,
  refunded,
  settled,
  started,
} from "../../job/testing/facts.ts";
import { jobView } from "../../job/view.ts";
import { AGENT_DEFS } from "../../protocol/agent-defs.ts";
import type { Fact, FactOf } from "../../protocol/facts.ts";
import { agentId, epoch, jobId, ownerId, requestId, seq, timestamp } from "../../protocol/ids.ts";
import type { TowerMessage } from "../../protocol/messages.ts";
import type { AgentRecord, Funding, JobRecord } from "../../protocol/records.ts";
import { sats } from "../../protocol/units.ts";
import { createMatrix } from "./inbox.ts";
import { KEPT_CLOSED_JOBS } from "./jobs.ts";
import type { Cue } from "./model.ts";

function open() {
  let pending: (() => void) | undefined;
  let misfits = 0;
  const cues: Cue[] = [];
  const matrix = createMatrix({
    schedule: (flush) => {
      pending = flush;
      return () => {
        pending = undefined;
      };
    },
    onMisfit: () => {
      misfits += 1;
    },
  });
  matrix.state.cues.subscribe((cue) => cues.push(cue));
  const apply = (live: boolean, messages: readonly TowerMessage[]) => {
    for (const message of messages) matrix.inbox.apply(message, { live });
    pending?.();
  };
  return {
    ...matrix,
    cues,
    misfits: () => misfits,
    isPending: () => pending !== undefined,
    flush: () => pending?.(),
    live: (...messages: readonly TowerMessage[]) => apply(true, messages),
    missed: (...messages: readonly TowerMessage[]) => apply(false, messages),
  };
}
type Opened = ReturnType<typeof open>;

const ALPHA = agentId("alpha");
const JOB = started().jobId;
const toExecuting = [invoiceRequest("eval"), settled("eval"), invoiceRequest("work"), settled("work")];
const whole = [
  ...toExecuting,
  completed("completed", 60, { result: "Six words.", actualCostSats: sats(140) }),
  claimed(60),
  refunded(60),
];
const life = (facts: Parameters<typeof placed>[0], funding: Funding = "invoice"): readonly Fact[] => [
  started(funding),
  ...placed(facts),
];
const recordAfter = (facts: Parameters<typeof stepJob>[1][]): JobRecord =>
  placed(facts).reduce(stepJob, startJob(started()));
const texts = ({ state }: Opened) => state.chat.get().map(({ text }) => text);

test("before any tower has spoken the agents that every tower starts with are there, asleep", () => {
  const { state } = open();
  expect([...state.agents.get().keys()]).toEqual(AGENT_DEFS.map(({ id }) => id));
  expect(state.agents.get().get(ALPHA)).toEqual({
    id: "alpha",
    label: "Alpha",
    color: "#4fd8ff",
    role: "analyst",
    direction: 135,
    x: -7,
    z: 4,
    pose: "asleep",
    state: "offline",
    focusTopic: undefined,
    engagement: 0,
    coherence: 1,
    budgetStress: 0,
    job: undefined,
    openJobs: 0,
  });
  expect([state.agentCount.get(), state.jobs.get(), state.chat.get()]).toEqual([5, [], []]);
});

test("a whole job, live: what it is, what the agent does, which sats fly", () => {
  const it = open();
  for (const fact of life(whole)) it.live(fact);
  expect(it.state.jobs.get()).toEqual([jobView(recordAfter(whole))]);
  const agent = { kind: "agent", agentId: "alpha" };
  const gesture = (name: string) => ({ kind: "gesture", agentId: "alpha", gesture: name });
  expect(it.cues).toEqual([
    gesture("accept"),
    { kind: "sats", from: { kind: "gate" }, to: agent, amountSats: 10 },
    { kind: "sats", from: agent, to: { kind: "core" }, amountSats: 10 },
    gesture("accept"),
    { kind: "sats", from: { kind: "gate" }, to: agent, amountSats: 200 },
    gesture("celebrate"),
    { kind: "sats", from: agent, to: { kind: "core" }, amountSats: 140 },
    gesture("hand_back"),
    { kind: "sats", from: agent, to: { kind: "gate" }, amountSats: 60 },
  ]);
  expect(it.misfits()).toBe(0);
});

test("the same job missed and caught up on is the same, and nothing is re-enacted", () => {
  const it = open();
  it.missed(...life(whole));
  const live = open();
  live.live(...life(whole));
  expect(it.state.jobs.get()).toEqual(live.state.jobs.get());
  expect(it.state.chat.get()).toEqual(live.state.chat.get());
  expect(it.cues).toEqual([]);
});

test("the eval fee flows to the core with the verdict, refusal included; the treasury pays from the core", () => {
  const it = open();
  it.live(...life([invoiceRequest("eval"), settled("eval"), completed("rejected", 0, { error: "No." })]));
  expect(it.cues.filter(({ kind }) => kind === "sats").at(-1)).toEqual({
    kind: "sats",
    from: { kind: "agent", agentId: "alpha" },
    to: { kind: "core" },
    amountSats: 10,
  });
  const paid = open();
  paid.live(...life([invoiceRequest("work"), settled("work")], "treasury"));
  expect(paid.cues.filter(({ kind }) => kind === "sats")).toEqual([
    { kind: "sats", from: { kind: "core" }, to: { kind: "agent", agentId: "alpha" }, amountSats: 200 },
  ]);
});

test("an agent's pose follows its leading job before its own state", () => {
  const it = open();
  const pose = () => it.state.agents.get().get(ALPHA)?.pose;
  it.live({
    type: "agent_state",
    agentId: ALPHA,
    state: "deep_focus",
    focusTopic: "review",
    engagement: 0.9,
  });
  expect(it.state.agents.get().get(ALPHA)).toMatchObject({
    pose: "deep_focus",
    focusTopic: "review",
    engagement: 0.9,
  });
  const seen = life(toExecuting).map((fact) => {
    it.live(fact);
    return pose();
  });
  expect(seen).toEqual(["waiting", "waiting", "thinking", "offering", "working"]);
  expect(it.state.agents.get().get(ALPHA)).toMatchObject({ openJobs: 1, job: { phase: "executing" } });
  it.live({ ...completed("completed"), seq: seq(6), at: timestamp(6_000) });
  expect(pose()).toBe("deep_focus");
  const words = ["idle", "active", "thinking", "paused", "offline", "constructor", "dreaming"].map(
    (state) => {
      it.live({ type: "agent_state", agentId: ALPHA, state });
      return pose();
    },
  );
  expect(words).toEqual(["idle", "working", "thinking", "asleep", "asleep", "idle", "idle"]);
  // A mind that names no topic has none.
  expect(it.state.agents.get().get(ALPHA)?.focusTopic).toBeUndefined();
});

test("agents come and go, and the tower's count stands", () => {
  const it = open();
  const echo: FactOf<"agent_joined"> = {
    type: "agent_joined",
    agentId: agentId("echo"),
    label: "Echo",
    role: "research",
    color: "#ffffff",
  };
  it.live(echo);
  expect([it.state.agents.get().size, it.state.agentCount.get()]).toEqual([6, 6]);
  // It said nothing about where it stands: the world finds it a place.
  expect(it.state.agents.get().get(echo.agentId)).toMatchObject({ x: undefined, z: undefined });
  it.live({ type: "agent_left", agentId: echo.agentId }, { type: "agent_count", count: 900 });
  expect([it.state.agents.get().size, it.state.agentCount.get()]).toEqual([5, 900]);
  it.live({ type: "agent_state", agentId: echo.agentId, state: "idle" });
  expect(it.state.agents.get().has(echo.agentId)).toBe(false);
});

test("`connection` with all its agents replaces the ones that are gone; with some of them it does not", () => {
  const beta: AgentRecord = {
    agentId: agentId("beta"),
    label: "Beta",
    role: "writer",
    color: "#c79bff",
    state: "thinking",
    x: 1,
    z: 2,
    direction: 3,
  };
  const some = open();
  some.missed({ type: "connection", status: "connected", agents: [beta], agentCount: 300, wallet: "play" });
  expect([some.state.agents.get().size, some.state.agentCount.get()]).toEqual([5, 300]);
  expect(some.state.me.get()).toEqual({ role: "visitor", ownerId: undefined, playSats: true });
  const all = open();
  all.missed({ type: "connection", status: "connected", agents: [beta], agentCount: 1 });
  expect([...all.state.agents.get().values()].map(({ id, pose }) => [id, pose])).toEqual([
    ["beta", "thinking"],
  ]);
});

const welcome = (at: number): TowerMessage => ({
  type: "subscribed",
  role: "operator",
  mode: "snapshot",
  epoch: epoch("log"),
  seq: seq(at),
  ownerId: ownerId("owner-1"),
});

test("a snapshot is taken when its last part is here, and replaces everything", () => {
  const it = open();
  it.live(...life([...toExecuting, completed("failed", 200)]));
  it.live({
    type: "economy_state",
    balanceSats: sats(1),
    earnedTodaySats: sats(1),
    spentTodaySats: sats(1),
    dailyLimitSats: sats(1),
    pendingInvoices: 1,
  });
  const before = it.state.jobs.get();
  const record: JobRecord = { ...recordAfter(toExecuting), jobId: jobId("other"), seq: seq(40) };
  const agent: AgentRecord = {
    agentId: ALPHA,
    label: "Alpha",
    role: "analyst",
    color: "#4fd8ff",
    state: "working",
  };
  const next = { ...completed("completed"), jobId: record.jobId, seq: seq(42), at: timestamp(42_000) };
  it.missed(welcome(41), {
    type: "snapshot_part",
    part: 0,
    last: false,
    agents: [agent],
    chat: [{ id: "40:0", speaker: { kind: "system" }, text: "a" }],
  });
  it.live(next);
  expect(it.state.jobs.get()).toEqual(before);
  it.cues.length = 0;
  it.missed({
    type: "snapshot_part",
    part: 1,
    last: true,
    jobs: [record],
    chat: [{ id: "40:1", speaker: { kind: "system" }, text: "b" }],
    treasury: { treasurySats: sats(5), dailyBurnSats: sats(6), netTodaySats: sats(-1) },
  });
  expect(it.state.jobs.get()).toEqual([jobView(stepJob(record, next))]);
  expect([...it.state.agents.get().keys()]).toEqual(["alpha"]);
  expect(
    it.state.chat
      .get()
      .slice(0, 2)
      .map(({ text }) => text),
  ).toEqual(["a", "b"]);
  expect(it.state.treasury.get()).toEqual({ treasurySats: 5, dailyBurnSats: 6, netTodaySats: -1 });
  expect([it.state.economy.get(), it.state.purse.get()]).toEqual([undefined, undefined]);
  expect(it.state.me.get()).toMatchObject({ role: "operator", ownerId: "owner-1" });
  // The one fact that came between the parts was live.
  expect(it.cues.map((cue) => (cue.kind === "gesture" ? cue.gesture : cue.kind))).toEqual(["celebrate"]);
});

test("a snapshot with a part missing is not taken, and another is asked for", () => {
  const it = open();
  it.live(...life(toExecuting));
  const before = it.state.jobs.get();
  it.missed(welcome(9), { type: "snapshot_part", part: 1, last: true });
  expect([it.state.jobs.get(), it.misfits()]).toEqual([before, 1]);
});

test("every job of a snapshot shows as its record says and says nothing", () => {
  const it = open();
  const records = [toExecuting.slice(0, 1), toExecuting.slice(0, 3), whole].map(
    (facts, index): JobRecord => ({
      ...recordAfter(facts),
      jobId: jobId(`job-${index}`),
      startedAt: timestamp(index * 1_000),
    }),
  );
  it.missed(welcome(9), { type: "snapshot_part", part: 0, last: true, jobs: records });
  expect(it.state.jobs.get().map(({ jobId: id }) => id)).toEqual(["job-1", "job-0", "job-2"]);
  expect(it.state.jobs.get()).toEqual(
    [records[1], records[0], records[2]].map((record) => jobView(record ?? recordAfter([]))),
  );
  expect([it.cues, it.state.chat.get()]).toEqual([[], []]);
});

test("a fact of the log that the chart forbids changes nothing, and a snapshot is asked for", () => {
  const it = open();
  it.live(...life([invoiceRequest("eval")]));
  const before = it.state.jobs.get();
  it.live({ ...claimed(10), seq: seq(3), at: timestamp(3_000) }, { ...started(), seq: seq(4) });
  expect([it.state.jobs.get(), it.misfits(), texts(it).length]).toEqual([before, 2, 2]);
});

test("an impossible figure is a misfit too, not an error of the page", () => {
  const it = open();
  const most = 2_100_000_000_000_000;
  it.live(...life([invoiceRequest("eval")]));
  const record = {
    ...recordAfter([invoiceRequest("eval"), completed("cancelled", 5)]),
    owedSats: sats(Number.MAX_SAFE_INTEGER),
  };
  it.missed(welcome(3), { type: "snapshot_part", part: 0, last: true, jobs: [record] });
  it.live({ ...settled("eval", { amountSats: sats(most) }), seq: seq(4), at: timestamp(4_000) });
  expect(it.misfits()).toBe(1);
});

test("an older tower is taken at its word", () => {
  const it = open();
  const { seq: _, at: __, ...start } = started();
  it.live(start, completed("completed", 0, { result: "Done." }));
  expect(it.state.jobs.get()).toMatchObject([{ phase: "closed", outcome: "completed", result: "Done." }]);
  expect(texts(it)).toEqual(["Count the words of this sentence.", "Done."]);
  expect(it.cues).toEqual([{ kind: "gesture", agentId: "alpha", gesture: "celebrate" }]);
  expect(new Set(it.state.chat.get().map(({ id }) => id)).size).toBe(2);

  it.live(
    { ...settled("work"), jobId: jobId("unheard-of") },
    { ...invoiceRequest("eval"), jobId: jobId("late") },
  );
  expect(it.state.jobs.get().map(({ jobId: id, phase, agentId: who }) => [id, phase, who])).toEqual([
    ["late", "awaiting_eval_payment", "timmy"],
    ["unheard-of", "executing", "timmy"],
    [JOB, "closed", "alpha"],
  ]);
  it.live({ ...refunded(5), jobId: JOB }, { ...claimed(5), jobId: jobId("late") });
  expect(it.misfits()).toBe(0);
});

test("what an agent writes grows in one line, which its result replaces", () => {
  const it = open();
  it.live(...life(toExecuting));
  const write = (attempt: number, offset: number, text: string) =>
    it.live({ type: "job_progress", jobId: JOB, attempt, offset, text });
  const writing = () => it.state.chat.get().filter(({ id }) => id === `writing:${JOB}`);
  write(1, 0, "Six ");
  write(1, 4, "wor");
  write(1, 99, "lost");
  write(1, 7, "ds");
  expect(writing()).toEqual([
    { id: `writing:${JOB}`, jobId: JOB, speaker: { kind: "agent", agentId: "alpha" }, text: "Six words" },
  ]);
  write(2, 0, "Again");
  write(1, 9, "!");
  expect(writing().map(({ text }) => text)).toEqual(["Again"]);
  it.live({ type: "chat", seq: seq(6), speaker: { kind: "system" }, text: "after" });
  expect(texts(it).slice(-2)).toEqual(["Again", "after"]);
  it.live({ ...completed("completed", 0, { result: "Six words." }), seq: seq(7), at: timestamp(7_000) });
  expect(writing()).toEqual([]);
  expect(texts(it).slice(-2)).toEqual(["after", "Six words."]);
  write(2, 5, "late");
  expect(writing()).toEqual([]);
});

test("lines keep the log's order, once each, and only the newest 1,000", () => {
  const it = open();
  const say = (at: number) =>
    ({ type: "chat", seq: seq(at), speaker: { kind: "system" }, text: `${at}` }) as const;
  it.live(say(10), say(12), say(11), say(12));
  expect(texts(it)).toEqual(["10", "11", "12"]);
  it.live(...Array.from({ length: 1_100 }, (_, n) => say(20 + n)));
  expect([texts(it).length, texts(it)[0], texts(it).at(-1)]).toEqual([1_000, "120", "1119"]);
});

test("what is under way ends with the tower's answer or with the fact", () => {
  const it = open();
  const ask = (id: string) => ({ requestId: requestId(id) });
  it.live(...life([invoiceRequest("eval")]));
  it.inbox.sent({ type: "job_request", agentId: ALPHA, request: "x", funding: "invoice", ...ask("a") });
  it.inbox.sent({ type: "pay_invoice", jobId: JOB, invoiceType: "eval", ...ask("b") });
  it.inbox.sent({ type: "job_cancel", jobId: JOB, ...ask("c") });
  it.inbox.sent({ type: "purse_topup", ...ask("d") });
  const sending = () => [...it.state.sending.get()];
  expect(sending()).toEqual(["a", "b", "c", "d"]);
  it.live({ type: "accepted", requestId: requestId("d") });
  it.live({ ...settled("eval"), seq: seq(3), at: timestamp(3_000) });
  it.live({ ...started(), jobId: jobId("new"), seq: seq(4), requestId: requestId("a") });
  expect(sending()).toEqual(["c"]);
  it.live({ type: "error", code: "illegal_event", message: "Too late.", ...ask("c") });
  it.live({ type: "error", code: "internal", message: "The tower failed." });
  expect(sending()).toEqual([]);
  expect(it.state.notices.get()).toEqual([
    { id: "c", code: "illegal_event", message: "Too late." },
    { id: "notice:2", code: "internal", message: "The tower failed." },
  ]);
});

test("open jobs come first, newest first; of closed ones the last 200 are kept", () => {
  const it = open();
  const one = (n: number): readonly Fact[] => {
    const id = { jobId: jobId(`job-${n}`) };
    return [
      { ...started(), ...id, seq: seq(10 * n + 1) },
      { ...invoiceRequest("eval"), ...id, seq: seq(10 * n + 2) },
      { ...completed("cancelled"), ...id, seq: seq(10 * n + 3) },
    ];
  };
  const count = KEPT_CLOSED_JOBS + 50;
  for (let n = 0; n < count; n += 1) it.live(...one(n));
  it.live(...one(count).slice(0, 2), ...one(count + 1).slice(0, 2));
  const ids = it.state.jobs.get().map(({ jobId: id }) => Number(id.slice(4)));
  expect(ids).toEqual([
    count + 1,
    count,
    ...Array.from({ length: KEPT_CLOSED_JOBS }, (_, n) => count - 1 - n),
  ]);
  // A late payment of a job that is no longer kept is no misfit.
  it.live({ ...settled("eval"), jobId: jobId("job-0"), seq: seq(99_999) });
  expect(it.misfits()).toBe(0);
});

test("readers are told once a batch, cues after them, and a value is never late", () => {
  const it = open();
  const told: string[] = [];
  const undo = [
    it.state.jobs.subscribe(() => told.push("jobs")),
    it.state.agents.subscribe(() => told.push("agents")),
    it.state.chat.subscribe(() => told.push("chat")),
    it.state.economy.subscribe(() => told.push("economy")),
    it.state.cues.subscribe(({ kind }) => told.push(kind)),
  ];
  for (const fact of life(toExecuting.slice(0, 2))) it.inbox.apply(fact, { live: true });
  expect([told, it.state.jobs.get().length]).toEqual([[], 1]);
  it.flush();
  expect(told.slice(0, -2).sort()).toEqual(["agents", "chat", "jobs"]);
  expect(told.slice(-2)).toEqual(["gesture", "sats"]);
  for (const stop of [...undo, ...undo]) stop();
  it.live(...placed(toExecuting).slice(2));
  expect(told.length).toBe(5);
});

test("a page that was hidden for long plays back no more gestures than one can follow, and every sat", () => {
  const it = open();
  for (let n = 0; n < 300; n += 1) {
    const mine = { jobId: jobId(`job-${n}`), agentId: agentId(`agent-${n % 150}`) };
    for (const fact of life(toExecuting)) it.inbox.apply({ ...fact, ...mine } as Fact, { live: true });
  }
  it.flush();
  const gestures = it.cues.flatMap((cue) => (cue.kind === "gesture" ? [cue.agentId] : []));
  expect(gestures).toEqual(Array.from({ length: 100 }, (_, n) => `agent-${n + 50}`));
  const moved = it.cues.flatMap((cue) => (cue.kind === "sats" ? [cue] : []));
  const sum = (to: string) =>
    moved.filter((cue) => cue.to.kind === to).reduce((total, { amountSats }) => total + amountSats, 0);
  expect([sum("agent"), sum("core")]).toEqual([300 * 210, 300 * 10]);
});

test("a thousand settlements in one batch reach the world to the sat, and it knows how many they were", () => {
  const it = open();
  const jobs = Array.from({ length: 1_000 }, (_, n) => ({
    jobId: jobId(`job-${n}`),
    agentId: agentId(`agent-${n % 7}`),
  }));
  const amountOf = (n: number) => sats(1 + ((n * 7_919) % 100_003));
  for (const mine of jobs) it.inbox.apply({ ...started(), ...mine }, { live: true });
  for (const [n, mine] of jobs.entries()) {
    const asked = { ...invoiceRequest("eval"), jobId: mine.jobId, amountSats: amountOf(n) };
    it.live(asked as Fact);
  }
  it.cues.length = 0;
  for (const [n, { jobId: id }] of jobs.entries())
    it.inbox.apply({ ...settled("eval"), jobId: id, amountSats: amountOf(n) }, { live: true });
  it.flush();
  const moved = it.cues.flatMap((cue) => (cue.kind === "sats" ? [cue] : []));
  expect(moved.length).toBe(7);
  expect(moved.reduce((sum, { amountSats }) => sum + amountSats, 0)).toBe(
    jobs.reduce((sum, _, n) => sum + amountOf(n), 0),
  );
  expect(moved.reduce((sum, { movements }) => sum + (movements ?? 1), 0)).toBe(1_000);
});

test("a mind that comes before its agent is there when that joins; of very many only the newest", () => {
  const it = open();
  const joins = (id: string): FactOf<"agent_joined"> => ({
    type: "agent_joined",
    agentId: agentId(id),
    label: id,
    role: "worker",
    color: "#ffffff",
  });
  for (let n = 0; n < 1_200; n += 1)
    it.live({ type: "agent_state", agentId: agentId(`early-${n}`), state: "deep_focus", engagement: 0.9 });
  expect(it.state.agents.get().size).toBe(5);
  it.live(joins("early-1199"), joins("early-0"), joins("late"));
  const minds = ["early-1199", "early-0", "late"].map((id) => it.state.agents.get().get(agentId(id)));
  expect(minds.map((agent) => [agent?.state, agent?.engagement])).toEqual([
    ["deep_focus", 0.9],
    ["idle", 0],
    ["idle", 0],
  ]);
});

test("a reader of changes learns which agents changed since it last looked, and whether it was live", () => {
  const it = open();
  const reader = it.state.agentChanges.follow();
  expect(reader.take()).toEqual({ ids: "all", cameOrLeft: true, isReplaced: false, isLive: false });
  expect(reader.take()).toBe(undefined);
  it.live({ type: "agent_state", agentId: ALPHA, state: "thinking" }, ...life([]));
  expect(reader.take()).toEqual({
    ids: new Set(["alpha"]),
    cameOrLeft: false,
    isReplaced: false,
    isLive: true,
  });
  it.live({ type: "agent_left", agentId: ALPHA });
  expect(reader.take()).toEqual({
    ids: new Set(["alpha"]),
    cameOrLeft: true,
    isReplaced: false,
    isLive: true,
  });
  it.missed({ type: "agent_left", agentId: agentId("beta") });
  expect(reader.take()).toEqual({
    ids: new Set(["beta"]),
    cameOrLeft: true,
    isReplaced: false,
    isLive: false,
  });
  it.missed(welcome(9), { type: "snapshot_part", part: 0, last: true, agents: [] });
  expect(reader.take()).toEqual({ ids: "all", cameOrLeft: true, isReplaced: true, isLive: false });
  expect(it.state.agents.get().size).toBe(0);
  reader.stop();
});

test("after its end nothing is told", () => {
  const it = open();
  let told = 0;
  it.state.jobs.subscribe(() => (told += 1));
  for (const fact of life(toExecuting)) it.inbox.apply(fact, { live: true });
  it.dispose();
  it.inbox.apply({ type: "agent_count", count: 9 }, { live: true });
  expect([told, it.isPending()]).toEqual([0, false]);
});
