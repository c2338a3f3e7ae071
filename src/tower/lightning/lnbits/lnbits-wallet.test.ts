import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { inspect } from "node:util";
import { afterEach, expect, test } from "vitest";
import { RefusalError } from "../../../protocol/refusal.ts";
import { sats, toMsat } from "../../../protocol/units.ts";
import { decodeInvoice } from "../bolt11/decode.ts";
import { eventually } from "../testing/eventually.ts";
import type { SettlementHint } from "../wallet.ts";
import { describeWallet } from "../wallet-contract.ts";
import { openLnbitsWallet } from "./lnbits-wallet.ts";
import { askLnbits, type LnbitsAccount } from "./testing/account.ts";
import { openContractRig } from "./testing/contract-rig.ts";
import { startStandIn } from "./testing/stand-in.ts";

const refusal = (code: string, words = "") =>
  expect.objectContaining({ constructor: RefusalError, code, message: expect.stringContaining(words) });
const feeLimit = toMsat(sats(10));

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function openStandIn(...[dialect]: Parameters<typeof startStandIn>) {
  const standIn = await startStandIn(dialect);
  ends.push(standIn.stop);
  return standIn;
}

const openWallet = ({ url, tower }: LnbitsAccount, differs = {}) =>
  openLnbitsWallet({ url, ...tower, network: "bc", now: Date.now, ...differs });

for (const dialect of ["1.x", "0.x"] as const) {
  describeWallet(`the LNbits wallet (${dialect})`, async () => {
    const { account, lists } = await openStandIn(dialect);
    // One look may have been under way.
    const followed = async () => eventually(lists, 5).toBeGreaterThan(lists() + 1);
    return openContractRig(account, followed);
  });
}

/** A running LNbits, as `npm run test:lnbits` gives it: the account as JSON. */
const REAL_ACCOUNT = process.env["LNBITS_ACCOUNT"];
if (REAL_ACCOUNT !== undefined) {
  describeWallet("the LNbits wallet (a real LNbits)", () =>
    openContractRig(JSON.parse(REAL_ACCOUNT) as LnbitsAccount),
  );
}

test.each([
  [{ webhook: "https://tower.example/hook" }, { webhook: "https://tower.example/hook" }],
  [{}, {}],
])("with %j an invoice is asked for with %j", async (options, sent) => {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      asked.push(body);
      response.writeHead(503).end("{}");
    });
  });
  ends.push(() => new Promise((closed) => server.close(() => closed())));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const wallet = openLnbitsWallet({
    url: `http://127.0.0.1:${port}`,
    adminKey: "a".repeat(32),
    network: "bc",
    now: Date.now,
    ...options,
  });
  ends.unshift(wallet.close);
  await expect(
    wallet.makeInvoice({ amount: sats(10), description: "eval", expirySeconds: 60 }),
  ).rejects.toEqual(refusal("wallet_unavailable"));
  expect(asked).toEqual([{ out: false, amount: 10, unit: "sat", memo: "eval", expiry: 60, ...sent }]);
});

test("accepted is not paid: a payment is pending until the wallet says otherwise", async () => {
  const { account, mischief, finish } = await openStandIn();
  const rig = await openContractRig(account);
  const paymentRequest = await rig.requestFromElsewhere(sats(10));
  const { paymentHash } = decodeInvoice(paymentRequest);
  mischief.staysPending = true;
  expect(await rig.wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "pending" });
  expect(await rig.wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "pending" });
  finish("success");
  expect(await rig.wallet.lookupPayment(paymentHash)).toEqual({ state: "succeeded", fee: 0n });
  await rig.release();
});

test("what was accepted and is not found is pending", async () => {
  const { account, mischief } = await openStandIn();
  const rig = await openContractRig(account);
  const paymentRequest = await rig.requestFromElsewhere(sats(10));
  mischief.findsNothing = true;
  expect(await rig.wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "pending" });
  mischief.findsNothing = false;
  expect(await rig.wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "succeeded", fee: 0n });
  await rig.release();
});

