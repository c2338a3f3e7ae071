import fc from "fast-check";
import { expect, test } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { ENTER_S, LEAVE_S } from "./motion.ts";
import { createWholeWorld } from "./testing/live-world.ts";

/** Every feature of the world, told what a tower says text for text. */
async function open() {
  const world = await createWholeWorld();
  return {
    ...world,
    roster: world.context.roster,
    settle() {
      for (let waited = 0; waited <= Math.max(ENTER_S, LEAVE_S) + 0.1; waited += 0.1) world.step(0.1);
    },
  };
}

/** A list's text with infinity in it, which `JSON.stringify` cannot write. */
const written = (value: unknown): string => JSON.stringify(value).replaceAll('"INFINITY"', "1e400");

const welcome = { type: "subscribed", role: "visitor", mode: "snapshot", epoch: "e1", seq: 1 };
const snapshotOf = (agents: readonly unknown[]) =>
  written({ type: "snapshot_part", part: 0, last: true, agents });

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -30, max: 30 }),
  fc.constantFrom(0, -0, 1e308, -1e9, 5e-324, null, "INFINITY", "12", {}, []),
);
const name = fc.oneof(
  fc.constantFrom(
    "timmy",
    "alpha",
    "echo",
    "a-1",
    "a-2",
    "a-3",
    "a-4",
    "a-5",
    "",
    "a b",
    "__proto__",
    7,
    null,
  ),
  fc.string({ maxLength: 80 }),
);
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 600 }),
  fc.constantFrom("", "הד", "\u202eevil", "👨‍👩‍👧‍👦".repeat(30), "\ud83d", "steward", 5, null, [], {}),
);
const fields = fc.record(
  {
    agentId: name,
    id: name,
    agent_id: name,
    label: text,
    role: text,
    color: fc.oneof(text, fc.constantFrom("#fff", "0x12AB00", 0xff00ff, "#12345G")),
    direction: fc.oneof(number, fc.constantFrom("north", "up")),
    x: number,
    z: number,
    position: fc.oneof(fc.record({ x: number, z: number }), text),
    state: fc.oneof(fc.constantFrom("idle", "offline", "deep_focus", "levitating"), text),
    mood: text,
    focus_topic: text,
    engagement: fc.oneof(number, fc.constantFrom("deep", "nowhere")),
    coherence: number,
    budgetStress: number,
  },
  { requiredKeys: [] },
);
const agent = fc.oneof(fields, fc.jsonValue());
const frame = fc.oneof(
  fields.map((of) => written({ ...of, type: "agent_joined" })),
  fields.map((of) => written({ ...of, type: "agent_left" })),
  fields.map((of) => written({ ...of, type: "agent_state" })),
  fc.array(agent, { maxLength: 12 }).map(snapshotOf),
  fc
    .array(agent, { maxLength: 12 })
    .map((agents) => written({ type: "connection", status: "connected", agents })),
);

test("whatever a tower says of its agents, frames are drawn, and all who are registered are drawn somewhere", async () => {
  const step = fc.record({ frame, live: fc.boolean(), dt: fc.constantFrom(0, 1 / 60, 0.1) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      const it = await open();
      for (const { frame: said, live, dt } of steps) {
        if (said.includes("snapshot_part")) it.hear(written(welcome), false);
        it.hear(said, live);
        it.step(dt);
      }
      it.settle();
      const agents = it.state.agents.get();
      expect(it.roster.standing.map(({ id }) => id).toSorted()).toEqual([...agents.keys()].toSorted());
      expect([it.roster.count, it.agentsDrawn()]).toEqual([agents.size, agents.size]);
      for (const { at, heading, view } of it.roster.standing) {
        expect([at.x, at.z, Math.fround(heading)].every(Number.isFinite)).toBe(true);
        expect(Math.hypot(at.x, at.z)).toBeLessThan(170);
        expect(
          [view.engagement, view.coherence, view.budgetStress].every((part) => part >= 0 && part <= 1),
        ).toBe(true);
        expect(view.color).toMatch(/^#[0-9a-f]{6}$/i);
        expect(view.label).toMatch(/^\P{Cc}{1,24}$/u);
      }
      it.dispose();
    }),
    { numRuns: 80 },
  );
});

test("an agent that is told of twice stands once, as it was told of last", async () => {
  const it = await open();
  it.hear(written(welcome), false);
  const twin = { agentId: "twin", color: "#ffffff", state: "idle" };
  it.hear(
    snapshotOf([
      { ...twin, label: "First" },
      { ...twin, agentId: "other" },
      { ...twin, label: "Second" },
    ]),
  );
  it.step(0);
  expect(it.roster.standing.map(({ view }) => view.label)).toEqual(["Second", "Other"]);
  expect(it.state.agentCount.get()).toBe(2);
  it.dispose();
});

test("20,000 agents stand, and one that joins then is one more", async () => {
  const it = await open();
  it.hear(written(welcome), false);
  const agents = Array.from({ length: 20_000 }, (_, n) => ({ agentId: `agent-${n}`, state: "idle" }));
  it.hear(snapshotOf(agents));
  it.step(0);
  it.hear('{"type":"agent_joined","agentId":"late"}');
  it.step(0.1);
  expect([it.roster.count, it.agentsDrawn(), it.state.agents.get().size]).toEqual([20_001, 20_001, 20_001]);
  expect(it.roster.find(agentId("late"))?.cameAt).toBeCloseTo(0.1);
  it.dispose();
});
