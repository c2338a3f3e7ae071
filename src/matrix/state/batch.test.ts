import { expect, test } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import { createBatch } from "./batch.ts";
import type { Cue } from "./model.ts";

const paid = (amount: number): Cue => ({
  kind: "sats",
  from: { kind: "gate" },
  to: { kind: "agent", agentId: agentId(`agent-${amount}`) },
  amountSats: sats(amount),
});

test("a reader that throws keeps no other from being told, and no sats are lost", () => {
  const faults: unknown[] = [];
  const batch = createBatch(
    () => () => {},
    (error) => faults.push(error),
  );
  const told: unknown[] = [];
  const cell = batch.cell(1);
  cell.subscribe(() => {
    throw new Error("a reader's");
  });
  cell.subscribe(() => told.push(cell.get()));
  batch.cues.subscribe((cue) => {
    if (cue.kind === "sats" && cue.amountSats === 100) throw new Error("a drawing's");
  });
  batch.cues.subscribe((cue) => told.push(cue));
  cell.set(2);
  const cues = [paid(100), paid(200)];
  for (const cue of cues) batch.cue(cue);
  batch.flush();
  expect([told, faults]).toEqual([
    [2, ...cues],
    [new Error("a reader's"), new Error("a drawing's")],
  ]);
  batch.flush();
  expect(told.length).toBe(3);
  batch.dispose();
});
