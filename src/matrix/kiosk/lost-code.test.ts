import { expect, test } from "vitest";
import { createNullStage } from "../stage/null-stage.ts";
import type { LinkView } from "../state/model.ts";
import { createFeed, createValue } from "../world/testing/fake-world.ts";
import { followLostCode, type LostCodeOptions } from "./lost-code.ts";

const OFFLINE: LinkView = { status: "offline", reason: "gone", retryAt: undefined };

function setUp({
  isKiosk = true,
  kept = new Map<string, string>(),
  ...options
}: Partial<Omit<LostCodeOptions, "isKiosk">> & { isKiosk?: boolean; kept?: Map<string, string> } = {}) {
  const { stage, input, dispose } = createNullStage();
  const link = createValue<LinkView>({ status: "live" });
  const losses = createFeed<unknown>();
  const faults: string[] = [];
  let reloads = 0;
  let now = 1_000_000_000_000;
  const stop = followLostCode({
    stage,
    link,
    isKiosk: () => isKiosk,
    onLost: losses.subscribe,
    onFault: ({ message }) => faults.push(message),
    memory: () => ({
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
    }),
    now: () => now,
    reload: () => {
      reloads += 1;
    },
    ...options,
  });
  return {
    link,
    kept,
    faults,
    input,
    lose: () => losses.emit(new Error("Failed to fetch")),
    reloads: () => reloads,
    pass(seconds: number) {
      for (let tenth = 0; tenth < seconds * 10; tenth++) {
        stage.step(0.1);
        now += 100;
      }
    },
    end() {
      stop();
      expect(losses.listeners.size).toBe(0);
      dispose();
    },
  };
}

test("a kiosk that lacks code while the tower is there loads the page again, when nobody has touched it for a minute", () => {
  const page = setUp();
  page.pass(50);
  page.lose();
  page.lose();
  page.input();
  page.pass(55);
  expect(page.reloads()).toBe(0);
  page.pass(10);
  expect([page.reloads(), page.faults]).toEqual([
    1,
    ["A part of the page could not be loaded: loading the page again brings it."],
  ]);
  page.end();
});

test("code that is missing because the tower is gone is for a retry, and nothing reloads while it is gone", () => {
  const page = setUp();
  page.link.set(OFFLINE);
  page.lose();
  page.link.set({ status: "live" });
  page.pass(200);
  expect([page.reloads(), page.faults]).toEqual([0, []]);
  page.lose();
  page.link.set(OFFLINE);
  page.pass(200);
  expect(page.reloads()).toBe(0);
  page.link.set({ status: "live" });
  page.pass(1);
  expect(page.reloads()).toBe(1);
  page.end();
});

test("a reload that did not help is not done again for ten minutes", () => {
  const first = setUp();
  first.lose();
  first.pass(61);
  expect(first.reloads()).toBe(1);
  const second = setUp({ kept: first.kept });
  second.lose();
  second.pass(500);
  expect(second.reloads()).toBe(0);
  second.pass(300);
  expect(second.reloads()).toBe(1);
  first.end();
  second.end();
});

test("a person's page is never reloaded by itself, nor a kiosk that could not remember it", () => {
  const forbidden = () => {
    throw new Error("storage is forbidden");
  };
  for (const page of [setUp({ isKiosk: false }), setUp({ memory: forbidden })]) {
    page.lose();
    page.pass(1_000);
    expect([page.reloads(), page.faults.length]).toEqual([0, 1]);
    page.end();
  }
});
