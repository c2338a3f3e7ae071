import { RawTexture } from "@babylonjs/core/Materials/Textures/rawTexture.js";
import { afterEach, expect, test } from "vitest";
import { createNullStage } from "../stage/null-stage.ts";
import { countCalls } from "./count-calls.ts";
import { createMeter } from "./meter.ts";

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

function openMeter() {
  const { stage, dispose } = createNullStage();
  opened.push(dispose);
  const { engine } = stage;
  let now = 1_000;
  let heard = 100;
  const meter = createMeter(engine, { messages: () => heard, clock: () => now });
  const hear = (count: number) => {
    heard += count;
  };
  /** One frame that keeps the main thread busy for so long, in milliseconds. */
  const frame = (busyMs: number, draw: () => void) => {
    engine.onBeginFrameObservable.notifyObservers(engine);
    draw();
    now += busyMs;
    engine.onEndFrameObservable.notifyObservers(engine);
  };
  const pass = (ms: number) => {
    now += ms;
  };
  return { engine, stage, meter, frame, hear, pass };
}

test("before the first frame there is nothing to tell", () => {
  const { meter } = openMeter();
  expect(meter.read()).toEqual({ fps: 0, frameMs: 0, drawCalls: 0, uploads: 0, messages: 0 });
});

test("reads frames, draws, uploads and messages since the last reading", () => {
  const { engine, stage, meter, frame, hear, pass } = openMeter();
  const texture = RawTexture.CreateRGBATexture(new Uint8Array(16), 2, 2, stage.scene);
  frame(4, () => {
    engine.drawElementsType(0, 0, 3, 1);
    engine.drawArraysType(0, 0, 3, 1);
    texture.update(new Uint8Array(16));
  });
  frame(6, () => {
    engine.drawElementsType(0, 0, 3, 100);
    engine.drawElementsType(0, 0, 3, 100);
    engine.createVertexBuffer([0, 0, 0]);
  });
  hear(3);
  pass(490);
  expect(meter.read()).toEqual({ fps: 4, frameMs: 5, drawCalls: 2, uploads: 4, messages: 6 });
  pass(1_000);
  expect(meter.read()).toEqual({ fps: 0, frameMs: 5, drawCalls: 2, uploads: 0, messages: 0 });
  expect(meter.read()).toEqual({ fps: 0, frameMs: 5, drawCalls: 2, uploads: 0, messages: 0 });
});

test("leaves the engine as it was", () => {
  const { stage, dispose } = createNullStage();
  opened.push(dispose);
  const observers = () =>
    [stage.engine.onBeginFrameObservable, stage.engine.onEndFrameObservable].map(
      (observable) => observable.observers.length,
    );
  const before = { own: Object.getOwnPropertyNames(stage.engine).sort(), observers: observers() };
  const meter = createMeter(stage.engine, { messages: () => 0, clock: () => 0 });
  expect(Object.getOwnPropertyNames(stage.engine)).not.toEqual(before.own);
  meter.dispose();
  meter.dispose();
  // An observer leaves its observable in a task of its own; it is no longer told at once.
  return expect
    .poll(() => ({ own: Object.getOwnPropertyNames(stage.engine).sort(), observers: observers() }))
    .toEqual(before);
});

test("what a counted method calls of the others is a part of it, also when it throws", () => {
  const target = {
    outer(): string {
      return `${target.inner()}!`;
    },
    inner(): string {
      return "done";
    },
    failing(): void {
      throw new Error("no");
    },
  };
  let calls = 0;
  const undo = countCalls(target, ["outer", "inner", "failing", "missing"], () => {
    calls += 1;
  });
  expect([target.outer(), target.inner()]).toEqual(["done!", "done"]);
  expect(() => target.failing()).toThrow("no");
  expect(target.inner()).toBe("done");
  expect(calls).toBe(4);
  undo();
  target.outer();
  expect(calls).toBe(4);
});
