import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../storage/port.ts";
import type { Effect } from "./decide/decision.ts";
import { createEffectRunner, type Performers } from "./effects.ts";
import { createTestClock } from "./testing/clock.ts";

test("payments that a payee holds, and brains that think long, keep nobody from an invoice", async () => {
  const begun = new Map<string, number>();
  const held: (() => void)[] = [];
  const count = (kind: string): void => void begun.set(kind, (begun.get(kind) ?? 0) + 1);
  const hold = (kind: string) => async (): Promise<"done"> => {
    count(kind);
    await new Promise<void>((resolve) => held.push(resolve));
    return "done";
  };
  const performers: Performers = {
    make_invoice: async () => {
      count("make_invoice");
      return "done";
    },
    payout: hold("payout"),
    session_payout: hold("session_payout"),
    withdrawal: hold("withdrawal"),
    evaluate: hold("evaluate"),
    execute: hold("execute"),
  };
  const runner = createEffectRunner({
    database: {} as Database,
    clock: createTestClock(),
    performers,
    failed: (_, error) => expect.unreachable(String(error)),
  });
  onTestFinished(async () => {
    const closed = runner.close();
    for (const release of held) release();
    await closed;
  });
  // Of an effect the runner reads its key and kind alone.
  const effect = (kind: Effect["kind"], n: number): Effect => ({ kind, key: `${kind}:${n}` }) as Effect;
  const many = (kind: Effect["kind"], n: number) => Array.from({ length: n }, (_, at) => effect(kind, at));
  runner.begin([...many("session_payout", 100), ...many("execute", 100)]);
  runner.begin([...many("payout", 1), ...many("evaluate", 1), ...many("make_invoice", 3)]);
  await expect
    .poll(() => Object.fromEntries(begun))
    .toEqual({ session_payout: 64, execute: 64, make_invoice: 3 });
  const [first] = held;
  first?.();
  await expect.poll(() => (begun.get("session_payout") ?? 0) + (begun.get("execute") ?? 0)).toBe(129);
});