test.each([
  ["1.x", { paid: true, details: { status: "failed" } }, "pending"],
  ["1.x", { paid: true, details: { status: "pending" } }, "pending"],
  ["1.x", { paid: false, details: { status: "success" } }, "pending"],
  ["1.x", { paid: false, details: { status: "pending" } }, "pending"],
  ["1.x", { paid: false, details: { status: "failed" } }, "failed"],
  ["1.x", { paid: true, details: { status: "success" } }, "succeeded"],
  ["0.x", { paid: true, details: { pending: true } }, "pending"],
  ["0.x", { paid: false, details: { pending: false } }, "pending"],
  ["0.x", { paid: true, details: { pending: false } }, "succeeded"],
] as const)(
  "a payment and an invoice end only where LNbits (%s) does not contradict itself: %j is %s",
  async (dialect, says, state) => {
    const { account, mischief } = await openStandIn(dialect);
    const rig = await openContractRig(account);
    const paymentRequest = await rig.requestFromElsewhere(sats(10));
    await rig.wallet.pay({ paymentRequest, feeLimit });
    const wanted = { amount: sats(10), description: "Evaluation", expirySeconds: 600 };
    const made = await rig.wallet.makeInvoice(wanted);
    await rig.settle(made.paymentRequest);
    Object.assign(mischief.says, says);
    const { paymentHash } = decodeInvoice(paymentRequest);
    expect((await rig.wallet.lookupPayment(paymentHash)).state).toBe(state);
    const invoice = await rig.wallet.lookupInvoice(made.paymentHash);
    expect(invoice.state).toBe(state === "succeeded" ? "settled" : "open");
    await rig.release();
  },
);

test("an answer that is lost after the payment was made is not a failure", async () => {
  const { account, mischief } = await openStandIn();
  const rig = await openContractRig(account);
  const paymentRequest = await rig.requestFromElsewhere(sats(10));
  mischief.losesAnswer = true;
  await expect(rig.wallet.pay({ paymentRequest, feeLimit })).rejects.toThrow(refusal("wallet_unavailable"));
  mischief.losesAnswer = false;
  expect(await rig.wallet.lookupPayment(decodeInvoice(paymentRequest).paymentHash)).toEqual({
    state: "succeeded",
    fee: 0n,
  });
  await rig.release();
});

test.each([
  ["its balance is read", "/api/v1/wallet", 100],
  ["its fee reserve is read", "/api/v1/payments/fee-reserve", 1],
])(
  "a payment that is worked off late, just when %s, is no failure of the second try",
  async (_, path, limit) => {
    const { account, mischief } = await openStandIn();
    const rig = await openContractRig(account);
    // What is left after it is too little to pay it again, and the second fee limit too low.
    const paymentRequest = await rig.requestFromElsewhere(sats(limit > 1 ? 6_000 : 4_000));
    mischief.worksOffAt = path;
    await expect(rig.wallet.pay({ paymentRequest, feeLimit: toMsat(sats(100)) })).rejects.toThrow(
      refusal("wallet_unavailable"),
    );
    expect(await rig.wallet.lookupPayment(decodeInvoice(paymentRequest).paymentHash)).toEqual({
      state: "unknown",
    });
    expect(await rig.wallet.pay({ paymentRequest, feeLimit: toMsat(sats(limit)) })).toEqual({
      state: "succeeded",
      fee: 0n,
    });
    await rig.release();
  },
);

test("what LNbits would set aside for the route beyond the fee limit is not sent", async () => {
  const { account } = await openStandIn();
  const rig = await openContractRig(account);
  const paymentRequest = await rig.requestFromElsewhere(sats(10));
  const before = await rig.wallet.balance();
  const failed = { state: "failed", reason: "no_route" };
  expect(await rig.wallet.pay({ paymentRequest, feeLimit: toMsat(sats(1)) })).toEqual(failed);
  expect(await rig.wallet.balance()).toBe(before);
  await rig.release();
});

test("a settlement is believed only with the wallet's own key: a paid invoice without details is not ours", async () => {
  const { account } = await openStandIn();
  const rig = await openContractRig(account);
  const { paymentRequest, paymentHash } = await rig.wallet.makeInvoice({
    amount: sats(10),
    description: "Evaluation",
    expirySeconds: 600,
  });
  await rig.settle(paymentRequest);
  const stranger = openWallet(account, { invoiceKey: "revoked" });
  await expect(stranger.lookupInvoice(paymentHash)).rejects.toThrow(refusal("wallet_unavailable", "key"));
  await expect(stranger.balance()).rejects.toThrow(refusal("wallet_unavailable", "key"));
  await Promise.all([rig.release(), stranger.close()]);
});

test("an invoice that somebody pays by hand from its own wallet is settled", async () => {
  const { account } = await openStandIn();
  const rig = await openContractRig(account);
  const wanted = { amount: sats(10), description: "Evaluation", expirySeconds: 600 };
  const { paymentRequest, paymentHash } = await rig.wallet.makeInvoice(wanted);
  const key = { "X-Api-Key": account.tower.adminKey };
  await askLnbits(account.url, "/api/v1/payments", key, { out: true, bolt11: paymentRequest });
  const settled = { state: "settled", settledAt: expect.any(Number), amount: 10_000n };
  expect(await rig.wallet.lookupInvoice(paymentHash)).toEqual(settled);
  await rig.release();
});

