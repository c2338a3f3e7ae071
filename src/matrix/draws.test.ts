import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.pure.js";
import type { Scene } from "@babylonjs/core/scene.pure.js";
import { expect, test } from "vitest";
import { agentId } from "../protocol/ids.ts";
import { countCalls } from "./debug/count-calls.ts";
import { createNullHud } from "./hud/testing/null-hud.ts";
import { createLiveWorld, day, type LiveWorld } from "./world/testing/live-world.ts";

/** The most draws in a frame, the HUD's own among them. */
const MOST_DRAWS = 25;
/** The calls of an engine that draw. */
const DRAWS = ["drawElementsType", "drawArraysType"];

/** An engine that draws nothing never finds a texture ready, and leaves out whatever is drawn with one. */
function makeReady(scene: Scene): void {
  for (const each of scene.textures) {
    const texture = each.getInternalTexture();
    if (texture) texture.isReady = true;
  }
  const late = scene.meshes.filter((mesh) => mesh.isVisible && !mesh.isReady(true)).map(({ name }) => name);
  expect(late).toEqual([]);
}

/** How often the engine is told to draw while `frame` runs. */
function drawsIn(engine: AbstractEngine, frame: () => void): number {
  let draws = 0;
  const undo = countCalls(engine, DRAWS, () => {
    draws += 1;
  });
  frame();
  undo();
  return draws;
}

/** Shaders are compiled between frames. */
const compiled = () => new Promise((resolve) => setImmediate(resolve));

/** Aims the camera so that some agents are near, some far and some but points. */
function seeAllLevels({ context, stage, step }: LiveWorld): void {
  const { near, far, points } = context.crowd;
  for (let distance = 8; distance < 80; distance += 2) {
    for (let x = -30; x <= 30; x += 2) {
      stage.camera.glideTo({ x, y: 1, z: 0, azimuth: 0, elevation: 0.15, distance }, 1_000);
      step();
      if (near.count > 0 && far.count > 0 && points.count > 0) return;
    }
  }
  throw new Error("no view shows every level");
}

/** A frame in which everything is to be seen that ever is, and how many draws it takes. */
async function busiestFrame(count: number) {
  const world = await createLiveWorld(count);
  const { stage, context, hear, step } = world;
  const messages = day(count);
  for (let frame = 0; frame < 120; frame++) {
    for (let n = 0; n < 16; n++) hear(messages.next().value);
    step();
  }
  world.selected.set(agentId("agent-1"));
  seeAllLevels(world);
  for (let frame = 0; frame < 30; frame++) {
    for (let n = 0; n < 16; n++) hear(messages.next().value);
    step();
    await compiled();
  }
  makeReady(stage.scene);
  const { near, far, points, ringed } = context.crowd;
  const shown = {
    near: near.count > 0,
    far: far.count > 0,
    points: points.count > 0,
    rings: ringed.count > 0,
    comets: context.flights.current().length > 0,
  };
  const hidden = stage.scene.meshes.filter((mesh) => !mesh.isVisible).map(({ name }) => name);
  const draws = drawsIn(stage.engine, step);
  world.dispose();
  return { shown, hidden, draws };
}

/** How many draws the HUD takes, on a scene of its own. */
async function hudDraws(): Promise<number> {
  const hud = createNullHud();
  const engine = hud.scene.getEngine();
  for (let frame = 0; frame < 10; frame++) {
    hud.frame(16);
    await compiled();
  }
  makeReady(hud.scene);
  const draws = drawsIn(engine, () => hud.frame(16));
  expect(draws).toBe(hud.scene.layers.length);
  hud.end();
  return draws;
}

test("the busiest frame takes as many draws with 10 agents as with 10,000, and with the HUD at most 25", async () => {
  const hud = await hudDraws();
  expect(hud).toBeGreaterThan(0);
  const [few, more, most] = [await busiestFrame(10), await busiestFrame(1_000), await busiestFrame(10_000)];
  const everything = { near: true, far: true, points: true, rings: true, comets: true };
  expect([few.shown, few.hidden]).toEqual([everything, []]);
  expect([more, most]).toEqual([few, few]);
  expect(few.draws + hud).toBeLessThanOrEqual(MOST_DRAWS);
});
