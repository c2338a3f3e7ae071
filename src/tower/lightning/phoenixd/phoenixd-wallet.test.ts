import { inspect } from "node:util";
import { afterEach, expect, test } from "vitest";
import { RefusalError } from "../../../protocol/refusal.ts";
import { sats, toMsat } from "../../../protocol/units.ts";
import { decodeInvoice } from "../bolt11/decode.ts";
import { eventually } from "../testing/eventually.ts";
import type { SettlementHint, Wallet } from "../wallet.ts";
import { describeWallet } from "../wallet-contract.ts";
import { openPhoenixdWallet, type PhoenixdOptions } from "./phoenixd-wallet.ts";
import { startStandIn } from "./testing/stand-in.ts";

const refusal = (code: string, words = "") =>
  expect.objectContaining({ constructor: RefusalError, code, message: expect.stringContaining(words) });
const feeLimit = toMsat(sats(10));
const wanted = { amount: sats(10), description: "Evaluation", expirySeconds: 600 };

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A stand-in, and a wallet on it that looks so rarely that only a notification can be why it heard. */
async function openRig(differs: Partial<PhoenixdOptions> = {}) {
  const standIn = await startStandIn();
  ends.push(standIn.stop);
  const open = (more: Partial<PhoenixdOptions> = {}): Wallet => {
    const { url, password } = standIn;
    const wallet = openPhoenixdWallet({
      ...{ url, password, network: "bc", now: Date.now, pollMs: 3_600_000 },
      ...differs,
      ...more,
    });
    ends.push(wallet.close);
    return wallet;
  };
  return { standIn, open, wallet: open() };
}

/** The first hint. */
const firstHint = (wallet: Wallet, after?: string) =>
  new Promise<SettlementHint>((resolve) => {
    const undo = wallet.followSettlements((hint) => {
      undo();
      resolve(hint);
    }, after);
  });

describeWallet("the phoenixd wallet", async () => {
  let passed = 0;
  const { standIn, wallet } = await openRig({ now: () => Date.now() + passed, pollMs: 50 });
  return {
    wallet,
    balanceStep: 1000n,
    settle: async (paymentRequest) => standIn.receive(paymentRequest),
    requestFromElsewhere: async (amount) => standIn.request(toMsat(amount)),
    async pass(seconds) {
      passed += seconds * 1000;
    },
    release: () => wallet.close(),
  };
});

test("it is asked with forms and a password alone", async () => {
  const { standIn, wallet } = await openRig();
  await wallet.makeInvoice({ ...wanted, description: "5 % off & more" });
  expect(standIn.bodies).toEqual([
    {
      path: "/createinvoice",
      type: "application/x-www-form-urlencoded",
      text: "amountSat=10&description=5+%25+off+%26+more&expirySeconds=600",
    },
  ]);
});

test("a description longer than phoenixd takes is cut between characters", async () => {
  const { wallet } = await openRig();
  const { paymentRequest } = await wallet.makeInvoice({ ...wanted, description: `a${"⚡🦊".repeat(45)}` });
  expect(decodeInvoice(paymentRequest).description).toEqual({ text: `a${"⚡🦊".repeat(42)}…` });
  const exact = await wallet.makeInvoice({ ...wanted, description: "x".repeat(128) });
  expect(decodeInvoice(exact.paymentRequest).description).toEqual({ text: "x".repeat(128) });
});

test("a notification is heard at once, and every one of several", async () => {
  const { standIn, wallet } = await openRig();
  const first = await wallet.makeInvoice(wanted);
  const second = await wallet.makeInvoice(wanted);
  const heard: string[] = [];
  wallet.followSettlements(({ paymentHash }) => heard.push(paymentHash));
  await eventually(standIn.listening).toBe(1);
  standIn.receive(first.paymentRequest);
  standIn.receive(second.paymentRequest);
  await eventually(() => heard).toEqual([first.paymentHash, second.paymentHash]);
});

test("a settlement that no notification told of is found by looking", async () => {
  const { standIn, wallet } = await openRig({ pollMs: 20 });
  standIn.mischief.isMute = true;
  const { paymentRequest, paymentHash } = await wallet.makeInvoice(wanted);
  const heard = firstHint(wallet);
  await eventually(standIn.listening).toBe(1);
  standIn.receive(paymentRequest);
  expect((await heard).paymentHash).toBe(paymentHash);
});

test("notification sockets that break do not end the following", async () => {
  const { standIn, wallet } = await openRig({ pollMs: 20 });
  const { paymentRequest, paymentHash } = await wallet.makeInvoice(wanted);
  const heard = firstHint(wallet);
  await eventually(standIn.listening).toBe(1);
  standIn.hangUp();
  await eventually(standIn.listening).toBe(0);
  standIn.receive(paymentRequest);
  expect((await heard).paymentHash).toBe(paymentHash);
});

