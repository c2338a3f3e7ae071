import { expect, test } from "vitest";
import { type AgentId, agentId } from "../../protocol/ids.ts";
import { createNullStage } from "../stage/null-stage.ts";
import { createLayout } from "./layout.ts";
import { ENTER_S, LEAVE_S } from "./motion.ts";
import { createRoster, type RosterChange } from "./roster.ts";
import { createAgents, makeAgent, swarm } from "./testing/fake-world.ts";

function open(count: number, { reducedMotion = false } = {}) {
  const { stage, dispose } = createNullStage({ reducedMotion });
  const { value, changes } = createAgents(swarm(count));
  const layout = createLayout();
  const roster = createRoster(stage, { agents: value, agentChanges: changes }, layout);
  const told: RosterChange[] = [];
  stage.step(0);
  roster.onChange((change) => told.push(change));
  told.length = 0;
  return {
    agents: value,
    changes,
    layout,
    roster,
    told,
    step: stage.step,
    /** Long enough for any entrance or exit. */
    wait() {
      for (let waited = 0; waited <= Math.max(ENTER_S, LEAVE_S); waited += 0.1) stage.step(0.1);
    },
    join(...numbers: number[]) {
      const next = new Map(value.get());
      for (const n of numbers) next.set(makeAgent(n).id, makeAgent(n));
      value.set(next);
    },
    leave(...ids: AgentId[]) {
      const next = new Map(value.get());
      for (const id of ids) next.delete(id);
      value.set(next);
    },
    ids: () => roster.standing.map(({ id }) => id),
    /** Everybody stands once, in the slot that is said, and those that are here are those of the state. */
    isSound() {
      expect(roster.standing.map(({ id }) => roster.slotOf(id))).toEqual(roster.standing.map((_, i) => i));
      const here = roster.standing.filter(({ leftAt }) => leftAt === undefined).map(({ id }) => id);
      expect(new Set(here)).toEqual(new Set(value.get().keys()));
      expect(roster.count).toBe(value.get().size);
    },
    dispose() {
      roster.dispose();
      dispose();
    },
  };
}

const ALPHA = agentId("alpha");

test("the first fill is no event: nobody makes an entrance", () => {
  const it = open(300);
  expect(it.roster.standing.filter(({ cameAt }) => cameAt !== undefined)).toEqual([]);
  it.isSound();
  it.dispose();
});

test("a newcomer makes an entrance, which ends, and nobody else is touched", () => {
  const it = open(5);
  it.step(0.1);
  it.join(5);
  it.step(0.1);
  expect(it.told).toEqual([{ slots: [5], left: [], moved: true }]);
  expect(it.roster.standing[5]?.cameAt).toBeCloseTo(0.2);
  it.wait();
  expect(it.told[1]).toEqual({ slots: [5], left: [], moved: false });
  expect(it.roster.standing[5]?.cameAt).toBe(undefined);
  expect(it.told.length).toBe(2);
  it.dispose();
});

test("one that leaves is let go of after its exit, and the last takes its slot", () => {
  const it = open(8);
  const before = it.ids();
  const placeOfLast = it.roster.standing[7]?.at;
  it.leave(ALPHA);
  it.step(0.1);
  expect(it.told).toEqual([{ slots: [1], left: [], moved: false }]);
  expect([it.roster.count, it.ids()]).toEqual([7, before]);
  expect(it.roster.standing[1]?.leftAt).toBeCloseTo(0.1);
  it.isSound();
  it.wait();
  expect(it.told[1]).toEqual({ slots: [1], left: ["alpha"], moved: true });
  expect(it.roster.standing[1]).toMatchObject({ id: "agent-7", at: placeOfLast });
  expect(it.roster.find(ALPHA)).toBe(undefined);
  it.isSound();
  it.dispose();
});

test("whoever comes back during the exit never left", () => {
  const it = open(5);
  const { at } = it.roster.find(ALPHA) ?? {};
  it.leave(ALPHA);
  it.step(0.1);
  it.join(1);
  it.step(0.1);
  expect(it.roster.find(ALPHA)).toMatchObject({ leftAt: undefined, cameAt: undefined, at });
  it.wait();
  expect([it.roster.count, it.ids().length]).toEqual([5, 5]);
  expect(it.told.flatMap(({ left }) => left)).toEqual([]);
  // And leaves again as one who was here.
  it.leave(ALPHA);
  it.wait();
  it.isSound();
  expect(it.ids().length).toBe(4);
  it.dispose();
});

test("with reduced motion nobody makes an entrance or an exit", () => {
  const it = open(5, { reducedMotion: true });
  it.join(5);
  it.leave(ALPHA);
  it.step(0.1);
  expect(it.ids().toSorted()).toEqual(["agent-5", "beta", "delta", "gamma", "timmy"]);
  expect(it.roster.standing.every(({ cameAt, leftAt }) => cameAt === undefined && leftAt === undefined)).toBe(
    true,
  );
  it.dispose();
});

