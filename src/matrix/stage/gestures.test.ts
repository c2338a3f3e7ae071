import { expect, test } from "vitest";
import { MOVEMENTS, type Movement } from "./drift.ts";
import { listenForGestures } from "./gestures.ts";

/** A canvas of 800×400 CSS px at 10, 20 on the page, and what a person's hands on it came to. */
function setUp(isOverHud = (_x: number, _y: number) => false) {
  const canvas = Object.assign(new EventTarget(), {
    ownerDocument: Object.assign(new EventTarget(), { body: {} }),
    clientHeight: 400,
    getBoundingClientRect: () => ({ left: 10, top: 20, width: 800, height: 400 }),
  });
  const told: (string | number)[][] = [];
  const round = (value: number) => Math.round(value * 1000) / 1000 + 0;
  const note =
    (what: string) =>
    (...values: number[]) =>
      void told.push([what, ...values.map(round)]);
  const stop = listenForGestures(
    canvas as unknown as HTMLElement,
    {
      turn: note("turn"),
      pan: note("pan"),
      zoom: (factor, at) => note("zoom")(factor, ...(at ? [at.x, at.y] : [])),
      home: note("home"),
      grab: note("grab"),
      flick: (velocity) => note("flick")(...MOVEMENTS.map((part) => velocity[part])),
      push: (velocity: Movement) => note("push")(...MOVEMENTS.map((part) => velocity[part])),
      tap: ({ x, y }) => told.push(["tap", x, y]),
    },
    { isOverHud },
  );
  let now = 0;
  const send = (type: string, x: number, y: number, more: Record<string, unknown> = {}) => {
    const event = new Event(type, { cancelable: true });
    for (const [key, value] of Object.entries({
      pointerId: 1,
      button: 0,
      clientX: x + 10,
      clientY: y + 20,
      timeStamp: now,
      ...more,
    })) {
      Object.defineProperty(event, key, { value });
    }
    canvas.dispatchEvent(event);
    return event;
  };
  return {
    told,
    stop,
    send,
    wait: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

const NO_FLICK = ["flick", 0, 0, 0, 0, 0];

test("a short press is a tap, where it began", () => {
  const { send, told, wait } = setUp();
  send("pointerdown", 100, 50);
  wait(120);
  send("pointermove", 104, 52);
  send("pointerup", 104, 52);
  expect(told).toEqual([["grab"], ["tap", 100, 50]]);
});

test("a long press, a drag, the right button and a cancelled touch are no taps", () => {
  const { send, told, wait } = setUp();
  send("pointerdown", 100, 50);
  wait(900);
  send("pointerup", 100, 50);
  send("pointerdown", 100, 50);
  send("pointermove", 140, 50);
  send("pointerup", 140, 50);
  send("pointerdown", 100, 50, { button: 2 });
  send("pointerup", 100, 50, { button: 2 });
  send("pointerdown", 100, 50);
  send("pointercancel", 100, 50);
  expect(told.filter(([what]) => what !== "grab")).toEqual([["turn", 0.32, 0], NO_FLICK]);
});

test("two fingers pan and zoom about their middle, and their end is no tap", () => {
  const { send, told } = setUp();
  send("pointerdown", 100, 100);
  send("pointerdown", 200, 100, { pointerId: 2 });
  send("pointermove", 300, 100, { pointerId: 2 });
  send("pointerup", 300, 100, { pointerId: 2 });
  send("pointerup", 100, 100);
  expect(told).toEqual([["grab"], ["grab"], ["pan", -0.125, 0], ["zoom", 2, 200, 100], NO_FLICK]);
});

/** Drags to the right by 10 px every 10 ms, then waits before letting go. */
function drag(pauseBeforeEnd: number) {
  const { send, told, wait } = setUp();
  send("pointerdown", 100, 50);
  for (let step = 1; step <= 20; step++) {
    wait(10);
    send("pointermove", 100 + step * 10, 50);
  }
  wait(pauseBeforeEnd);
  send("pointerup", 300, 50);
  return told.at(-1);
}

test("what is let go in motion goes on as fast as it was, what has come to rest does not", () => {
  // 1000 px a second of a canvas 400 px high, at 3.2 radians a height.
  expect([drag(5), drag(200)]).toEqual([["flick", 6, 0, 0, 0, 0], NO_FLICK]);
});

test("a flick of a single move is one", () => {
  const { send, told, wait } = setUp();
  send("pointerdown", 100, 50);
  wait(50);
  send("pointermove", 150, 50);
  wait(10);
  send("pointerup", 150, 50);
  // 50 px of 400 at 3.2 radians a height, in 50 ms.
  expect(told.at(-1)).toEqual(["flick", 6, 0, 0, 0, 0]);
});

test("the speed of a flick is that of its last moves", () => {
  const { send, told, wait } = setUp();
  send("pointerdown", 100, 50, { button: 2 });
  for (let step = 1; step <= 40; step++) {
    wait(10);
    send("pointermove", 100 + (step > 20 ? step - 20 : 0), 50 + Math.min(step, 20) * 10);
  }
  send("pointerup", 120, 250);
  expect(told.at(-1)).toEqual(["flick", 0, 0, -0.25, 0, 0]);
});

test("what begins over the HUD is left to the HUD", () => {
  const { send, told } = setUp((x) => x < 200);
  send("pointerdown", 100, 50);
  send("pointermove", 400, 50);
  send("pointerup", 400, 50);
  const wheel = send("wheel", 100, 50, { deltaY: 100, deltaMode: 0 });
  expect([told, wheel.defaultPrevented]).toEqual([[], false]);
});

test("the wheel zooms towards the pointer, and nothing does once undone", () => {
  const { send, told, stop } = setUp();
  send("wheel", 300, 50, { deltaY: -100, deltaMode: 0 });
  send("wheel", 300, 50, { deltaY: -3, deltaMode: 1 });
  stop();
  send("wheel", 300, 50, { deltaY: -100, deltaMode: 0 });
  send("keydown", 0, 0, { key: "Home" });
  expect(told).toEqual([
    ["zoom", 1.127, 300, 50],
    ["zoom", 1.059, 300, 50],
  ]);
});
