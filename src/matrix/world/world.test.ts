import type { Mesh } from "@babylonjs/core/Meshes/mesh.pure.js";
import { expect, test, vi } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { NO_SATS, sats } from "../../protocol/units.ts";
import { createAvatars } from "./avatars.ts";
import { createComets } from "./comets.ts";
import { createCore } from "./core.ts";
import { createFloorMarks } from "./floor-marks.ts";
import { agentAt, createFocus } from "./focus.ts";
import { createGate } from "./gate.ts";
import { createGrid } from "./grid.ts";
import { createJobRings } from "./job-rings.ts";
import { createLabels } from "./labels.ts";
import { createLines } from "./lines.ts";
import { createRain } from "./rain.ts";
import { createSky } from "./sky.ts";
import { createFakePen } from "./testing/fake-pen.ts";
import { createFakeWorld, loadCommittedAvatar, swarm } from "./testing/fake-world.ts";

async function createEverything(count: number) {
  const world = createFakeWorld(count);
  const avatars = createAvatars(world.context, loadCommittedAvatar);
  const labels = createLabels(world.context, createFakePen());
  const others = [
    createSky,
    createGrid,
    createRain,
    createFloorMarks,
    createGate,
    createCore,
    createLines,
    createJobRings,
    createComets,
    createFocus,
  ].map((create) => create(world.context));
  await avatars.ready;
  world.step(2);
  return { ...world, labels, avatars, features: [avatars, labels, ...others] };
}

const inventory = ({ stage, state, selected }: ReturnType<typeof createFakeWorld>) => ({
  meshes: stage.scene.meshes.map(({ name }) => name),
  materials: stage.scene.materials.map(({ name }) => name),
  textures: stage.scene.textures.map(({ name }) => name),
  geometries: stage.scene.geometries.length,
  restored: stage.engine.onContextRestoredObservable.observers.length,
  subscribers: [
    state.agents,
    state.jobs,
    state.link,
    state.treasury,
    state.economy,
    state.cues,
    selected,
  ].map(({ listeners }) => listeners.size),
});

test("the features leave nothing behind", async () => {
  const bare = createFakeWorld(12);
  bare.step(2);
  const before = inventory(bare);
  bare.dispose();
  const world = await createEverything(12);
  expect(inventory(world)).not.toEqual(before);
  for (const feature of [...world.features].reverse()) feature.dispose();
  world.step(2);
  // Babylon lets go of observers a moment later.
  await vi.waitFor(() => expect(inventory(world)).toEqual(before));
  world.dispose();
});

test("after a restored context everybody is drawn again by every drawing of agents", async () => {
  const world = await createEverything(300);
  const slotsOf = () => {
    const drawings = world.stage.scene.meshes.filter(
      (mesh) => mesh.isVisible && mesh.getVertexBuffer("slot"),
    );
    return Object.fromEntries(
      drawings.map((mesh) => {
        const slots = Array.from((mesh.getVertexBuffer("slot")?.getData() ?? []) as Float32Array);
        return [mesh.name, slots.slice(0, (mesh as Mesh).forcedInstanceCount)];
      }),
    );
  };
  const before = slotsOf();
  expect(before["lines.wires"]).toHaveLength(300);
  expect(before["marks.floors"]?.length).toBeGreaterThan(0);
  world.stage.engine.onContextRestoredObservable.notifyObservers(world.stage.engine);
  expect(slotsOf()).toEqual(before);
  world.put(agentId("alpha"), { budgetStress: 0.75 });
  world.step();
  const slot = world.context.roster.slotOf(agentId("alpha")) ?? -1;
  expect(world.context.crowd.table.get(slot, "tint")[3]).toBe(0.75);
  world.dispose();
});

test("a tap picks the nearest agent, empty space picks nobody", async () => {
  const world = await createEverything(5);
  world.step(600, 0.1);
  const out = { x: 0, y: 0, depth: 0 };
  for (const { id, at } of world.context.roster.standing) {
    const { x, y } = world.stage.camera.project(at.x, 1.5, at.z, out);
    expect(agentAt(world.context, { x: x + 6, y: y - 6 })).toBe(id);
  }
  world.tap({ x: 3, y: 3 });
  expect(world.selected.get()).toBe(undefined);
  world.dispose();
});

