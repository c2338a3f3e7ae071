import { expect, test } from "vitest";
import type { Me } from "../state/model.ts";
import { createFakeWorld, createValue } from "../world/testing/fake-world.ts";
import { followKiosk } from "./kiosk.ts";

function setUp(isAsked: boolean) {
  const world = createFakeWorld(1);
  const me = createValue<Me>({ role: "visitor", ownerId: undefined, playSats: true });
  const told: string[] = [];
  const loads: { readonly done: () => void; readonly fail: () => void }[] = [];
  const stop = followKiosk({
    stage: world.stage,
    roster: world.context.roster,
    state: world.state,
    me,
    link: world.state.link,
    isKiosk: () => isAsked || me.get().role === "kiosk",
    onReturn: () => {},
    onFault: (error) => told.push(String(error)),
    loadDirector: () =>
      new Promise((resolve, reject) => {
        const createDirector = () => {
          told.push("directs");
          return { shot: undefined, dispose: () => void told.push("ends") };
        };
        loads.push({ done: () => resolve({ createDirector }), fail: () => reject(new Error("no tower")) });
      }),
  });
  return {
    told,
    loads,
    stop,
    link: world.state.link,
    become: (role: Me["role"]) => me.set({ ...me.get(), role }),
    settle: () => new Promise((resolve) => setImmediate(resolve)),
    dispose: world.dispose,
  };
}

test("a kiosk gets a director while it is one, others never fetch it", async () => {
  const { told, loads, become, settle, stop, dispose } = setUp(false);
  become("operator");
  expect(loads.length).toBe(0);
  become("kiosk");
  become("kiosk");
  expect(loads.length).toBe(1);
  loads[0]?.done();
  await settle();
  become("kiosk");
  become("visitor");
  become("visitor");
  become("kiosk");
  loads[1]?.done();
  await settle();
  stop();
  stop();
  expect(told).toEqual(["directs", "ends", "directs", "ends"]);
  dispose();
});

test("a page that was opened as a kiosk is one, whoever the tower says that it is", async () => {
  const { told, loads, become, settle, stop, dispose } = setUp(true);
  loads[0]?.done();
  await settle();
  become("visitor");
  stop();
  expect(told).toEqual(["directs", "ends"]);
  dispose();
});

test("a director that could not be fetched is tried again when the link comes back", async () => {
  const { told, loads, link, settle, stop, dispose } = setUp(true);
  loads[0]?.fail();
  await settle();
  link.set({ status: "offline", reason: "gone", retryAt: undefined });
  link.set({ status: "connecting" });
  expect(loads.length).toBe(1);
  link.set({ status: "live" });
  expect(loads.length).toBe(2);
  loads[1]?.done();
  await settle();
  link.set({ status: "offline", reason: "gone", retryAt: undefined });
  link.set({ status: "live" });
  expect([told, loads.length]).toEqual([["Error: no tower", "directs"], 2]);
  stop();
  dispose();
});

test("a director that comes too late does not begin, one that cannot be fetched is tried again", async () => {
  const { told, loads, become, settle, stop, dispose } = setUp(false);
  become("kiosk");
  become("visitor");
  loads[0]?.done();
  await settle();
  become("kiosk");
  loads[1]?.fail();
  await settle();
  become("kiosk");
  expect([told, loads.length]).toEqual([["Error: no tower"], 3]);
  stop();
  dispose();
});
