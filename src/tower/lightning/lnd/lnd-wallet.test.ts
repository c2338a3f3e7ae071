import { inspect } from "node:util";
import { afterEach, expect, test } from "vitest";
import { RefusalError } from "../../../protocol/refusal.ts";
import { sats, toMsat } from "../../../protocol/units.ts";
import { decodeInvoice } from "../bolt11/decode.ts";
import { selfSigned } from "../testing/certificate.ts";
import { eventually } from "../testing/eventually.ts";
import type { Wallet } from "../wallet.ts";
import { describeWallet } from "../wallet-contract.ts";
import { type LndOptions, openLndWallet } from "./lnd-wallet.ts";
import { startStandIn } from "./testing/stand-in.ts";

const refusal = (code: string, words = "") =>
  expect.objectContaining({ constructor: RefusalError, code, message: expect.stringContaining(words) });
const feeLimit = toMsat(sats(10));
const wanted = { amount: sats(10), description: "Evaluation", expirySeconds: 600 };

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function openRig(differs: Partial<LndOptions> = {}) {
  const standIn = await startStandIn();
  ends.push(standIn.stop);
  const open = (more: Partial<LndOptions> = {}): Wallet => {
    const { url, macaroon, certificate } = standIn;
    const wallet = openLndWallet({
      ...{ url, macaroon, certificate, network: "bc", now: Date.now, reopenMs: 10 },
      ...differs,
      ...more,
    });
    ends.push(wallet.close);
    return wallet;
  };
  return { standIn, open, wallet: open() };
}

describeWallet("the LND wallet", async () => {
  let passed = 0;
  const { standIn, wallet } = await openRig({ now: () => Date.now() + passed });
  return {
    wallet,
    settle: async (paymentRequest) => standIn.receive(paymentRequest),
    followed: async () => eventually(standIn.streaming, 5).toBe(1),
    requestFromElsewhere: async (amount) => standIn.request(toMsat(amount)),
    async pass(seconds) {
      passed += seconds * 1000;
    },
    release: () => wallet.close(),
  };
});

test("a stream that breaks is opened again where it was, and nothing is told twice", async () => {
  const { standIn, wallet } = await openRig();
  const heard: unknown[] = [];
  wallet.followSettlements((hint) => heard.push(hint));
  await eventually(standIn.streaming).toBe(1);
  // Of new invoices the stream tells as well.
  const made = [
    await wallet.makeInvoice(wanted),
    await wallet.makeInvoice(wanted),
    await wallet.makeInvoice(wanted),
  ] as const;
  standIn.receive(made[0].paymentRequest);
  await eventually(() => heard).toHaveLength(1);
  standIn.hangUp();
  standIn.receive(made[1].paymentRequest);
  await eventually(() => heard).toHaveLength(2);
  standIn.receive(made[2].paymentRequest);
  await eventually(() => heard).toEqual(
    made.map(({ paymentHash }, index) => ({ paymentHash, cursor: String(index + 1) })),
  );
});

test("that settlements cannot be followed is told once, and once more after they could be", async () => {
  const told: [string, unknown][] = [];
  const { standIn, wallet } = await openRig({ failed: (what, error) => told.push([what, error]) });
  const tries = (count: number) =>
    eventually(standIn.subscriptions).toBeGreaterThan(standIn.subscriptions() + count);
  const what = "LND cannot be heard telling what was settled";
  const nothingFits = [what, refusal("wallet_unavailable", "cannot do this now")];
  const broken = [what, refusal("wallet_unavailable", "does not answer")];
  const made = [await wallet.makeInvoice(wanted), await wallet.makeInvoice(wanted)] as const;
  standIn.mischief.isLocked = true;
  const heard: string[] = [];
  wallet.followSettlements(({ paymentHash }) => heard.push(paymentHash));
  await tries(3);
  expect(told).toEqual([nothingFits]);
  standIn.mischief.isLocked = false;
  await eventually(standIn.streaming).toBe(1);
  standIn.receive(made[0].paymentRequest);
  await eventually(() => heard).toEqual([made[0].paymentHash]);
  standIn.hangUp();
  await eventually(() => told).toEqual([nothingFits, broken]);
  // What cannot be read hides nothing that comes after it, and is told as well.
  await eventually(standIn.streaming).toBe(1);
  standIn.receive(made[1].paymentRequest);
  await eventually(() => heard).toEqual(made.map(({ paymentHash }) => paymentHash));
  standIn.saySettled({ state: "SETTLED" });
  const strange = [what, refusal("wallet_unavailable", "nothing that fits")];
  await eventually(() => told).toEqual([nothingFits, broken, strange]);
  const { paymentRequest, paymentHash } = await wallet.makeInvoice(wanted);
  standIn.receive(paymentRequest);
  await eventually(() => heard.at(-1)).toBe(paymentHash);
  await wallet.close();
  expect(told).toEqual([nothingFits, broken, strange]);
  expect(inspect(told, { depth: Infinity, showHidden: true })).not.toContain("0201036c6e64");
});

