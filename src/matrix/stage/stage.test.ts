import { expect, test, vi } from "vitest";
import { createNullStage } from "./null-stage.ts";

test("what one listener throws is reported each time and keeps neither the others nor the frame from going on", () => {
  const faults: unknown[] = [];
  const { stage, tap, input, dispose } = createNullStage({ onFault: (error) => faults.push(error) });
  const told: string[] = [];
  const bad = new Error("a feature's");
  stage.onFrame(() => {
    throw bad;
  });
  stage.onFrame(() => told.push("frame"));
  stage.onTap(() => {
    throw new Error("a tap's");
  });
  stage.onTap(() => told.push("tap"));
  stage.onInput(() => {
    throw new Error("an input's");
  });
  stage.onInput(() => told.push("input"));
  const drawn = vi.spyOn(stage.scene, "render");
  for (let frame = 0; frame < 3; frame++) stage.step(0.016);
  tap({ x: 1, y: 1 });
  tap({ x: 1, y: 1 });
  input();
  expect(told).toEqual(["frame", "frame", "frame", "tap", "tap", "input"]);
  expect(faults).toEqual([
    ...[bad, bad, bad],
    ...[new Error("a tap's"), new Error("a tap's"), new Error("an input's")],
  ]);
  expect(drawn).toHaveBeenCalledTimes(3);
  dispose();
});

test("whatever drawing throws is reported, also another thing later, and the next frame is drawn", () => {
  const faults: unknown[] = [];
  const { stage, dispose } = createNullStage({ onFault: (error) => faults.push(error) });
  let drawn = 0;
  const broken = ["a broken mesh", "a broken mesh", "a broken shader"];
  stage.scene.onBeforeRenderObservable.add(() => {
    drawn += 1;
    const message = broken[drawn - 1];
    if (message !== undefined) throw new Error(message);
  });
  for (let frame = 0; frame < 4; frame++) stage.step(0.016);
  expect([faults, drawn, stage.now.elapsed.toFixed(3)]).toEqual([
    broken.map((message) => new Error(message)),
    4,
    "0.064",
  ]);
  dispose();
});

test("a listener is told until it is undone, and each that was added is undone on its own", () => {
  const { stage, dispose } = createNullStage();
  let told = 0;
  const listener = () => {
    told += 1;
  };
  const [first, second] = [stage.onFrame(listener), stage.onFrame(listener)];
  stage.step(0.016);
  first();
  first();
  stage.step(0.016);
  second();
  stage.step(0.016);
  expect(told).toBe(3);
  dispose();
});

test("it is idle when nobody looks and nothing moves", () => {
  let now = 0;
  const { stage, input, isIdle, onRouse, dispose } = createNullStage({ now: () => now });
  let rouses = 0;
  onRouse(() => {
    rouses += 1;
  });
  stage.step(0);
  for (let frame = 0; frame < 200; frame++) stage.step(0.1);
  expect(isIdle()).toBe(false);
  now += 61_000;
  expect(isIdle()).toBe(true);
  stage.camera.glideTo({ ...stage.camera.orbit, azimuth: 1 });
  stage.step(0.016);
  expect(isIdle()).toBe(false);
  for (let frame = 0; frame < 200; frame++) stage.step(0.1);
  expect(isIdle()).toBe(true);
  stage.stir();
  expect([isIdle(), rouses]).toEqual([false, 1]);
  now += 7_000;
  input();
  expect([isIdle(), rouses]).toEqual([false, 2]);
  dispose();
});

test("it owns its scene", () => {
  const { stage, own } = createNullStage();
  const freed: string[] = [];
  stage.scene.onDisposeObservable.add(() => freed.push("scene"));
  stage.engine.onDisposeObservable.add(() => freed.push("engine"));
  own(() => freed.push("owned"));
  stage.dispose();
  stage.dispose();
  expect(freed).toEqual(["owned", "scene", "engine"]);
});

test("a frame for a canvas without a size is left out, as one is when the GPU is lost", () => {
  const { stage, dispose } = createNullStage();
  stage.step(0.02);
  const before = { elapsed: stage.now.elapsed, orbit: stage.camera.orbit };
  const width = stage.engine.getRenderWidth;
  stage.engine.getRenderWidth = () => 0;
  stage.step(0.02);
  expect({ elapsed: stage.now.elapsed, orbit: stage.camera.orbit }).toEqual(before);
  stage.engine.getRenderWidth = width;
  stage.step(0.02);
  expect([stage.now.elapsed, Object.values(stage.camera.orbit).every(Number.isFinite)]).toEqual([0.04, true]);
  dispose();
});
