import { expect, test } from "vitest";
import { MOVEMENTS } from "./drift.ts";
import { listenForKeys } from "./keys.ts";

function setUp() {
  const page = Object.assign(new EventTarget(), { body: {} });
  const canvas = Object.assign(new EventTarget(), { ownerDocument: page });
  const told: (string | number)[][] = [];
  const note =
    (what: string) =>
    (...values: number[]) =>
      void told.push([what, ...values.map((value) => Math.round(value * 1000) / 1000 + 0)]);
  const stop = listenForKeys(canvas as unknown as HTMLElement, {
    push: (velocity) => note("push")(...MOVEMENTS.map((part) => velocity[part])),
    turn: note("turn"),
    pan: note("pan"),
    zoom: note("zoom"),
    home: note("home"),
  });
  return {
    told,
    stop,
    /** A key that goes to the canvas; with `focus`, to the page while that has the focus. */
    send(type: string, key = "", more: Record<string, unknown> = {}, focus?: "body" | "field") {
      const event = new Event(type, { cancelable: true });
      const values = {
        key,
        code: `place of ${key.toLowerCase()}`,
        ctrlKey: false,
        metaKey: false,
        altKey: false,
      };
      for (const [name, value] of Object.entries({ ...values, ...more })) {
        Object.defineProperty(event, name, { value });
      }
      if (focus !== undefined) {
        Object.defineProperty(event, "target", { value: focus === "body" ? page.body : {} });
      }
      (focus === undefined ? canvas : page).dispatchEvent(event);
      return event.defaultPrevented;
    },
  };
}

test("while nothing has the focus keys are for the world, while something else has it they are not", () => {
  const { send, told } = setUp();
  expect(send("keydown", "Home", {}, "field")).toBe(false);
  expect(send("keydown", "Home", {}, "body")).toBe(true);
  expect(told).toEqual([["home"]]);
});

const PUSH_NOTHING = ["push", 0, 0, 0, 0, 0];

test("a key moves the view a little at once and on while it is held", () => {
  const { send, told } = setUp();
  expect([send("keydown", "ArrowLeft"), send("keydown", "ArrowLeft")]).toEqual([true, true]);
  send("keyup", "ArrowLeft");
  send("keydown", "+");
  send("keyup", "+");
  expect(told).toEqual([
    ["turn", 0.066, 0],
    ["push", 1.1, 0, 0, 0, 0],
    PUSH_NOTHING,
    ["zoom", 1.075],
    ["push", 0, 0, 0, 0, 1.2],
    PUSH_NOTHING,
  ]);
});

test("keys that are held together add up, also when the shift key changes what they type", () => {
  const { send, told } = setUp();
  send("keydown", "w");
  send("keydown", "D");
  send("keyup", "W");
  send("keyup", "d");
  expect(told.filter(([what]) => what === "push")).toEqual([
    ["push", 0, 0, 0, 0.55, 0],
    ["push", 0, 0, 0.55, 0.55, 0],
    ["push", 0, 0, 0.55, 0, 0],
    PUSH_NOTHING,
  ]);
});

test("other keys and shortcuts are not taken", () => {
  const { send, told } = setUp();
  expect([
    send("keydown", "q"),
    send("keydown", "a", { metaKey: true }),
    send("keydown", "Tab"),
    send("keyup", "q"),
    told,
  ]).toEqual([false, false, false, false, []]);
});

test("a key whose end is never heard is let go with the focus, a shortcut, the way home and the undo", () => {
  const ends: ((keys: ReturnType<typeof setUp>) => void)[] = [
    ({ send }) => send("blur"),
    ({ send }) => send("keydown", "c", { metaKey: true }),
    ({ send }) => send("keydown", "Home"),
    ({ stop }) => stop(),
  ];
  for (const end of ends) {
    const keys = setUp();
    keys.send("keydown", "a");
    end(keys);
    expect(keys.told.filter(([what]) => what === "push").at(-1)).toEqual(PUSH_NOTHING);
  }
});