test("what is caught up on is not acted out, nor is a crowd that comes at once", () => {
  const it = open(5);
  const caughtUp = new Map(it.agents.get());
  caughtUp.delete(ALPHA);
  caughtUp.set(makeAgent(5).id, makeAgent(5));
  it.agents.set(caughtUp, false);
  it.step(0.1);
  expect(it.ids().toSorted()).toEqual(["agent-5", "beta", "delta", "gamma", "timmy"]);
  it.join(...Array.from({ length: 500 }, (_, n) => n + 10));
  it.step(0.1);
  expect(it.roster.standing.filter(({ cameAt }) => cameAt !== undefined)).toEqual([]);
  it.isSound();
  it.dispose();
});

test("nobody moves when others come and go, and the swarm's radius follows", () => {
  const it = open(5);
  const places = () => new Map(it.roster.standing.map(({ id, at }) => [id, at]));
  const before = places();
  const radius = [it.roster.radius, it.roster.frontRadius];
  expect(radius).toEqual([Math.hypot(7, 6), Math.hypot(7, 6)]);
  it.join(...Array.from({ length: 100 }, (_, n) => n + 5));
  it.step(0.1);
  expect(it.roster.radius).toBeGreaterThan(13);
  for (const [id, at] of before) expect(it.roster.find(id)?.at).toBe(at);
  const others = it.ids().filter((id) => !before.has(id));
  it.leave(...others);
  it.wait();
  expect([it.roster.radius, it.roster.frontRadius]).toEqual(radius);
  expect(places()).toEqual(before);
  it.dispose();
});

test("a reload places everybody alike, whether or not some were greeted a frame before the snapshot; later nobody moves", () => {
  const places = (it: ReturnType<typeof open>) =>
    new Map(it.roster.standing.map(({ id, at }) => [id, at] as const));
  const early = open(60);
  // Seen by nobody yet, the snapshot makes every view anew.
  early.agents.set(new Map([...swarm(300)].toReversed()), false);
  early.changes.replaced();
  early.step(0.1);
  const atOnce = open(300);
  expect(places(early)).toEqual(places(atOnce));
  early.join(300, 301, 302);
  early.step(0.1);
  const before = places(early);
  early.agents.set(swarm(303), false);
  early.changes.replaced();
  early.step(0.1);
  expect(places(early)).toEqual(before);
  early.isSound();
  for (const it of [early, atOnce]) it.dispose();
});

test("a snapshot that comes later moves nobody, also when the first one came before the first frame", () => {
  for (const isFirstDrawn of [true, false]) {
    const { stage, dispose } = createNullStage();
    const { value, changes } = createAgents(swarm(5));
    const roster = createRoster(stage, { agents: value, agentChanges: changes });
    const hear = (views: ReturnType<typeof swarm>) => {
      value.set(views, false);
      changes.replaced();
    };
    if (isFirstDrawn) stage.step(0);
    hear(swarm(400));
    stage.step(0);
    // Half of them go, as many others come: placed all together, nearly everybody would stand elsewhere.
    const others = new Map([...swarm(600)].filter((_, n) => n < 5 || n % 2 === 0));
    value.set(others);
    stage.step(0);
    const before = new Map(roster.standing.map(({ id, at }) => [id, at]));
    hear(new Map([...others].toReversed().map(([id, view]) => [id, { ...view }])));
    stage.step(0);
    expect(new Map(roster.standing.map(({ id, at }) => [id, at]))).toEqual(before);
    roster.dispose();
    dispose();
  }
});

test("a crowd that leaves at once is gone at once, a few act it out", () => {
  const it = open(200);
  const gone = (count: number) => {
    it.leave(...it.ids().slice(-count));
    it.step(0.1);
    it.isSound();
    return [it.ids().length, it.roster.count];
  };
  expect(gone(65)).toEqual([135, 135]);
  expect(it.told.at(-1)?.left.length).toBe(65);
  expect(gone(64)).toEqual([135, 71]);
  it.wait();
  expect(it.ids().length).toBe(71);
  it.dispose();
});

test("one that says another place goes there, and faces as it says", () => {
  const it = open(5);
  const views = new Map(it.agents.get());
  views.set(ALPHA, { ...makeAgent(1), x: 10, z: 11, direction: 90 });
  it.agents.set(views);
  it.step(0.1);
  expect(it.told).toEqual([{ slots: [1], left: [], moved: true }]);
  expect(it.roster.find(ALPHA)).toMatchObject({ at: { x: 10, z: 11 }, heading: Math.PI / 2 });
  it.dispose();
});

test("a long day of coming and going keeps slots and state alike", () => {
  const it = open(5);
  for (let day = 0; day < 400; day++) {
    const n = (day * 7919) % 60;
    if (it.agents.get().has(makeAgent(n).id)) it.leave(makeAgent(n).id);
    else it.join(n);
    it.step((day % 7) / 10);
    it.isSound();
  }
  it.wait();
  expect(it.roster.standing.length).toBe(it.agents.get().size);
  it.leave(...it.agents.get().keys());
  it.wait();
  expect([it.ids(), it.layout.held]).toEqual([[], { places: 0, spots: 0, cells: 0, roles: 0 }]);
  it.dispose();
});
