import { beforeEach, expect, test, vi } from "vitest";
import { driveByHand, driveByLoop } from "./drive.ts";
import { createNullStage } from "./null-stage.ts";
import { createFakeFrames } from "./testing/fake-frames.ts";
import { createFakePage } from "./testing/fake-page.ts";

let resize: () => void = () => {};
beforeEach(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(told: () => void) {
        resize = told;
      }
      observe() {}
      disconnect() {}
    },
  );
});

/** A stage that a loop drives; frames take as long as `slow` adds to them, in milliseconds. */
function setUp() {
  const frames = createFakeFrames();
  const handle = createNullStage({ now: frames.now });
  const page = createFakePage();
  const canvas = { clientWidth: 1180, clientHeight: 820 };
  page.setPixelRatio(2);
  let drawn = 0;
  let slow = 0;
  handle.stage.onFrame(() => {
    drawn += 1;
    if (slow > 0) frames.spend(slow);
  });
  const stop = driveByLoop(canvas as HTMLElement, handle, { page: page.page, frames });
  const { engine } = handle.stage;
  let scaling = 1;
  vi.spyOn(engine, "getHardwareScalingLevel").mockImplementation(() => scaling);
  vi.spyOn(engine, "setHardwareScalingLevel").mockImplementation((level) => {
    scaling = level;
  });
  return {
    ...handle,
    ...page,
    canvas,
    frames,
    stop,
    slowDown(milliseconds: number) {
      slow = milliseconds;
    },
    lose: () => engine.onContextLostObservable.notifyObservers(engine),
    restore: () => engine.onContextRestoredObservable.notifyObservers(engine),
    /** The density of the drawing buffer; an engine that draws nothing has none of its own. */
    drawnDensity: () => 1 / scaling,
    /** How many frames were drawn in so many seconds. */
    drawnIn(seconds: number) {
      const before = drawn;
      frames.pass(seconds * 1000);
      return drawn - before;
    },
  };
}

test("the drawing buffer follows the screen, the canvas and what it may cost", () => {
  const { stage, frames, drawnDensity, setPixelRatio, canvas, stop, dispose } = setUp();
  const density = () => {
    frames.pass(17);
    return [stage.quality.density, drawnDensity()].map((value) => value.toFixed(2));
  };
  expect(density()).toEqual(["2.00", "2.00"]);
  setPixelRatio(1);
  expect(density()).toEqual(["1.00", "1.00"]);
  setPixelRatio(3);
  expect(density()).toEqual(["2.00", "2.00"]);
  Object.assign(canvas, { clientWidth: 2560, clientHeight: 1440 });
  resize();
  expect(density()).toEqual(["1.50", "1.50"]);
  stop();
  dispose();
});

test("a lost context draws nothing, costs no quality, and is drawn again at once however late it comes back", () => {
  for (const seconds of [0.2, 2, 3600]) {
    const { stage, drawnIn, lose, restore, setHidden, stop, dispose } = setUp();
    expect(drawnIn(1.01)).toBe(60);
    lose();
    expect(drawnIn(seconds)).toBe(0);
    setHidden(true);
    setHidden(false);
    expect(drawnIn(seconds)).toBe(0);
    restore();
    expect(drawnIn(0.06)).toBeGreaterThan(2);
    expect(drawnIn(5)).toBeGreaterThan(297);
    expect(stage.quality).toEqual({ density: 2, effects: 1 });
    stop();
    dispose();
  }
});

test("a hidden page draws nothing, and what comes after counts as no slowness", () => {
  const { stage, drawnIn, setHidden, send, stop, dispose } = setUp();
  for (let turn = 0; turn < 30; turn++) {
    drawnIn(0.5);
    setHidden(true);
    expect(drawnIn(9)).toBe(0);
    setHidden(false);
    send("pagehide");
    expect(drawnIn(9)).toBe(0);
    send("pageshow", { persisted: true });
  }
  expect([drawnIn(1.01), stage.quality.density]).toEqual([60, 2]);
  stop();
  dispose();
});

test("when nothing moves and nobody looks it draws ten frames a second, and at once all when something happens", () => {
  const { stage, drawnIn, input, stop, dispose } = setUp();
  drawnIn(70);
  const idle = drawnIn(10);
  expect(idle).toBeGreaterThan(85);
  expect(idle).toBeLessThan(105);
  stage.stir();
  expect(drawnIn(1)).toBeGreaterThan(58);
  expect(drawnIn(20)).toBeLessThan(580);
  input();
  expect(drawnIn(10)).toBeGreaterThan(598);
  drawnIn(60);
  const unwatch = stage.watch();
  expect(drawnIn(100)).toBeGreaterThan(5_990);
  unwatch();
  expect(drawnIn(100)).toBeLessThan(1_050);
  expect(stage.quality).toEqual({ density: 2, effects: 1 });
  stop();
  dispose();
});

test("slow frames make the picture plainer", () => {
  const { stage, drawnIn, slowDown, stop, dispose } = setUp();
  slowDown(60);
  drawnIn(6);
  expect(stage.quality.density).toBe(1.5);
  stop();
  dispose();
});

test("stopped it draws no more", () => {
  const { frames, drawnIn, setHidden, restore, stop, dispose } = setUp();
  drawnIn(1);
  stop();
  setHidden(true);
  setHidden(false);
  restore();
  expect([drawnIn(5), frames.waiting()]).toEqual([0, 0]);
  dispose();
});

test("driven by hand it has the screen's density and draws when told", () => {
  const { page, setPixelRatio } = createFakePage();
  setPixelRatio(3);
  const handle = createNullStage();
  const scaled = vi.spyOn(handle.stage.engine, "setHardwareScalingLevel");
  driveByHand({ clientWidth: 1180, clientHeight: 820 } as HTMLElement, handle, page);
  expect([handle.stage.quality, scaled.mock.calls]).toEqual([{ density: 2, effects: 1 }, [[0.5]]]);
  handle.dispose();
});