test("one that is leaving cannot be picked: the tap goes to whoever stands there, or to nobody", async () => {
  const world = await createEverything(5);
  world.step(600, 0.1);
  const { x: atX, z: atZ } = world.context.roster.find(agentId("gamma"))?.at ?? { x: 0, z: 0 };
  const { x, y } = world.stage.camera.project(atX, 1.5, atZ, { x: 0, y: 0, depth: 0 });
  expect(agentAt(world.context, { x, y })).toBe("gamma");
  world.remove(agentId("gamma"));
  world.step();
  expect(world.context.roster.find(agentId("gamma"))?.leftAt).toBeGreaterThan(0);
  expect(agentAt(world.context, { x, y })).toBe(undefined);
  world.dispose();
});

test("the core's top stays in the picture when it grows with the swarm alone", async () => {
  const world = await createEverything(5);
  world.state.treasury.set({
    treasurySats: sats(900_000_000),
    dailyBurnSats: NO_SATS,
    netTodaySats: NO_SATS,
  });
  world.step(600, 0.1);
  world.state.agents.set(swarm(5005));
  world.step(600, 0.1);
  const { treasury } = world.context;
  expect(treasury.scale).toBeGreaterThan(2);
  const { y } = world.stage.camera.project(0, treasury.height * treasury.scale, 0, { x: 0, y: 0, depth: 0 });
  expect(y).toBeGreaterThan(0);
  world.dispose();
});

test("picking an agent brings the camera in front of it, picking nothing brings it back", async () => {
  const world = await createEverything(5);
  world.step(600, 0.1);
  const home = world.stage.camera.orbit;
  world.selected.set(agentId("gamma"));
  world.step(600, 0.1);
  const { x, z, distance } = world.stage.camera.orbit;
  expect([Math.round(x), Math.round(z), distance < 10]).toEqual([7, 4, true]);
  world.selected.set(undefined);
  world.step(900, 0.1);
  expect(world.stage.camera.orbit.distance).toBeCloseTo(home.distance, 1);
  world.dispose();
});

test("a tap on the picked agent goes on to it, though the touch has stopped the camera on its way", async () => {
  const world = await createEverything(5);
  world.step(600, 0.1);
  world.selected.set(agentId("gamma"));
  world.step(10);
  const { at } = world.context.roster.find(agentId("gamma")) ?? { at: { x: 0, z: 0 } };
  const { x, y } = world.stage.camera.project(at.x, 1.5, at.z, { x: 0, y: 0, depth: 0 });
  world.stage.camera.grab();
  world.step(600, 0.1);
  expect(world.stage.camera.orbit.distance).toBeGreaterThan(10);
  world.tap({ x, y });
  world.step(600, 0.1);
  expect([world.selected.get(), world.stage.camera.orbit.distance < 10]).toEqual(["gamma", true]);
  world.dispose();
});

test("a hand on the camera wins over a glide at once", async () => {
  const world = await createEverything(5);
  world.step(600, 0.1);
  world.selected.set(agentId("gamma"));
  world.step(5);
  const before = world.stage.camera.orbit;
  world.stage.camera.turn(0.01, 0);
  world.step(200);
  const after = world.stage.camera.orbit;
  expect(Math.abs(after.x - before.x)).toBeLessThan(0.01);
  expect(after.azimuth - before.azimuth).toBeCloseTo(0.01, 3);
  world.dispose();
});

test("the whole swarm is in the picture, whatever its size", async () => {
  for (const count of [1, 5, 60, 1000]) {
    const world = await createEverything(count);
    world.step(600, 0.1);
    const out = { x: 0, y: 0, depth: 0 };
    const outside = world.context.roster.standing.filter(({ at }) => {
      const { x, y, depth } = world.stage.camera.project(at.x, 1.5, at.z, out);
      return depth <= 0 || x < 0 || y < 0 || x > 1180 || y > 820;
    });
    expect([count, outside.length]).toEqual([count, 0]);
    world.dispose();
  }
});

test("cut off, the world goes quiet; back again, it livens up", () => {
  const world = createFakeWorld(5);
  world.state.link.set({ status: "offline", reason: "gone", retryAt: undefined });
  world.step(100, 0.1);
  expect(world.stage.materials.globals.quiet).toBeCloseTo(1, 3);
  world.state.link.set({ status: "live" });
  world.step(100, 0.1);
  expect(world.stage.materials.globals.quiet).toBeCloseTo(0, 3);
  world.dispose();
});