test("that settlements cannot be followed is told once, and once more after they could be", async () => {
  const told: [string, unknown][] = [];
  const { standIn, wallet } = await openRig({
    pollMs: 5,
    reopenMs: 5,
    failed: (what, error) => told.push([what, error]),
  });
  const tries = async (count: number) => {
    const [lists, knocks] = [standIn.lists() + count, standIn.knocks() + count];
    await eventually(standIn.lists).toBeGreaterThan(lists);
    await eventually(standIn.knocks).toBeGreaterThan(knocks);
  };
  const of = (words: string) => told.filter(([what]) => what.includes(words)).map(([, error]) => error);
  const unanswered = refusal("wallet_unavailable", "status 401");
  standIn.mischief.isLocked = true;
  wallet.followSettlements(() => undefined);
  await tries(3);
  expect(of("asked")).toEqual([unanswered]);
  expect(of("notifications")).toEqual([expect.any(Error)]);
  expect(told).toHaveLength(2);
  standIn.mischief.isLocked = false;
  await eventually(standIn.listening).toBe(1);
  // One that was shut before it said anything has not worked.
  const knocks = standIn.knocks();
  standIn.hangUp();
  await eventually(standIn.knocks).toBeGreaterThan(knocks);
  await eventually(standIn.listening).toBe(1);
  expect(of("notifications")).toHaveLength(1);
  await standIn.ping();
  standIn.hangUp();
  await eventually(() => of("notifications")).toHaveLength(2);
  standIn.mischief.isMute = true;
  const first = await wallet.makeInvoice(wanted);
  const heard = firstHint(wallet);
  standIn.receive(first.paymentRequest);
  await heard;
  standIn.mischief.isLocked = true;
  await eventually(() => of("asked")).toEqual([unanswered, unanswered]);
  await wallet.close();
  const said = inspect(told, { depth: Infinity, showHidden: true });
  expect(said).not.toContain(standIn.password);
  expect(said).not.toContain(Buffer.from(`:${standIn.password}`).toString("base64"));
});

test("of its notifications too it is told when they can be heard no more", async () => {
  const told: [string, unknown][] = [];
  const { standIn, wallet } = await openRig({
    reopenMs: 5,
    failed: (what, error) => told.push([what, error]),
  });
  const broken = [
    "phoenixd's notifications cannot be heard",
    new Error("the socket was closed with code 1006"),
  ];
  wallet.followSettlements(() => undefined);
  for (const times of [1, 2]) {
    await eventually(standIn.listening).toBe(1);
    const { paymentRequest, paymentHash } = await wallet.makeInvoice(wanted);
    const heard = firstHint(wallet);
    await eventually(standIn.listening).toBe(2);
    standIn.receive(paymentRequest);
    expect((await heard).paymentHash).toBe(paymentHash);
    await eventually(standIn.listening).toBe(1);
    standIn.hangUp();
    await eventually(() => told).toEqual(Array.from({ length: times }, () => broken));
  }
});

test("what cannot be read in its list hides nothing else, and is told once", async () => {
  const told: [string, unknown][] = [];
  const { standIn, wallet } = await openRig({
    pollMs: 5,
    failed: (what, error) => told.push([what, error]),
  });
  standIn.mischief.isMute = true;
  standIn.mischief.strange.push({ paymentHash: 5, preimage: "aa".repeat(32) });
  const { paymentRequest, paymentHash } = await wallet.makeInvoice(wanted);
  const heard: string[] = [];
  wallet.followSettlements((hint) => heard.push(hint.paymentHash));
  standIn.receive(paymentRequest);
  await eventually(() => heard).toEqual([paymentHash]);
  const lists = standIn.lists();
  await eventually(standIn.lists).toBeGreaterThan(lists + 2);
  expect(told).toEqual([
    [
      "phoenixd lists payments that cannot be read",
      new Error("an entry is not what was expected at paymentHash"),
    ],
  ]);
});

test("a closed wallet listens no more", async () => {
  const { standIn, wallet } = await openRig();
  wallet.followSettlements(() => undefined);
  await eventually(standIn.listening).toBe(1);
  await wallet.close();
  await eventually(standIn.listening).toBe(0);
  expect(() => wallet.followSettlements(() => undefined)).toThrow(refusal("wallet_unavailable", "closed"));
});

test("status 200 is no success: a payment that failed says why", async () => {
  const { standIn, wallet } = await openRig();
  const before = await wallet.balance();
  const reasons = [
    ["the recipient rejected the payment", "rejected"],
    ["not enough funds in wallet to afford payment", "insufficient_balance"],
    ["payment attempts exhausted without success", "no_route"],
    ["wallet restarted while a payment was ongoing", "no_route"],
  ] as const;
  for (const [said, reason] of reasons) {
    standIn.mischief.failure = said;
    const paymentRequest = standIn.request(10_000n);
    expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "failed", reason });
  }
  expect(await wallet.balance()).toBe(before);
});

test.each(["this invoice has already been paid", "another payment is in progress for that invoice"])(
  "a second try that is refused says nothing of the first: %s",
  async (said) => {
    const { standIn, wallet } = await openRig();
    standIn.mischief.failure = said;
    expect(await wallet.pay({ paymentRequest: standIn.request(10_000n), feeLimit })).toEqual({
      state: "pending",
    });
  },
);

