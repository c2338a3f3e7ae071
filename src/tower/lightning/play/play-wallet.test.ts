import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { hex } from "@scure/base";
import { afterEach, expect, test } from "vitest";
import { ownerId } from "../../../protocol/ids.ts";
import { RefusalError } from "../../../protocol/refusal.ts";
import { msat, NO_MSAT, sats, toMsat } from "../../../protocol/units.ts";
import { decodeInvoice } from "../bolt11/decode.ts";
import { describeWallet } from "../wallet-contract.ts";
import { openPlayWallet } from "./play-wallet.ts";
import { outsideInvoice, START, testClock, utcDay } from "./test-network.ts";

const ann = ownerId("ann");
const bob = ownerId("bob");
const wanted = { amount: sats(10), description: "Evaluation", expirySeconds: 600 };
const refusal = (code: string, words = "") =>
  expect.objectContaining({ constructor: RefusalError, code, message: expect.stringContaining(words) });

const children: ChildProcess[] = [];
const directories: string[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

function newFile(): string {
  const directory = mkdtempSync(join(tmpdir(), "play-wallet-"));
  directories.push(directory);
  return join(directory, "play-wallet.sqlite");
}

function open(file = ":memory:") {
  const clock = testClock();
  return { clock, wallet: openPlayWallet({ file, now: clock.now, dayOf: utcDay }) };
}

describeWallet("the play wallet", async () => {
  const { clock, wallet } = open(newFile());
  return {
    wallet,
    settle: async (paymentRequest) => void wallet.payFromPurse(bob, paymentRequest),
    requestFromElsewhere: async (amount) => outsideInvoice(amount, clock.now()),
    pass: async (seconds) => clock.advance(seconds * 1000),
    release: () => wallet.close(),
  };
});

test("the tower starts with 100,000 play sats and a new purse with 10,000", async () => {
  const { wallet } = open();
  expect(await wallet.balance()).toBe(toMsat(sats(100_000)));
  expect(wallet.purse(ann)).toEqual({ balance: 10_000, faucetLeft: 40_000 });
  expect(wallet.holdings()).toEqual({
    node: 100_000_000n,
    purses: 10_000_000n,
    outside: 0n,
    minted: 110_000_000n,
  });
});

test("the faucet gives 50,000 an owner and day, and says when it opens again", () => {
  const { clock, wallet } = open();
  wallet.purse(ann);
  for (const balance of [20_000, 30_000, 40_000, 50_000]) {
    expect(wallet.faucet(ann)).toEqual({ balance, faucetLeft: 50_000 - balance });
  }
  expect(() => wallet.faucet(ann)).toThrow(refusal("faucet_dry", "opens again on 2026-01-02 at 00:00 UTC"));
  expect(wallet.faucet(bob)).toEqual({ balance: 20_000, faucetLeft: 30_000 });
  clock.advance(utcDay(START).end - START - 1);
  expect(() => wallet.faucet(ann)).toThrow(refusal("faucet_dry"));
  clock.advance(1);
  expect(wallet.faucet(ann)).toEqual({ balance: 60_000, faucetLeft: 40_000 });
});

test("paying from a purse settles the tower's invoice and tells both sides", async () => {
  const { clock, wallet } = open();
  const { paymentRequest, paymentHash } = await wallet.makeInvoice(wanted);
  wallet.purse(ann);
  const told: string[] = [];
  const settlement = new Promise((resolve) =>
    wallet.followSettlements((hint) => resolve(told.push(`settled ${hint.paymentHash} at ${hint.cursor}`))),
  );
  const change = new Promise((resolve) =>
    wallet.followPurses((owner) => resolve(told.push(`purse of ${owner}`))),
  );
  const paid = wallet.payFromPurse(ann, paymentRequest.toUpperCase());
  expect(paid).toEqual({
    paymentHash,
    preimage: expect.stringMatching(/^[0-9a-f]{64}$/),
    purse: { balance: 9_990, faucetLeft: 40_000 },
  });
  expect(hex.encode(sha256(hex.decode(paid.preimage)))).toBe(paymentHash);
  expect(told).toEqual([]);
  await Promise.all([settlement, change]);
  expect(told).toEqual([`settled ${paymentHash} at ${START}`, "purse of ann"]);
  const settled = { state: "settled", settledAt: clock.now(), amount: 10_000n };
  expect(await wallet.lookupInvoice(paymentHash)).toEqual(settled);
});

test("of two payers at the same instant exactly one pays", async () => {
  const { wallet } = open();
  const { paymentRequest } = await wallet.makeInvoice(wanted);
  const pay = async (owner: typeof ann) => wallet.payFromPurse(owner, paymentRequest);
  const outcomes = await Promise.allSettled([pay(ann), pay(bob)]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect(outcomes[1]).toMatchObject({ reason: refusal("already_paid") });
  expect([wallet.purse(ann).balance, wallet.purse(bob).balance]).toEqual([9_990, 10_000]);
});

test("an invoice can be paid up to its expiry and not a millisecond later", async () => {
  const { clock, wallet } = open();
  const first = await wallet.makeInvoice(wanted);
  const second = await wallet.makeInvoice(wanted);
  clock.advance(first.expiresAt - clock.now());
  expect(wallet.payFromPurse(ann, first.paymentRequest).purse.balance).toBe(9_990);
  const settled = { state: "settled", settledAt: first.expiresAt, amount: 10_000n };
  expect(await wallet.lookupInvoice(first.paymentHash)).toEqual(settled);
  clock.advance(1);
  expect(() => wallet.payFromPurse(ann, second.paymentRequest)).toThrow(refusal("invoice_expired"));
  expect(() => wallet.payFromPurse(ann, first.paymentRequest)).toThrow(refusal("already_paid"));
});

test("an empty purse says what it holds, what this costs and where to get more", async () => {
  const { wallet } = open();
  const { paymentRequest } = await wallet.makeInvoice({ ...wanted, amount: sats(10_001) });
  const sentence = "Your purse holds 10000 play sats and this costs 10001. The faucet gives more.";
  expect(() => wallet.payFromPurse(ann, paymentRequest)).toThrow(refusal("purse_empty", sentence));
  expect(wallet.purse(ann).balance).toBe(10_000);
});

test("a purse pays nothing but the tower's own invoices, compared as a whole", async () => {
  const { clock, wallet } = open();
  const { paymentHash } = await wallet.makeInvoice(wanted);
  const elsewhere = { network: "bc" } as const;
  expect(() => wallet.payFromPurse(ann, "hello")).toThrow(refusal("malformed_invoice"));
  expect(() => wallet.payFromPurse(ann, outsideInvoice(sats(10), clock.now(), elsewhere))).toThrow(
    refusal("wrong_network"),
  );
  expect(() => wallet.payFromPurse(ann, outsideInvoice(sats(10), clock.now()))).toThrow(
    refusal("foreign_invoice"),
  );
  // The right hash in another's invoice, as somebody would forge it to make a cheap payment count.
  const forged = outsideInvoice(sats(1), clock.now(), { paymentHash });
  expect(() => wallet.payFromPurse(ann, forged)).toThrow(refusal("foreign_invoice"));
  const ofAPurse = wallet.makePurseInvoice(bob, sats(5)).paymentRequest;
  expect(() => wallet.payFromPurse(ann, ofAPurse)).toThrow(refusal("foreign_invoice"));
  expect(wallet.purse(ann)).toEqual({ balance: 10_000, faucetLeft: 40_000 });
  expect(await wallet.lookupInvoice(paymentHash)).toEqual({ state: "open" });
});

test("the tower pays a refund into a purse, once, and the purse is told", async () => {
  const { wallet } = open();
  const { paymentRequest } = wallet.makePurseInvoice(ann, sats(120));
  const told = new Promise((resolve) => wallet.followPurses(resolve));
  const payment = { paymentRequest, feeLimit: NO_MSAT };
  expect(await wallet.pay(payment)).toEqual({ state: "succeeded", fee: 0n });
  expect(await wallet.pay(payment)).toEqual({ state: "succeeded", fee: 0n });
  expect(await told).toBe(ann);
  expect(wallet.purse(ann).balance).toBe(10_120);
  expect(await wallet.balance()).toBe(99_880_000n);
});

test("a purse's invoice is no invoice of the tower's wallet", async () => {
  const { wallet } = open();
  const { paymentHash } = wallet.makePurseInvoice(ann, sats(120));
  expect(await wallet.lookupInvoice(paymentHash)).toEqual({ state: "unknown" });
});

test("an invoice that only borrows a known hash is not paid", async () => {
  const { clock, wallet } = open();
  const ofPurse = wallet.makePurseInvoice(ann, sats(10)).paymentHash;
  const ofTower = (await wallet.makeInvoice(wanted)).paymentHash;
  const pay = (paymentHash: string) =>
    wallet.pay({ paymentRequest: outsideInvoice(sats(50), clock.now(), { paymentHash }), feeLimit: NO_MSAT });
  expect(await pay(ofPurse)).toEqual({ state: "failed", reason: "rejected" });
  expect(await pay(ofTower)).toEqual({ state: "failed", reason: "own_invoice" });
  expect(wallet.holdings()).toEqual({
    node: 100_000_000n,
    purses: 10_000_000n,
    outside: 0n,
    minted: 110_000_000n,
  });
});

test("a hash that was paid for once is not paid for in another invoice", async () => {
  const { clock, wallet } = open();
  const paymentHash = "7e".repeat(32);
  const pay = (amount: number) =>
    wallet.pay({
      paymentRequest: outsideInvoice(sats(amount), clock.now(), { paymentHash }),
      feeLimit: NO_MSAT,
    });
  expect(await pay(50)).toEqual({ state: "succeeded", fee: 0n });
  await expect(pay(60)).rejects.toThrow(refusal("already_paid"));
  expect(await wallet.lookupPayment(paymentHash)).toEqual({ state: "succeeded", fee: 0n });
  expect(wallet.holdings().outside).toBe(50_000n);
});

test("a file that is no wallet is refused with its name", () => {
  const file = newFile();
  writeFileSync(file, "this is not a database, and never was one".repeat(100));
  expect(() => open(file)).toThrow(refusal("wallet_unavailable", file));
  expect(() => open(join(file, "nowhere"))).toThrow(refusal("wallet_unavailable", "nowhere"));
});

test("a payment that failed for lack of sats can be tried again", async () => {
  const { clock, wallet } = open();
  const payment = { paymentRequest: outsideInvoice(sats(100_010), clock.now()), feeLimit: NO_MSAT };
  expect(await wallet.pay(payment)).toEqual({ state: "failed", reason: "insufficient_balance" });
  wallet.payFromPurse(ann, (await wallet.makeInvoice(wanted)).paymentRequest);
  expect(await wallet.pay(payment)).toEqual({ state: "succeeded", fee: 0n });
  expect(wallet.holdings()).toEqual({
    node: 0n,
    purses: 9_990_000n,
    outside: 100_010_000n,
    minted: 110_000_000n,
  });
});

test("closed and opened again, everything is as it was", async () => {
  const file = newFile();
  const first = open(file).wallet;
  const paid = await first.makeInvoice(wanted);
  const unpaid = await first.makeInvoice(wanted);
  first.payFromPurse(ann, paid.paymentRequest);
  const refund = first.makePurseInvoice(ann, sats(5));
  await first.pay({ paymentRequest: refund.paymentRequest, feeLimit: NO_MSAT });
  const truth = async (wallet: typeof first) => ({
    holdings: wallet.holdings(),
    purse: wallet.purse(ann),
    paid: await wallet.lookupInvoice(paid.paymentHash),
    unpaid: await wallet.lookupInvoice(unpaid.paymentHash),
    refund: await wallet.lookupPayment(refund.paymentHash),
    payee: decodeInvoice((await wallet.makeInvoice(wanted)).paymentRequest).payee,
  });
  const before = await truth(first);
  await first.close();
  const second = open(file).wallet;
  expect(await truth(second)).toEqual(before);
  expect(second.payFromPurse(bob, unpaid.paymentRequest).purse.balance).toBe(9_990);
  await second.close();
});

test("a file put back from a copy pays no invoices that its nodes signed and it no longer knows", async () => {
  const file = newFile();
  await open(file).wallet.close();
  const copy = `${file}.copy`;
  copyFileSync(file, copy);
  const later = open(file).wallet;
  const ofPurse = later.makePurseInvoice(ann, sats(10));
  const ofTower = await later.makeInvoice(wanted);
  await later.close();
  const { wallet } = open(copy);
  const pay = ({ paymentRequest }: { paymentRequest: string }) =>
    wallet.pay({ paymentRequest, feeLimit: NO_MSAT });
  expect(await pay(ofPurse)).toEqual({ state: "failed", reason: "rejected" });
  expect(await pay(ofTower)).toEqual({ state: "failed", reason: "own_invoice" });
  await wallet.close();
});

test("two wallets never share keys", async () => {
  const payees = await Promise.all(
    [open(), open()].map(
      async ({ wallet }) => decodeInvoice((await wallet.makeInvoice(wanted)).paymentRequest).payee,
    ),
  );
  expect(new Set(payees).size).toBe(2);
  expect(payees.every((payee) => secp256k1.utils.isValidPublicKey(hex.decode(payee), true))).toBe(true);
});

test("a file can be open once, in this process or another, and is free again after a kill", async () => {
  const file = newFile();
  // Another process opens the wallet, makes and pays an invoice, says so, and then only waits to be killed.
  const script = `
    import { openPlayWallet } from ${JSON.stringify(new URL("./play-wallet.ts", import.meta.url).href)};
    const wallet = openPlayWallet({ file: ${JSON.stringify(file)}, now: () => ${START}, dayOf: () => ({ start: 0, end: 1 }) });
    const { paymentRequest, paymentHash } = await wallet.makeInvoice(${JSON.stringify(wanted)});
    wallet.payFromPurse("ann", paymentRequest);
    process.stdout.write(paymentHash);
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [paymentHash] = await once(child.stdout, "data");
  expect(() => open(file)).toThrow(refusal("wallet_unavailable", "is open in another process"));
  child.kill("SIGKILL");
  await once(child, "exit");
  const { wallet } = open(file);
  expect(await wallet.lookupInvoice(String(paymentHash))).toEqual({
    state: "settled",
    settledAt: START,
    amount: 10_000n,
  });
  expect(await wallet.balance()).toBe(msat(100_010_000n));
  expect(() => open(file)).toThrow(refusal("wallet_unavailable", "Stop that one first"));
  await wallet.close();
});
