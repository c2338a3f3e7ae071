import { inspect } from "node:util";
import { hex } from "@scure/base";
import { afterEach, expect, test } from "vitest";
import { RefusalError } from "../../../protocol/refusal.ts";
import { msat, sats, toMsat } from "../../../protocol/units.ts";
import { decodeInvoice } from "../bolt11/decode.ts";
import { encodeInvoice } from "../bolt11/encode.ts";
import { PLAIN_FEATURES } from "../bolt11/features.ts";
import { INVOICE_DEFAULTS } from "../bolt11/invoice.ts";
import { eventually } from "../testing/eventually.ts";
import type { SettlementHint, Wallet } from "../wallet.ts";
import { describeWallet } from "../wallet-contract.ts";
import { openNwcRig } from "./testing/contract-rig.ts";

for (const [dialect, words] of [
  ["now", "as NIP-47 is today"],
  ["old", "before NIP-44 and states"],
  ["quiet", "without notifications"],
] as const) {
  describeWallet(`the NWC wallet (${words})`, () => openNwcRig(dialect));
}

const refusal = (code: string, words = "") =>
  expect.objectContaining({ constructor: RefusalError, code, message: expect.stringContaining(words) });
const feeLimit = toMsat(sats(10));
const wanted = { amount: sats(10), description: "Evaluation", expirySeconds: 600 };

/** A well-formed invoice of a node that nobody can reach. */
const invoiceOfNobody = (): string =>
  encodeInvoice(
    {
      ...INVOICE_DEFAULTS,
      network: "bcrt",
      amount: msat(10_000n),
      timestamp: Math.floor(Date.now() / 1000),
      paymentHash: "5a".repeat(32),
      paymentSecret: "a5".repeat(32),
      description: { text: "from nowhere" },
      features: PLAIN_FEATURES,
    },
    hex.decode("17".repeat(32)),
  );

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function open(...[dialect, differs]: Parameters<typeof openNwcRig>) {
  const rig = await openNwcRig(dialect, differs);
  ends.push(rig.release);
  return rig;
}

test.each(["now", "old"] as const)(
  "a payment that was not answered is pending until the wallet says otherwise (%s)",
  async (dialect) => {
    const { wallet, service, requestFromElsewhere } = await open(dialect, { payMs: 300 });
    const paymentRequest = await requestFromElsewhere(sats(10));
    const { paymentHash } = decodeInvoice(paymentRequest);
    service.mischief.staysPending = true;
    await expect(wallet.pay({ paymentRequest, feeLimit })).rejects.toThrow(refusal("wallet_unavailable"));
    expect(await wallet.lookupPayment(paymentHash)).toEqual({ state: "pending" });
    expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "pending" });
    service.finish("settled");
    expect(await wallet.lookupPayment(paymentHash)).toEqual({ state: "succeeded", fee: 1000n });
    expect(service.asked.filter(({ method }) => method === "pay_invoice").length).toBe(1);
  },
);

test("a payment that ended badly is failed only once the wallet says so, and may then be tried again", async () => {
  const { wallet, service, requestFromElsewhere } = await open("now", { payMs: 300 });
  const paymentRequest = await requestFromElsewhere(sats(10));
  const { paymentHash } = decodeInvoice(paymentRequest);
  service.mischief.staysPending = true;
  await expect(wallet.pay({ paymentRequest, feeLimit })).rejects.toThrow(refusal("wallet_unavailable"));
  service.finish("failed");
  expect(await wallet.lookupPayment(paymentHash)).toEqual({ state: "failed", reason: "no_route" });
  service.mischief.staysPending = false;
  // The answer may come after its time, which is short here, and then looking tells.
  await eventually(() => wallet.pay({ paymentRequest, feeLimit }).catch(() => undefined)).toEqual({
    state: "succeeded",
    fee: 1000n,
  });
});

