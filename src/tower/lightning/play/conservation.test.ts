import fc from "fast-check";
import { expect, test } from "vitest";
import { ownerId } from "../../../protocol/ids.ts";
import { RefusalError } from "../../../protocol/refusal.ts";
import { NO_MSAT, sats } from "../../../protocol/units.ts";
import { decodeInvoice } from "../bolt11/decode.ts";
import { openPlayWallet } from "./play-wallet.ts";
import { outsideInvoice, testClock, utcDay } from "./test-network.ts";

const OWNERS = ["ann", "bob", "cat"] as const;
type Owner = (typeof OWNERS)[number];

/** Which invoice a payer or the tower picks, among all made so far. */
const pick = fc.nat(1000);
const owner = fc.constantFrom(...OWNERS);
/** In sats: some that every balance covers, some that none does. */
const amount = fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 8000, max: 120_000 }));

const operation = fc.oneof(
  fc.record({ type: fc.constant("faucet" as const), owner }),
  fc.record({ type: fc.constant("ask" as const), amount }),
  fc.record({ type: fc.constant("askForPurse" as const), owner, amount }),
  fc.record({ type: fc.constant("askFromOutside" as const), amount }),
  fc.record({ type: fc.constant("payFromPurse" as const), owner, pick }),
  fc.record({ type: fc.constant("payFromPurse" as const), owner, pick }),
  fc.record({ type: fc.constant("payFromTower" as const), pick }),
  fc.record({ type: fc.constant("payFromTower" as const), pick }),
  fc.record({ type: fc.constant("wait" as const), minutes: fc.integer({ min: 1, max: 400 }) }),
);
type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

/** Whole sats, reckoned without looking at the wallet's books. */
interface Reckoning {
  node: number;
  outside: number;
  minted: number;
  readonly purses: Record<Owner, number>;
  /** What each owner has drawn today. */
  readonly drawn: Record<Owner, number>;
}

interface Made {
  readonly paymentRequest: string;
  readonly paymentHash: string;
  readonly of: "tower" | "outside" | Owner;
  readonly sats: number;
  /** Milliseconds since 1970. */
  readonly until: number;
  paid: boolean;
}

/** Whether the work was done; a refusal is a no. */
function succeeds(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof RefusalError) return false;
    throw error;
  }
}

const inMsat = (value: number): bigint => BigInt(value) * 1000n;

async function run(operations: readonly Operation[]): Promise<void> {
  const clock = testClock();
  const wallet = openPlayWallet({ file: ":memory:", now: clock.now, dayOf: utcDay });
  const invoices: Made[] = [];
  const each = (value: number) => ({ ann: value, bob: value, cat: value });
  const want: Reckoning = {
    node: 100_000,
    outside: 0,
    minted: 130_000,
    purses: each(10_000),
    drawn: each(10_000),
  };
  for (const who of OWNERS) wallet.purse(ownerId(who));

  function remember(of: Made["of"], paymentRequest: string): void {
    const { paymentHash, amount: price, timestamp, expirySeconds } = decodeInvoice(paymentRequest);
    const until = (timestamp + expirySeconds) * 1000;
    invoices.push({ paymentRequest, paymentHash, of, sats: Number(price) / 1000, until, paid: false });
  }

  function payFromPurse(who: Owner, invoice: Made): void {
    const due = invoice.of === "tower" && !invoice.paid && clock.now() <= invoice.until;
    const can = due && want.purses[who] >= invoice.sats;
    expect(succeeds(() => wallet.payFromPurse(ownerId(who), invoice.paymentRequest))).toBe(can);
    if (!can) return;
    invoice.paid = true;
    want.purses[who] -= invoice.sats;
    want.node += invoice.sats;
  }

  async function payFromTower(invoice: Made): Promise<void> {
    const { of, paymentRequest, paymentHash } = invoice;
    const due = of !== "tower" && !invoice.paid && clock.now() <= invoice.until && want.node >= invoice.sats;
    const status = await wallet.pay({ paymentRequest, feeLimit: NO_MSAT });
    expect(status.state).toBe(due || (of !== "tower" && invoice.paid) ? "succeeded" : "failed");
    expect(await wallet.lookupPayment(paymentHash)).toEqual(status);
    if (of === "tower" || !due) return;
    invoice.paid = true;
    want.node -= invoice.sats;
    if (of === "outside") want.outside += invoice.sats;
    else want.purses[of] += invoice.sats;
  }

  function draw(who: Owner): void {
    const can = want.drawn[who] < 50_000;
    expect(succeeds(() => wallet.faucet(ownerId(who)))).toBe(can);
    if (!can) return;
    want.drawn[who] += 10_000;
    want.purses[who] += 10_000;
    want.minted += 10_000;
  }

  function wait(minutes: number): void {
    const today = utcDay(clock.now()).start;
    clock.advance(minutes * 60_000);
    if (utcDay(clock.now()).start !== today) Object.assign(want.drawn, each(0));
  }

  async function step(next: Operation): Promise<void> {
    if (next.type === "faucet") return draw(next.owner);
    if (next.type === "wait") return wait(next.minutes);
    if (next.type === "askForPurse") {
      return remember(
        next.owner,
        wallet.makePurseInvoice(ownerId(next.owner), sats(next.amount)).paymentRequest,
      );
    }
    if (next.type === "askFromOutside")
      return remember("outside", outsideInvoice(sats(next.amount), clock.now()));
    if (next.type === "ask") {
      const wanted = { amount: sats(next.amount), description: "work", expirySeconds: 3600 };
      return remember("tower", (await wallet.makeInvoice(wanted)).paymentRequest);
    }
    const invoice = invoices[next.pick % invoices.length];
    if (invoice === undefined) return;
    if (next.type === "payFromPurse") return payFromPurse(next.owner, invoice);
    return payFromTower(invoice);
  }

  for (const operation of operations) {
    await step(operation);
    const holdings = wallet.holdings();
    expect(holdings.node + holdings.purses + holdings.outside - holdings.minted).toBe(0n);
    expect([holdings.node, holdings.outside, holdings.minted]).toEqual(
      [want.node, want.outside, want.minted].map(inMsat),
    );
    for (const who of OWNERS) {
      const expected = { balance: want.purses[who], faucetLeft: 50_000 - want.drawn[who] };
      expect(wallet.purse(ownerId(who))).toEqual(expected);
    }
  }
  await wallet.close();
}

test("whatever happens, no play sat appears or is lost", async () => {
  const operations = fc.array(operation, { minLength: 10, maxLength: 60, size: "max" });
  await fc.assert(fc.asyncProperty(operations, run), { numRuns: 25 });
});
