import { expect, test } from "vitest";
import { createFaultLog, faultOf } from "./fault-log.ts";

function open() {
  const lines: string[] = [];
  let now = 0;
  const log = createFaultLog({ say: (line) => lines.push(line), now: () => now });
  return {
    ...log,
    lines,
    wait(ms: number) {
      now += ms;
    },
  };
}

test("a fault is written once, then ever more rarely with how often it came", () => {
  const log = open();
  for (let n = 0; n < 1_234; n++) log.note({ kind: "malformed", message: "label must be text." });
  log.note({ kind: "loss", message: "label must be text." });
  expect(log.lines).toEqual([
    "malformed: label must be text.",
    "malformed: label must be text. (10 times so far)",
    "malformed: label must be text. (100 times so far)",
    "malformed: label must be text. (1000 times so far)",
    "loss: label must be text.",
  ]);
  expect(log.entries()).toEqual([
    { kind: "malformed", message: "label must be text.", count: 1_234 },
    { kind: "loss", message: "label must be text.", count: 1 },
  ]);
});

test("faults that differ in their numbers only are the same, and the newest numbers are kept", () => {
  const log = open();
  for (const n of [17, 18, 19]) log.note({ kind: "loss", message: `Facts before ${n} did not arrive.` });
  expect(log.lines).toEqual(["loss: Facts before 17 did not arrive."]);
  expect(log.entries()).toEqual([{ kind: "loss", message: "Facts before 19 did not arrive.", count: 3 }]);
});

test("however many different faults come, few lines are written a minute and few are kept", () => {
  const log = open();
  const word = (n: number) => "x".repeat(n + 1);
  for (let n = 0; n < 500; n++) log.note({ kind: "malformed", message: word(n) });
  expect(log.lines.length).toBe(21);
  expect(log.lines.at(-1)).toBe("More faults follow, which are not written for a minute.");
  expect(log.entries().length).toBe(50);
  log.wait(60_000);
  log.note({ kind: "malformed", message: "something else" });
  expect(log.lines.at(-1)).toBe("malformed: something else");
});

test("a fault that came while too many were written is written when it comes again", () => {
  const log = open();
  const word = (n: number) => "x".repeat(n + 1);
  for (let n = 0; n < 40; n++) log.note({ kind: "malformed", message: word(n) });
  log.note({ kind: "frame", message: "a broken mesh" });
  log.wait(60_000);
  const before = log.lines.length;
  for (let n = 0; n < 5; n++) log.note({ kind: "frame", message: "a broken mesh" });
  expect(log.lines.slice(before)).toEqual(["frame: a broken mesh (2 times so far)"]);
});

test("what was thrown is written with the line and not kept", () => {
  const said: unknown[][] = [];
  const log = createFaultLog({ say: (...line) => said.push(line), now: () => 0 });
  const error = new Error("a broken mesh");
  log.note(faultOf("frame", error));
  log.note(faultOf("frame", "a broken mesh"));
  log.note(faultOf("frame", "a broken shader"));
  expect(said).toEqual([
    ["frame: a broken mesh", error],
    ["frame: a broken shader", "a broken shader"],
  ]);
  expect(log.entries()).toEqual([
    { kind: "frame", message: "a broken mesh", count: 2 },
    { kind: "frame", message: "a broken shader", count: 1 },
  ]);
});