test("an answer that is lost after the payment was made is not a failure", async () => {
  const { wallet, service, requestFromElsewhere } = await open("now", { payMs: 300 });
  const paymentRequest = await requestFromElsewhere(sats(10));
  service.mischief.losesAnswerTo = "pay_invoice";
  await expect(wallet.pay({ paymentRequest, feeLimit })).rejects.toThrow(refusal("wallet_unavailable"));
  expect(await wallet.lookupPayment(decodeInvoice(paymentRequest).paymentHash)).toEqual({
    state: "succeeded",
    fee: 1000n,
  });
});

test("a payment that is worked off late, just when the balance is read, is no failure of the second try", async () => {
  const { wallet, service, reopen, requestFromElsewhere } = await open("now", { payMs: 300 });
  const paymentRequest = await requestFromElsewhere(sats(6_000));
  const pay = (from: Wallet) => from.pay({ paymentRequest, feeLimit: toMsat(sats(100)) });
  service.mischief.isLate = true;
  await expect(pay(wallet)).rejects.toThrow(refusal("wallet_unavailable"));
  // After a restart nobody knows of the first try.
  const restarted = reopen();
  const { paymentHash } = decodeInvoice(paymentRequest);
  expect(await restarted.lookupPayment(paymentHash)).toEqual({ state: "unknown" });
  // What is left after it is too little to pay it again.
  expect(await pay(restarted)).toEqual({ state: "succeeded", fee: 1000n });
});

test("unheard of is not unpaid while the wallet could still obey the request", async () => {
  const { wallet, service, relays, requestFromElsewhere, pass } = await open("now", { payMs: 300 });
  const paymentRequest = await requestFromElsewhere(sats(10));
  const { paymentHash } = decodeInvoice(paymentRequest);
  // The relay loses the payment alone, or keeps it for later.
  if (relays[0]) relays[0].mischief.loses = (event) => service.read(event).method === "pay_invoice";
  await expect(wallet.pay({ paymentRequest, feeLimit })).rejects.toThrow(refusal("wallet_unavailable"));
  expect(await wallet.lookupPayment(paymentHash)).toEqual({ state: "pending" });
  await pass(91);
  expect(await wallet.lookupPayment(paymentHash)).toEqual({ state: "unknown" });
});

test.each([
  ["none", null],
  ["another", "00".repeat(32)],
])("a success with %s for the preimage is believed once the wallet lists it", async (_, preimage) => {
  const { wallet, service, requestFromElsewhere, pass } = await open("now");
  const paymentRequest = await requestFromElsewhere(sats(10));
  Object.assign(service.mischief, { preimage, forgetsPayments: true });
  expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "pending" });
  // However long that takes it is not sent again: there are wallets that would pay it twice.
  await pass(300);
  expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "pending" });
  expect(service.asked.filter(({ method }) => method === "pay_invoice").length).toBe(1);
  service.mischief.forgetsPayments = false;
  expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "succeeded", fee: 1000n });
});

test("a success with the preimage stands, though the wallet's list does not know of it", async () => {
  const { wallet, service, requestFromElsewhere } = await open("now");
  const paymentRequest = await requestFromElsewhere(sats(10));
  const { paymentHash } = decodeInvoice(paymentRequest);
  service.mischief.forgetsPayments = true;
  const succeeded = { state: "succeeded", fee: 0n };
  expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual(succeeded);
  expect(await wallet.lookupPayment(paymentHash)).toEqual(succeeded);
});

test.each(["INSUFFICIENT_BALANCE", "QUOTA_EXCEEDED"])(
  "a payment that the wallet answers with %s was not sent",
  async (code) => {
    const { wallet, service, requestFromElsewhere } = await open();
    const paymentRequest = await requestFromElsewhere(sats(10));
    service.mischief.errors.set("pay_invoice", code);
    const failed = { state: "failed", reason: "insufficient_balance" };
    expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual(failed);
  },
);

