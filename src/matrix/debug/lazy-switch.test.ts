import { expect, test } from "vitest";
import { NOT_INSTALLED } from "./install.ts";
import { createLazySwitch } from "./lazy-switch.ts";

/** A switch whose tools arrive when the test says so, and everything that it did. */
function setUp() {
  const did: string[] = [];
  const loads: PromiseWithResolvers<string>[] = [];
  const ends: (() => void)[] = [];
  const load = () => {
    const loading = Promise.withResolvers<string>();
    loads.push(loading);
    return loading.promise;
  };
  const dock = { refresh: () => undefined, say: (text: string) => did.push(text) };
  const made = createLazySwitch("Thing", dock, load, (tools, onClosed) => {
    did.push(`open ${tools}`);
    ends.push(onClosed);
    return { dispose: () => did.push("close") };
  });
  const arrive = async (index: number) => {
    loads[index]?.resolve(`tools ${index}`);
    await Promise.resolve();
    await Promise.resolve();
  };
  return { made, did, loads, ends, arrive };
}

test("opens when its tools have come, and closes", async () => {
  const { made, did, arrive } = setUp();
  made.toggle();
  expect([made.isOpen(), did]).toEqual([true, []]);
  await arrive(0);
  made.toggle();
  expect([made.isOpen(), did]).toEqual([false, ["open tools 0", "close"]]);
});

test("closed while its tools were coming, it does not open; opened again meanwhile, it opens once", async () => {
  const { made, did, arrive } = setUp();
  made.toggle();
  made.toggle();
  await arrive(0);
  expect(did).toEqual([]);
  made.toggle();
  made.toggle();
  made.toggle();
  await arrive(1);
  await arrive(2);
  expect([made.isOpen(), did]).toEqual([true, ["open tools 1"]]);
});

test("follows what closes by itself, but not what was closed before", async () => {
  const { made, did, ends, arrive } = setUp();
  made.toggle();
  await arrive(0);
  ends[0]?.();
  expect(made.isOpen()).toBe(false);
  made.toggle();
  await arrive(1);
  ends[0]?.();
  expect(made.isOpen()).toBe(true);
  made.dispose();
  expect([made.isOpen(), did]).toEqual([false, ["open tools 0", "open tools 1", "close"]]);
});

test("says why it could not be opened", async () => {
  const { made, did, loads } = setUp();
  made.toggle();
  loads[0]?.reject(new Error("no such file"));
  await expect.poll(() => did).toEqual(["Thing could not be opened: Error: no such file"]);
  expect(made.isOpen()).toBe(false);
});

test("what is not installed stays closed and says how to get it", () => {
  const dock = { refresh: () => undefined, say: () => undefined };
  const made = createLazySwitch("Thing", dock, undefined, () => {
    throw new Error("opened");
  });
  made.toggle();
  expect([made.isOpen(), made.missing]).toEqual([false, NOT_INSTALLED]);
});
