import { expect, test } from "vitest";
import { listenForGestures } from "./gestures.ts";

/** A canvas of 800×400 CSS px at 10, 20 on the page, and what a person's hands on it came to. */
function setUp(isOverHud = (_x: number, _y: number) => false) {
  const canvas = Object.assign(new EventTarget(), {
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
      zoom: note("zoom"),
      home: note("home"),
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

test("a short press is a tap, where it began", () => {
  const { send, told, wait } = setUp();
  send("pointerdown", 100, 50);
  wait(120);
  send("pointermove", 104, 52);
  send("pointerup", 104, 52);
  expect(told).toEqual([["tap", 100, 50]]);
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
  expect(told).toEqual([["turn", 0.32, 0]]);
});

test("two fingers zoom and pan, and their end is no tap", () => {
  const { send, told } = setUp();
  send("pointerdown", 100, 100);
  send("pointerdown", 200, 100, { pointerId: 2 });
  send("pointermove", 300, 100, { pointerId: 2 });
  send("pointerup", 300, 100, { pointerId: 2 });
  send("pointerup", 100, 100);
  expect(told).toEqual([
    ["zoom", 2],
    ["pan", -0.125, 0],
  ]);
});

test("what begins over the HUD is left to the HUD", () => {
  const { send, told } = setUp((x) => x < 200);
  send("pointerdown", 100, 50);
  send("pointermove", 400, 50);
  send("pointerup", 400, 50);
  const wheel = send("wheel", 100, 50, { deltaY: 100, deltaMode: 0 });
  expect([told, wheel.defaultPrevented]).toEqual([[], false]);
});

test("wheel and keys move the camera, and nothing does once undone", () => {
  const { send, told, stop } = setUp();
  send("wheel", 300, 50, { deltaY: -100, deltaMode: 0 });
  send("keydown", 0, 0, { key: "ArrowLeft" });
  send("keydown", 0, 0, { key: "ArrowLeft", metaKey: true });
  send("keydown", 0, 0, { key: "q" });
  stop();
  send("keydown", 0, 0, { key: "Home" });
  expect(told).toEqual([
    ["zoom", 1.127],
    ["turn", 0.14, 0],
  ]);
});