test.each([
  ["now", { state: "failed", reason: "no_route" }],
  // It cannot say of what it tried that it failed.
  ["old", { state: "pending" }],
] as const)(
  "a payment that found no way is failed where the wallet's list says so (%s)",
  async (dialect, status) => {
    const { wallet } = await open(dialect);
    expect(await wallet.pay({ paymentRequest: invoiceOfNobody(), feeLimit })).toEqual(status);
  },
);

test.each(["PAYMENT_FAILED", "INTERNAL", "OTHER"])(
  "%s alone says nothing: the payment may still be under way",
  async (code) => {
    const { wallet, service, requestFromElsewhere, pass } = await open();
    const paymentRequest = await requestFromElsewhere(sats(10));
    service.mischief.errors.set("pay_invoice", code);
    expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "pending" });
    await pass(100);
    expect(await wallet.lookupPayment(decodeInvoice(paymentRequest).paymentHash)).toEqual({
      state: "unknown",
    });
    service.mischief.errors.clear();
    expect(await wallet.pay({ paymentRequest, feeLimit })).toEqual({ state: "succeeded", fee: 1000n });
  },
);

test.each([
  ["RESTRICTED", "permission"],
  ["UNAUTHORIZED", "NWC_URL"],
  ["RATE_LIMITED", "too often"],
])("what the wallet answers with %s was not begun, and says what to do", async (code, words) => {
  const { wallet, service, requestFromElsewhere } = await open();
  const paymentRequest = await requestFromElsewhere(sats(10));
  service.mischief.errors.set("pay_invoice", code);
  await expect(wallet.pay({ paymentRequest, feeLimit })).rejects.toThrow(
    refusal("wallet_unavailable", words),
  );
  expect(await wallet.lookupPayment(decodeInvoice(paymentRequest).paymentHash)).toEqual({ state: "unknown" });
});

test("a payment whose route may cost more than the fee limit is not sent", async () => {
  const { wallet, service, requestFromElsewhere } = await open();
  const failed = { state: "failed", reason: "no_route" };
  const small = await requestFromElsewhere(sats(10));
  expect(await wallet.pay({ paymentRequest: small, feeLimit: msat(9_999n) })).toEqual(failed);
  const large = await requestFromElsewhere(sats(2_000));
  expect(await wallet.pay({ paymentRequest: large, feeLimit: msat(19_999n) })).toEqual(failed);
  expect(service.asked.some(({ method }) => method === "pay_invoice")).toBe(false);
});

test("only the wallet's own signature is a hint", async () => {
  const { wallet, service, relays, settle } = await open();
  const made = await wallet.makeInvoice(wanted);
  const forged = "f0".repeat(32);
  const heard: string[] = [];
  wallet.followSettlements((hint) => heard.push(hint.paymentHash));
  const event = service.forge(forged);
  relays[0]?.pass(event);
  // Neither is the wallet's name under somebody else's words.
  relays[0]?.pass({ ...event, pubkey: service.pubkey });
  await settle(made.paymentRequest);
  await eventually(() => heard).toEqual([made.paymentHash]);
});

test("a forged or foreign answer is passed over, and the wallet's own is taken", async () => {
  const { wallet, service, relays } = await open();
  await wallet.balance();
  service.onRequest((request) => {
    for (const forged of service.forgeAnswers(request, { balance: 21_000_000 })) relays[0]?.pass(forged);
  });
  expect(await wallet.balance()).toBe(10_000_000n);
});

test("the connection comes back by itself, and what was settled meanwhile is told", async () => {
  const { wallet, relays, service, settle } = await open();
  const { paymentRequest, paymentHash } = await wallet.makeInvoice(wanted);
  const heard: string[] = [];
  wallet.followSettlements((hint) => heard.push(hint.paymentHash));
  await eventually(() => service.asked.at(-1)?.method).toBe("list_transactions");
  await wallet.balance();
  // The notification gets lost, and the net is only once a minute.
  if (relays[0]) relays[0].mischief.loses = ({ kind }) => kind === 23197;
  await settle(paymentRequest);
  expect(await wallet.lookupInvoice(paymentHash)).toMatchObject({ state: "settled" });
  expect(heard).toEqual([]);
  relays[0]?.drop();
  await eventually(() => heard).toEqual([paymentHash]);
  expect(await wallet.balance()).toBe(10_010_000n);
});

