import { expect, test } from "vitest";
import { runFrameLoop } from "./frame-loop.ts";
import { createFakeFrames } from "./testing/fake-frames.ts";

function setUp() {
  const frames = createFakeFrames();
  const told: string[] = [];
  let isIdle = false;
  const loop = runFrameLoop({
    ports: frames,
    isIdle: () => isIdle,
    frame: (dt) => told.push(`frame ${dt.toFixed(3)}`),
    onPace: (dt) => told.push(`pace ${dt.toFixed(3)}`),
    onResume: () => told.push("resume"),
  });
  return {
    loop,
    frames,
    setIdle: (idle: boolean) => {
      isIdle = idle;
    },
    /** What has been told since the last time. */
    told: () => told.splice(0),
    drawn: () => told.splice(0).filter((what) => what.startsWith("frame")).length,
  };
}

test("frames come as fast as the screen takes them, and their pace is told", () => {
  const { frames, told } = setUp();
  frames.pass(40);
  expect(told()).toEqual(["resume", "frame 0.000", "pace 0.017", "frame 0.017"]);
});

test("idle, about ten come a second, and none of them is a pace", () => {
  const { frames, setIdle, told, drawn } = setUp();
  frames.pass(100);
  setIdle(true);
  frames.pass(200);
  told();
  frames.pass(10_000);
  const lines = told();
  expect(lines.every((line) => line.startsWith("frame"))).toBe(true);
  expect(lines.length).toBeGreaterThan(90);
  expect(lines.length).toBeLessThan(105);
  setIdle(false);
  frames.pass(1_200);
  expect(drawn()).toBeGreaterThan(60);
});

test("roused, the next frame comes with the screen's next", () => {
  const { frames, setIdle, loop, told } = setUp();
  setIdle(true);
  frames.pass(50);
  told();
  setIdle(false);
  loop.rouse();
  loop.rouse();
  frames.pass(17);
  expect(told()).toEqual(["resume", "frame 0.050"]);
  frames.pass(17);
  expect(told()).toEqual(["pace 0.017", "frame 0.017"]);
});

test("held, nothing is drawn until the last reason is gone, and the world goes on where it stood", () => {
  const { frames, loop, told } = setUp();
  frames.pass(40);
  loop.hold("hidden", true);
  loop.hold("lost", true);
  told();
  frames.pass(5_000);
  loop.rouse();
  loop.hold("hidden", false);
  frames.pass(5_000);
  expect([told(), frames.waiting()]).toEqual([[], 0]);
  loop.hold("lost", false);
  loop.hold("lost", false);
  frames.pass(17);
  expect(told()).toEqual(["resume", "frame 0.000"]);
  expect(frames.waiting()).toBe(1);
});

test("a frame that fails does not end the loop, stopping it does", () => {
  const frames = createFakeFrames();
  let drawn = 0;
  const loop = runFrameLoop({
    ports: frames,
    isIdle: () => false,
    frame: () => {
      drawn += 1;
      if (drawn === 1) throw new Error("a bad frame");
      if (drawn === 3) loop.stop();
    },
    onPace: () => {},
    onResume: () => {},
  });
  expect(() => frames.pass(17)).toThrow("a bad frame");
  frames.pass(500);
  expect([drawn, frames.waiting()]).toEqual([3, 0]);
});