test("what failed is tried again when it is asked for again", async () => {
  const { standIn, wallet } = await openRig();
  standIn.mischief.failure = "channel is not connected yet, please retry when connected";
  const paymentRequest = standIn.request(10_000n);
  expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "failed", reason: "no_route" });
  standIn.mischief.failure = undefined;
  const paid = { state: "succeeded", fee: 4_040n };
  expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual(paid);
  expect(await wallet.lookupPayment(decodeInvoice(paymentRequest).paymentHash)).toEqual(paid);
});

test.each(["succeeded", "failed"] as const)(
  "a payment that takes long is pending, and after a restart found by its hash when it %s",
  async (end) => {
    const { standIn, open, wallet } = await openRig({ payMs: 200 });
    standIn.mischief.isStuck = true;
    const paymentRequest = standIn.request(10_000n);
    const { paymentHash } = decodeInvoice(paymentRequest);
    expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "pending" });
    await wallet.close();
    const restarted = open();
    expect(await restarted.lookupPayment(paymentHash)).toEqual({ state: "pending" });
    expect(await restarted.pay({ paymentRequest, feeLimit })).toEqual({ state: "pending" });
    standIn.finish(end);
    expect(await restarted.lookupPayment(paymentHash)).toEqual(
      end === "succeeded" ? { state: "succeeded", fee: 4_040n } : { state: "failed", reason: "no_route" },
    );
    expect(standIn.bodies.filter(({ path }) => path === "/payinvoice")).toHaveLength(1);
  },
);

test("an answer that is lost after the payment was made is no failure", async () => {
  const { standIn, wallet } = await openRig();
  standIn.mischief.losesAnswer = true;
  const paymentRequest = standIn.request(10_000n);
  expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "succeeded", fee: 4_040n });
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
  expect(await pay()).toEqual({ state: "succeeded", fee: 28_000n });
});

test("an answer that is lost for what had failed before says nothing either way", async () => {
  const { standIn, wallet } = await openRig();
  standIn.mischief.failure = "the recipient rejected the payment";
  const paymentRequest = standIn.request(10_000n);
  expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "failed", reason: "rejected" });
  standIn.mischief.losesAnswer = true;
  await expect(wallet.pay({ paymentRequest, feeLimit })).rejects.toThrow(refusal("wallet_unavailable"));
});

test("a fee that is above the limit is not paid", async () => {
  const { standIn, wallet } = await openRig();
  const paymentRequest = standIn.request(10_000n);
  const pay = (limit: number) => wallet.pay({ paymentRequest, feeLimit: toMsat(sats(limit)) });
  expect(await pay(4)).toEqual({ state: "failed", reason: "no_route" });
  expect(standIn.bodies).toEqual([]);
  expect(await pay(5)).toEqual({ state: "succeeded", fee: 4_040n });
});

test("an invoice can be paid only with its fee on top", async () => {
  const { standIn, wallet } = await openRig();
  const paymentRequest = standIn.request(await wallet.balance());
  const failed = { state: "failed", reason: "insufficient_balance" };
  expect(await wallet.pay({ paymentRequest, feeLimit: toMsat(sats(100)) })).toEqual(failed);
});

test("fee credit is received but cannot be paid out", async () => {
  const { standIn, wallet } = await openRig();
  const before = await wallet.balance();
  standIn.mischief.toFeeCredit = true;
  const { paymentRequest, paymentHash } = await wallet.makeInvoice(wanted);
  standIn.receive(paymentRequest);
  const settled = { state: "settled", settledAt: expect.any(Number), amount: 10_000n };
  expect(await wallet.lookupInvoice(paymentHash)).toEqual(settled);
  expect(await wallet.balance()).toBe(before);
});

test("what a channel costs is not taken from what the payer paid", async () => {
  const { standIn, wallet } = await openRig();
  const before = await wallet.balance();
  // Both parts are rounded down: 7 sats and 2,500 msat are less than what was paid.
  standIn.mischief.channelCost = 2_500;
  const { paymentRequest, paymentHash } = await wallet.makeInvoice(wanted);
  standIn.receive(paymentRequest);
  expect(await wallet.lookupInvoice(paymentHash)).toEqual({
    state: "settled",
    settledAt: expect.any(Number),
    amount: 10_000n,
    cost: 3_000n,
  });
  expect((await wallet.balance()) - before).toBe(7_000n);
});

test("a wrong password is said so, and repeated nowhere", async () => {
  const { open } = await openRig();
  const wallet = open({ password: "another-secret" });
  for (const asked of [wallet.balance(), wallet.makeInvoice(wanted), wallet.lookupPayment("00".repeat(32))]) {
    const error: unknown = await asked.catch((reason: unknown) => reason);
    expect(error).toEqual(refusal("wallet_unavailable", "password"));
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/another-secret|OmFub3/);
  }
});