test("a connection that may not list is told by notifications", async () => {
  const { wallet, service, settle } = await open();
  service.mischief.errors.set("list_transactions", "RESTRICTED");
  const { paymentRequest, paymentHash } = await wallet.makeInvoice(wanted);
  const heard: SettlementHint[] = [];
  wallet.followSettlements((hint) => heard.push(hint));
  await settle(paymentRequest);
  await eventually(() => heard).toEqual([{ paymentHash, cursor: expect.stringMatching(/^\d{10}$/) }]);
});

test("that settlements cannot be followed is told once, and once more after they could be", async () => {
  const failures: [string, unknown][] = [];
  const { wallet, service, settle } = await open("quiet", {
    pollMs: 5,
    failed: (what, error) => failures.push([what, error]),
  });
  const lists = () => service.asked.filter(({ method }) => method === "list_transactions").length;
  const looks = (count: number) => eventually(lists).toBeGreaterThan(lists() + count);
  const unanswered = (code: string) => [
    "the wallet cannot be asked what it received",
    refusal("wallet_unavailable", code),
  ];
  service.mischief.errors.set("list_transactions", "UNAUTHORIZED");
  const heard: string[] = [];
  wallet.followSettlements(({ paymentHash }) => heard.push(paymentHash));
  await looks(3);
  expect(failures).toEqual([unanswered("UNAUTHORIZED")]);
  service.mischief.errors.clear();
  await looks(3);
  service.mischief.errors.set("list_transactions", "INTERNAL");
  await looks(3);
  expect(failures).toEqual([unanswered("UNAUTHORIZED"), unanswered("INTERNAL")]);
  // What cannot be read hides nothing else, and is told as well.
  service.mischief.errors.clear();
  service.mischief.strange.push({ type: "incoming", payment_hash: 5, preimage: "aa".repeat(32) });
  const { paymentRequest, paymentHash } = await wallet.makeInvoice(wanted);
  await settle(paymentRequest);
  await eventually(() => heard).toEqual([paymentHash]);
  await looks(3);
  const unreadable = [
    "the wallet lists payments that cannot be read",
    new Error("an entry is not what was expected at payment_hash"),
  ];
  expect(failures).toEqual([unanswered("UNAUTHORIZED"), unanswered("INTERNAL"), unreadable]);
  await wallet.close();
  expect(failures).toHaveLength(3);
  const [secret = ""] = /[0-9a-f]{64}$/.exec(service.url) ?? [];
  expect(inspect(failures, { depth: Infinity, showHidden: true })).not.toContain(secret);
});

test("with a cursor everything since is told, however many pages that is", async () => {
  const { wallet, service, settle } = await open("quiet");
  const settled: string[] = [];
  const settleOne = async () => {
    const { paymentHash, paymentRequest } = await wallet.makeInvoice(wanted);
    await settle(paymentRequest);
    settled.push(paymentHash);
  };
  const follow = (count: number, after?: string) =>
    new Promise<readonly SettlementHint[]>((resolve) => {
      const hints: SettlementHint[] = [];
      const undo = wallet.followSettlements((hint) => {
        if (hints.push(hint) < count) return;
        undo();
        resolve(hints);
      }, after);
    });
  const first = follow(1);
  await settleOne();
  const [hint] = await first;
  for (let more = 0; more < 45; more += 1) await settleOne();
  const told = await follow(46, hint?.cursor);
  expect(told.map(({ paymentHash }) => paymentHash)).toEqual(settled);
  expect(service.asked.filter(({ params }) => Number(params["limit"]) > 20)).toEqual([]);
});

