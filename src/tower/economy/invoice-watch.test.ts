import { expect, onTestFinished, test } from "vitest";
import { sats, toMsat } from "../../protocol/units.ts";
import { decodeInvoice } from "../lightning/bolt11/decode.ts";
import { audit, balances, IN_ORDER } from "./testing/books.ts";
import { createTestClock, START } from "./testing/clock.ts";
import { testDirectory } from "./testing/directory.ts";
import { ANNA, openTestEconomy, type TestEconomy, type TestOptions } from "./testing/economy.ts";
import { createOutside } from "./testing/outside.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A tower that says when the wallet was asked about an invoice, in milliseconds after the start of the clock. */
async function watched(options: TestOptions = {}) {
  const asked = new Map<string, number[]>();
  const clock = options.clock ?? createTestClock();
  const tower = await openTestEconomy(testDirectory(), {
    ...options,
    clock,
    wrap: {
      wallet: (wallet) => ({
        ...wallet,
        lookupInvoice(paymentHash) {
          asked.set(paymentHash, [...(asked.get(paymentHash) ?? []), clock.now() - START]);
          return wallet.lookupInvoice(paymentHash);
        },
      }),
    },
  });
  onTestFinished(() => tower.close());
  return { tower, asked: (paymentHash: string): readonly number[] => asked.get(paymentHash) ?? [] };
}

async function evalHash(tower: TestEconomy): Promise<string> {
  const job = await tower.until(await tower.request(ANNA), () => true);
  return decodeInvoice(job.evalInvoice?.paymentRequest ?? "").paymentHash;
}

/** When an invoice is asked about next, in milliseconds after the start of the clock; undefined: never. */
const nextLookAt = (tower: TestEconomy, paymentHash: string): Promise<number | undefined> =>
  tower.database.read(async (sql) => {
    const [row] = await sql.all<{ next_look_ms: bigint | null }>(
      "SELECT next_look_ms FROM invoice WHERE payment_hash = ?",
      paymentHash,
    );
    return row?.next_look_ms == null ? undefined : Number(row.next_look_ms) - START;
  });

/** Moves the clock to each look that is planned until one comes after `until`; says when they were. */
async function looks(tower: TestEconomy, paymentHash: string, until: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (;;) {
    const next = await nextLookAt(tower, paymentHash);
    if (next === undefined || next > until) return times;
    times.push(next);
    tower.clock.advance(START + next - tower.clock.now());
    await expect.poll(() => nextLookAt(tower, paymentHash)).not.toBe(next);
  }
}

test("an invoice is asked about ever more seldom while it can be paid, then anew from its expiry on for a week", async () => {
  const { tower, asked } = await watched();
  const hash = await evalHash(tower);
  // Paid in 10 minutes or not at all: after 30 seconds, then 30, 60, 120 and 240 later, and just past its expiry.
  const open = [30, 60, 120, 240, 480, 601].map((seconds) => seconds * SECOND);
  expect(await looks(tower, hash, 601 * SECOND)).toEqual(open);
  // A minute later, then as long after its expiry again as it was already, 6 hours at most.
  const late = await looks(tower, hash, 30 * DAY);
  const after = late.map((at) => at - 600 * SECOND);
  expect(after.slice(0, 10)).toEqual(
    [61, 122, 244, 488, 976, 1952, 3904, 7808, 15_616, 31_232].map((s) => s * SECOND),
  );
  expect(after[10]).toBe(31_232 * SECOND + 6 * HOUR);
  expect(after.at(-1)).toBeGreaterThan(7 * DAY);
  expect(after.at(-2)).toBeLessThanOrEqual(7 * DAY);
  expect(new Set([...open, ...late])).toEqual(new Set(asked(hash)));
  expect(tower.failures).toEqual([]);
});

test("what nobody told of is found while the invoice is open, and then never asked about again", async () => {
  const outside = createOutside();
  const { tower, asked } = await watched({ outside });
  const hash = await evalHash(tower);
  outside.pay(hash, { amount: toMsat(sats(10)), at: START + 5 * SECOND });
  tower.clock.advance(30 * SECOND);
  await expect.poll(() => nextLookAt(tower, hash)).toBe(undefined);
  const before = asked(hash).length;
  tower.clock.advance(MINUTE);
  tower.clock.advance(10 * DAY);
  expect(asked(hash)).toHaveLength(before);
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a payment that settles hours after the expiry is found, and is owed", async () => {
  const outside = createOutside();
  const { tower } = await watched({ outside });
  const jobId = await tower.request(ANNA);
  const job = await tower.until(jobId, () => true);
  const hash = decodeInvoice(job.evalInvoice?.paymentRequest ?? "").paymentHash;
  await looks(tower, hash, 2 * HOUR);
  expect(await tower.until(jobId, (now) => now.phase === "closed")).toMatchObject({
    outcome: "expired",
    owedSats: 0,
  });
  outside.pay(hash, { amount: toMsat(sats(10)), at: START + 3 * HOUR });
  await looks(tower, hash, 10 * HOUR);
  expect(await tower.until(jobId, (now) => now.refund === "owed")).toMatchObject({
    owedSats: 10,
    evalInvoice: { state: "settled_late" },
  });
  expect(await balances(tower)).toMatchObject({ [`refund:${jobId}`]: -10_000n });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("each kind of invoice is watched from the moment that it is made", async () => {
  const outside = createOutside();
  const { tower } = await watched({ outside });
  const { economy } = tower;
  const deposit = await economy.treasury.deposit(sats(500));
  tower.clock.advance(10 * SECOND);
  outside.pay(deposit.paymentHash, { amount: toMsat(sats(500)), at: START });
  tower.clock.advance(20 * SECOND);
  await expect.poll(() => nextLookAt(tower, deposit.paymentHash)).toBe(undefined);
  expect(await balances(tower)).toMatchObject({ deposits: -500_000n });
});

test("a wallet that cannot be asked is asked again at the next look", async () => {
  const outside = createOutside();
  let isDown = true;
  const clock = createTestClock();
  const tower = await openTestEconomy(testDirectory(), {
    clock,
    outside,
    wrap: {
      wallet: (wallet) => ({
        ...wallet,
        lookupInvoice: async (hash) => {
          if (isDown) throw new Error("the wallet is down");
          return wallet.lookupInvoice(hash);
        },
      }),
    },
  });
  onTestFinished(() => tower.close());
  const hash = await evalHash(tower);
  outside.pay(hash, { amount: toMsat(sats(10)), at: START });
  clock.advance(30 * SECOND);
  await expect
    .poll(() => tower.failures)
    .toEqual(["asking the wallet about an invoice: Error: the wallet is down"]);
  await expect.poll(() => nextLookAt(tower, hash)).toBe(60 * SECOND);
  isDown = false;
  clock.advance(30 * SECOND);
  await expect.poll(() => nextLookAt(tower, hash)).toBe(undefined);
});