test("that settlements cannot be followed is told once, and once more after they could be", async () => {
  const { account, mischief, lists } = await openStandIn();
  const told: [string, unknown][] = [];
  const wallet = openWallet(account, {
    pollMs: 5,
    failed: (what: string, error: unknown) => told.push([what, error]),
  });
  ends.unshift(wallet.close);
  const looks = (count: number) => eventually(lists).toBeGreaterThan(lists() + count);
  const unanswered = (status: number) => [
    "LNbits cannot be asked which invoices were paid",
    refusal("wallet_unavailable", `status ${status}`),
  ];
  const unreadable = [
    "LNbits lists payments that cannot be read",
    new Error("an entry is not what was expected at payment_hash"),
  ];
  mischief.listStatus = 401;
  wallet.followSettlements(() => undefined);
  await looks(3);
  expect(told).toEqual([unanswered(401)]);
  mischief.listStatus = undefined;
  await looks(3);
  mischief.listStatus = 500;
  await looks(3);
  expect(told).toEqual([unanswered(401), unanswered(500)]);
  // What cannot be read hides nothing else, and is told as well.
  mischief.listStatus = undefined;
  mischief.strange.push({ payment_hash: 5 });
  const heard: string[] = [];
  wallet.followSettlements(({ paymentHash }) => heard.push(paymentHash));
  const wanted = { amount: sats(10), description: "Evaluation", expirySeconds: 600 };
  const { paymentRequest, paymentHash } = await wallet.makeInvoice(wanted);
  const key = { "X-Api-Key": account.others.adminKey };
  await askLnbits(account.url, "/api/v1/payments", key, { out: true, bolt11: paymentRequest });
  await eventually(() => heard).toEqual([paymentHash]);
  // Two follow, and each tells for itself.
  expect(told).toEqual([unanswered(401), unanswered(500), unreadable, unreadable]);
  expect(inspect(told, { depth: Infinity, showHidden: true })).not.toMatch(/tower-(?:admin|invoice)/);
});

test("that it follows no more because it was closed is no failure", async () => {
  const { account, lists } = await openStandIn();
  const told: unknown[] = [];
  const wallet = openWallet(account, { pollMs: 1, failed: (what: string) => told.push(what) });
  wallet.followSettlements(() => undefined);
  await eventually(lists).toBeGreaterThan(2);
  await wallet.close();
  // A look that was under way has come to its end by the time that another one has.
  const other = openWallet(account);
  await other.balance();
  await other.close();
  expect(told).toEqual([]);
});

test("a wallet on another network than the tower was told is not used", async () => {
  const { account } = await openStandIn();
  const wallet = openWallet(account, { network: "tb" });
  const wanted = { amount: sats(10), description: "Evaluation", expirySeconds: 600 };
  await expect(wallet.makeInvoice(wanted)).rejects.toThrow(
    refusal("wallet_unavailable", "LIGHTNING_NETWORK"),
  );
  await wallet.close();
});

test("nobody at the address is said so, without the key", async () => {
  const { account, stop } = await startStandIn();
  await stop();
  const wallet = openWallet(account);
  const error: unknown = await wallet.balance().catch((reason: unknown) => reason);
  expect(error).toEqual(refusal("wallet_unavailable", "does not answer"));
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("tower-");
  await wallet.close();
});

test("with a cursor everything since is told, however many pages that is", async () => {
  const { account } = await openStandIn();
  const rig = await openContractRig(account);
  const settled: string[] = [];
  const settleOne = async () => {
    const wanted = { amount: sats(10), description: "Evaluation", expirySeconds: 600 };
    const { paymentHash, paymentRequest } = await rig.wallet.makeInvoice(wanted);
    await rig.settle(paymentRequest);
    settled.push(paymentHash);
  };
  const follow = (count: number, after?: string) =>
    new Promise<readonly SettlementHint[]>((resolve) => {
      const hints: SettlementHint[] = [];
      const undo = rig.wallet.followSettlements((hint) => {
        if (hints.push(hint) < count) return;
        undo();
        resolve(hints);
      }, after);
    });
  const first = follow(1);
  await settleOne();
  const [hint] = await first;
  for (let more = 0; more < 215; more += 1) await settleOne();
  // Within the overlap the first is told once more.
  const told = await follow(216, hint?.cursor);
  expect(told.map(({ paymentHash }) => paymentHash)).toEqual(settled);
  await rig.release();
});