test("an invoice that was paid from the same wallet at the second try is settled, though the lookup shows who paid", async () => {
  const { wallet, service } = await open();
  const { paymentRequest, paymentHash } = await wallet.makeInvoice(wanted);
  service.payFromItself(paymentRequest, "failed");
  expect(await wallet.lookupInvoice(paymentHash)).toEqual({ state: "open" });
  service.payFromItself(paymentRequest, "settled");
  const settled = { state: "settled", settledAt: expect.any(Number), amount: 10_000n };
  expect(await wallet.lookupInvoice(paymentHash)).toEqual(settled);
});

test("one relay of two is enough, and one request over both is obeyed once", async () => {
  const { wallet, service, relays, requestFromElsewhere } = await open("now", { relayCount: 2 });
  await eventually(() => relays.map((relay) => relay.connections())).toEqual([2, 2]);
  const paymentRequest = await requestFromElsewhere(sats(10));
  expect(await wallet.pay({ paymentRequest, feeLimit })).toMatchObject({ state: "succeeded" });
  expect(service.asked.filter(({ method }) => method === "pay_invoice").length).toBe(1);
  await relays[0]?.stop();
  expect(await wallet.balance()).toBe(10_000_000n - 11_000n);
});

test("a relay that wants to know who asks is told", async () => {
  const { relays, reopen } = await open();
  if (relays[0]) relays[0].mischief.asksWho = true;
  expect(await reopen().balance()).toBe(10_000_000n);
});

test("a relay that takes no request is said so at once", async () => {
  const { wallet, relays } = await open();
  await wallet.balance();
  if (relays[0]) relays[0].mischief.refuses = "blocked: not here";
  await expect(wallet.balance()).rejects.toThrow(refusal("wallet_unavailable"));
});

test("a wallet on another network than the tower was told is not used", async () => {
  const { reopen, requestFromElsewhere, service } = await open();
  const wallet = reopen({ network: "tb" });
  await expect(wallet.makeInvoice(wanted)).rejects.toThrow(
    refusal("wallet_unavailable", "LIGHTNING_NETWORK"),
  );
  // A wallet that does not say its network is known by its invoices.
  service.mischief.errors.set("get_info", "RESTRICTED");
  await expect(reopen({ network: "tb" }).makeInvoice(wanted)).rejects.toThrow(
    refusal("wallet_unavailable", "LIGHTNING_NETWORK"),
  );
  const paymentRequest = await requestFromElsewhere(sats(10));
  await expect(wallet.pay({ paymentRequest, feeLimit })).rejects.toThrow(refusal("wrong_network"));
});

test("a connection that may not do what a tower needs says what is missing", async () => {
  const { wallet, service } = await open();
  service.mischief.methods = "get_info make_invoice lookup_invoice get_balance";
  await expect(wallet.makeInvoice(wanted)).rejects.toThrow(refusal("wallet_unavailable", "pay_invoice"));
});

test("nobody at the address is said so, without the secret", async () => {
  const { relays, service, reopen } = await open();
  service.stop();
  await relays[0]?.stop();
  const error: unknown = await reopen({ lookMs: 300 })
    .balance()
    .catch((reason: unknown) => reason);
  expect(error).toEqual(refusal("wallet_unavailable", "cannot be reached"));
  const [secret = ""] = /[0-9a-f]{64}$/.exec(service.url) ?? [];
  expect(secret).toHaveLength(64);
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(secret);
});

test("closing frees its connections, and ends whoever follows", async () => {
  const { wallet, relays } = await open();
  wallet.followSettlements(() => undefined);
  await wallet.balance();
  await eventually(() => relays[0]?.connections()).toBe(2);
  await wallet.close();
  // The wallet service's own stays.
  await eventually(() => relays[0]?.connections()).toBe(1);
  expect(() => wallet.followSettlements(() => undefined)).toThrow(refusal("wallet_unavailable"));
});