test("a closed wallet holds no stream", async () => {
  const { standIn, wallet } = await openRig();
  wallet.followSettlements(() => undefined);
  await eventually(standIn.streaming).toBe(1);
  await wallet.close();
  await eventually(standIn.streaming).toBe(0);
  expect(() => wallet.followSettlements(() => undefined)).toThrow(refusal("wallet_unavailable", "closed"));
});

test("the fee limit goes with every payment, in msat: 0 is only what is free", async () => {
  const { standIn, wallet } = await openRig();
  const far = standIn.request(10_000n);
  const near = standIn.request(10_000n, { isNeighbour: true });
  const pay = (paymentRequest: string, limit: number) =>
    wallet.pay({ paymentRequest, feeLimit: toMsat(sats(limit)) });
  expect(await pay(near, 0)).toEqual({ state: "succeeded", fee: 0n });
  expect(await pay(far, 0)).toEqual({ state: "failed", reason: "no_route" });
  expect(await pay(far, 1)).toEqual({ state: "failed", reason: "no_route" });
  expect(await pay(far, 2)).toEqual({ state: "succeeded", fee: 1_200n });
  const sent = { timeout_seconds: 45, no_inflight_updates: true };
  expect(standIn.sentBodies).toEqual([
    { ...sent, payment_request: near, fee_limit_msat: "0" },
    { ...sent, payment_request: far, fee_limit_msat: "0" },
    { ...sent, payment_request: far, fee_limit_msat: "1000" },
    { ...sent, payment_request: far, fee_limit_msat: "2000" },
  ]);
});

test("a payment that failed says why", async () => {
  const { standIn, wallet } = await openRig();
  const reasons = [
    ["FAILURE_REASON_TIMEOUT", "no_route"],
    ["FAILURE_REASON_NO_ROUTE", "no_route"],
    ["FAILURE_REASON_CANCELED", "no_route"],
    ["FAILURE_REASON_ERROR", "rejected"],
    ["FAILURE_REASON_INCORRECT_PAYMENT_DETAILS", "rejected"],
    ["FAILURE_REASON_INSUFFICIENT_BALANCE", "insufficient_balance"],
  ] as const;
  for (const [said, reason] of reasons) {
    standIn.mischief.failure = said;
    const paymentRequest = standIn.request(10_000n);
    const failed = { state: "failed", reason };
    expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual(failed);
    expect(await wallet.lookupPayment(decodeInvoice(paymentRequest).paymentHash)).toEqual(failed);
  }
});

test("what LND refuses before it tries is a failure only where that is certain", async () => {
  const { standIn, wallet } = await openRig();
  const paymentRequest = standIn.request(10_000n);
  const pay = () => wallet.pay({ paymentRequest, feeLimit });
  standIn.mischief.refusal = "invoice expired. Valid until 2026-01-01";
  expect(await pay()).toEqual({ state: "failed", reason: "invoice_expired" });
  standIn.mischief.refusal = "self-payments not allowed";
  expect(await pay()).toEqual({ state: "failed", reason: "own_invoice" });
  standIn.mischief.refusal = "router server shutting down";
  await expect(pay()).rejects.toThrow(refusal("wallet_unavailable", "cannot do this now"));
  standIn.mischief.refusal = "permission denied";
  await expect(pay()).rejects.toThrow(refusal("wallet_unavailable", "macaroon"));
});

