import type { Mesh } from "@babylonjs/core/Meshes/mesh.pure.js";
import { expect, test, vi } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
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
import { createFakeWorld, loadCommittedAvatar, makeJob } from "./testing/fake-world.ts";

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

test("the number of draws does not grow with the swarm and stays within 25", async () => {
  const drawn = async (count: number) => {
    const world = await createEverything(count);
    world.state.cues.emit({
      kind: "sats",
      from: { kind: "gate" },
      to: { kind: "agent", agentId: agentId("alpha") },
      amountSats: sats(500),
    });
    world.put(agentId("alpha"), { job: makeJob(world.state.agents.get().values().next().value ?? never()) });
    world.step(3);
    // Who is near and who is far depends on the camera: what could be drawn is what counts.
    const { meshes } = world.stage.scene;
    const draws = meshes.length + meshes.filter((mesh) => mesh.material?.needDepthPrePass).length;
    world.dispose();
    return draws;
  };
  const few = await drawn(10);
  expect(few).toBeLessThanOrEqual(25);
  expect(await drawn(2000)).toBe(few);
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

function never(): never {
  throw new Error("the swarm has no such agent");
}
