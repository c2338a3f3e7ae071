import { expect, test } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { createAvatars } from "./avatars.ts";
import { rgbOf } from "./colors.ts";
import { clipIndex, POSE_LOOKS } from "./motion.ts";
import { createFakeWorld, loadCommittedAvatar, makeAgent } from "./testing/fake-world.ts";

async function setUp(count: number, options = {}) {
  const world = createFakeWorld(count, options);
  const avatars = createAvatars(world.context, loadCommittedAvatar);
  await avatars.ready;
  const { instances } = avatars;
  if (!instances) throw new Error("the figures are not there");
  const slotOf = (id: string) => world.context.roster.slotOf(agentId(id)) ?? -1;
  const clips = (id: string) => instances.get(slotOf(id), "motion").slice(0, 2);
  return { ...world, avatars, instances, slotOf, clips };
}
const rounded = (values: number[]) => values.map((value) => Math.round(value * 1e4) / 1e4);

test("every agent of the state is drawn where it stands, in its colour", async () => {
  const { instances, context, step, dispose } = await setUp(40);
  step();
  expect(instances.count).toBe(40);
  for (const [slot, { view, at, heading, phase }] of context.roster.standing.entries()) {
    expect(rounded(instances.get(slot, "place"))).toEqual(rounded([at.x, at.z, heading, phase]));
    expect(rounded(instances.get(slot, "tint"))).toEqual(rounded([...rgbOf(view.color), view.budgetStress]));
    expect(instances.get(slot, "look")[1]).toBeCloseTo(POSE_LOOKS[view.pose].presence);
  }
  dispose();
});

test("a new pose cross-fades from the old one, and is then kept", async () => {
  const { put, clips, instances, slotOf, step, dispose } = await setUp(5);
  step();
  put(agentId("alpha"), { pose: "working" });
  step();
  expect(clips("alpha")).toEqual([clipIndex("idle"), clipIndex("working")]);
  expect(instances.get(slotOf("alpha"), "motion")[3]).toBeGreaterThan(0);
  step(200);
  expect(instances.get(slotOf("alpha"), "motion")).toEqual([
    clipIndex("working"),
    clipIndex("working"),
    -1,
    -1,
  ]);
  expect(clips("beta")).toEqual([clipIndex("idle"), clipIndex("idle")]);
  dispose();
});

test("a gesture plays once and the pose of that moment returns", async () => {
  const { put, state, clips, step, dispose } = await setUp(5);
  step(100);
  state.cues.emit({ kind: "gesture", agentId: agentId("gamma"), gesture: "celebrate" });
  step();
  expect(clips("gamma")).toEqual([clipIndex("idle"), clipIndex("celebrate")]);
  put(agentId("gamma"), { pose: "thinking" });
  step(60);
  expect(clips("gamma")).toEqual([clipIndex("idle"), clipIndex("celebrate")]);
  step(120);
  expect(clips("gamma")).toEqual([clipIndex("celebrate"), clipIndex("thinking")]);
  dispose();
});

test("an agent that leaves gives its slot to the last, whose figure does not change", async () => {
  const { remove, state, instances, slotOf, clips, put, step, dispose } = await setUp(8);
  put(agentId("agent-7"), { pose: "offering" });
  step(200);
  const before = instances.get(slotOf("agent-7"), "place");
  remove(agentId("timmy"));
  step();
  expect([instances.count, slotOf("agent-7")]).toEqual([7, 0]);
  expect(instances.get(0, "place")).toEqual(before);
  expect(clips("agent-7")).toEqual([clipIndex("offering"), clipIndex("offering")]);
  state.agents.set(new Map(state.agents.get()).set(agentId("timmy"), makeAgent(0)));
  step();
  expect([instances.count, slotOf("timmy")]).toEqual([8, 7]);
  dispose();
});

test("several that leave and come in one frame are all accounted for", async () => {
  const { state, instances, context, step, dispose } = await setUp(60);
  step();
  const kept = [...state.agents.get()].filter((_, i) => i % 3 !== 0);
  const come = Array.from({ length: 7 }, (_, i) => makeAgent(100 + i)).map(
    (agent) => [agent.id, agent] as const,
  );
  state.agents.set(new Map([...kept, ...come]));
  step();
  expect(instances.count).toBe(47);
  expect(new Set(context.roster.standing.map(({ id }) => id))).toEqual(new Set(state.agents.get().keys()));
  for (const [slot, { id, at }] of context.roster.standing.entries()) {
    expect(context.roster.slotOf(id)).toBe(slot);
    expect(rounded(instances.get(slot, "place").slice(0, 2))).toEqual(rounded([at.x, at.z]));
  }
  dispose();
});

test("nothing the shaders' clock could come round to is kept for long", async () => {
  const { instances, put, step, dispose } = await setUp(5);
  put(agentId("delta"), { pose: "asleep" });
  step(400);
  for (let slot = 0; slot < instances.count; slot++) {
    expect(instances.get(slot, "motion").slice(2)).toEqual([-1, -1]);
    expect(instances.get(slot, "look")[0]).toBe(-1);
  }
  dispose();
});

test("a model that arrives after the feature was disposed is not built", async () => {
  const world = createFakeWorld(5);
  const before = world.stage.scene.meshes.length;
  const avatars = createAvatars(world.context, loadCommittedAvatar);
  avatars.dispose();
  await avatars.ready;
  expect(world.stage.scene.meshes.length).toBe(before);
  world.dispose();
});