test.each([
  ["succeeded", undefined],
  ["failed", "FAILURE_REASON_NO_ROUTE"],
])(
  "a payment that takes long is pending, and after a restart found by its hash when it %s",
  async (state, failure) => {
    const { standIn, open, wallet } = await openRig({ payMs: 200 });
    standIn.mischief.isStuck = true;
    const paymentRequest = standIn.request(10_000n);
    const { paymentHash } = decodeInvoice(paymentRequest);
    expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "pending" });
    await wallet.close();
    const restarted = open();
    expect(await restarted.lookupPayment(paymentHash)).toEqual({ state: "pending" });
    expect(await restarted.pay({ paymentRequest, feeLimit })).toEqual({ state: "pending" });
    standIn.finish(failure);
    const after = await restarted.lookupPayment(paymentHash);
    expect(after).toEqual(
      state === "succeeded" ? { state, fee: 1_200n } : { state: "failed", reason: "no_route" },
    );
    expect(standIn.sentBodies).toHaveLength(1);
  },
);

test("an answer that is lost after the payment was made is no failure", async () => {
  const { standIn, wallet } = await openRig();
  standIn.mischief.losesAnswer = true;
  const paymentRequest = standIn.request(10_000n);
  expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "succeeded", fee: 1_200n });
});

test("a payment that is worked off late, just when the balance is read, is no failure of the second try", async () => {
  const { standIn, wallet } = await openRig();
  const paymentRequest = standIn.request(6_000_000n);
  const pay = () => wallet.pay({ paymentRequest, feeLimit: toMsat(sats(100)) });
  standIn.mischief.isLate = true;
  await expect(pay()).rejects.toThrow(refusal("wallet_unavailable"));
  const { paymentHash } = decodeInvoice(paymentRequest);
  expect(await wallet.lookupPayment(paymentHash)).toEqual({ state: "unknown" });
  // What is left after it is too little to pay it again.
  expect(await pay()).toEqual({ state: "succeeded", fee: 1_200n });
});

test("an answer that is lost for what had failed before says nothing either way", async () => {
  const { standIn, wallet } = await openRig();
  standIn.mischief.failure = "FAILURE_REASON_NO_ROUTE";
  const paymentRequest = standIn.request(10_000n);
  expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "failed", reason: "no_route" });
  standIn.mischief.losesAnswer = true;
  await expect(wallet.pay({ paymentRequest, feeLimit })).rejects.toThrow(refusal("wallet_unavailable"));
});

test("an invoice is settled when LND settled it, not when it was made: what came late counts as late", async () => {
  const { standIn, wallet } = await openRig();
  const { paymentRequest, paymentHash, expiresAt } = await wallet.makeInvoice(wanted);
  const settledAt = expiresAt + 7_000;
  standIn.receive(paymentRequest, settledAt);
  expect(await wallet.lookupInvoice(paymentHash)).toEqual({ state: "settled", settledAt, amount: 10_000n });
});

test("a node whose wallet is locked knows nothing, which is not the same as having no such invoice", async () => {
  const { standIn, wallet } = await openRig();
  const { paymentHash } = await wallet.makeInvoice(wanted);
  standIn.mischief.isLocked = true;
  await expect(wallet.lookupInvoice(paymentHash)).rejects.toThrow(refusal("wallet_unavailable"));
  await expect(wallet.lookupPayment(paymentHash)).rejects.toThrow(refusal("wallet_unavailable"));
});

test("a certificate that is not the node's is said so", async () => {
  const { open } = await openRig();
  for (const certificate of [undefined, selfSigned().cert]) {
    await expect(open({ certificate }).balance()).rejects.toThrow(
      refusal("wallet_unavailable", "certificate is not trusted"),
    );
  }
});

test("a wrong macaroon is said so, and repeated nowhere", async () => {
  const { open } = await openRig();
  const wallet = open({ macaroon: "0201036c6e64cd" });
  for (const asked of [
    wallet.balance(),
    wallet.makeInvoice(wanted),
    wallet.lookupInvoice("00".repeat(32)),
    wallet.lookupPayment("00".repeat(32)),
  ]) {
    const error: unknown = await asked.catch((reason: unknown) => reason);
    expect(error).toEqual(refusal("wallet_unavailable", "macaroon"));
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("6c6e64cd");
  }
});
