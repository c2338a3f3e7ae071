import { hex } from "@scure/base";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RefusalError } from "../../protocol/refusal.ts";
import { type Msat, msat, type Sats, sats, toMsat } from "../../protocol/units.ts";
import { decodeInvoice } from "./bolt11/decode.ts";
import { encodeInvoice } from "./bolt11/encode.ts";
import { PLAIN_FEATURES } from "./bolt11/features.ts";
import { INVOICE_DEFAULTS, type Network } from "./bolt11/invoice.ts";
import { eventually } from "./testing/eventually.ts";
import type { SettlementHint, Wallet } from "./wallet.ts";

/** A wallet with money in it, and the rest of its network: what a test needs beyond the port. */
export interface WalletUnderTest {
  readonly wallet: Wallet;
  /** Msat: what the balance is rounded down to, where that is not a msat. */
  readonly balanceStep?: bigint;
  /** Somebody else pays the wallet's invoice; resolves when the wallet's node has the sats. */
  settle(paymentRequest: string): Promise<void>;
  /** Resolves when whatever follows the wallet has been heard by its node; left out where that is at once. */
  followed?(): Promise<void>;
  /** Somebody else asks for sats, and can be reached. */
  requestFromElsewhere(amount: Sats): Promise<string>;
  /** The wallet's time goes on by so many seconds. */
  pass(seconds: number): Promise<void>;
  release(): Promise<void>;
}

const FEE_LIMIT = toMsat(sats(10));
const TEN = sats(10);
const wanted = { amount: TEN, description: "Evaluation ⚡", expirySeconds: 600 };

/** A well-formed invoice of a node that nobody can reach, on any network. */
function strangersInvoice(network: Network, amount: Msat | null): string {
  return encodeInvoice(
    {
      ...INVOICE_DEFAULTS,
      network,
      amount,
      timestamp: Math.floor(Date.now() / 1000),
      paymentHash: "5a".repeat(32),
      paymentSecret: "a5".repeat(32),
      description: { text: "from nowhere" },
      features: PLAIN_FEATURES,
    },
    hex.decode("17".repeat(32)),
  );
}

/** Follows until a hint for this hash comes; all that was told up to then, in order. */
function heardUntil(wallet: Wallet, last: string, after?: string): Promise<readonly SettlementHint[]> {
  const heard: SettlementHint[] = [];
  return new Promise((resolve) => {
    const undo = wallet.followSettlements((hint) => {
      heard.push(hint);
      if (hint.paymentHash !== last) return;
      undo();
      resolve(heard);
    }, after);
  });
}

const hashesOf = (hints: readonly SettlementHint[]): readonly string[] =>
  hints.map(({ paymentHash }) => paymentHash);

const refusal = (code: string) => expect.objectContaining({ constructor: RefusalError, code });

/** What every adapter of the wallet port must do, whatever is behind it. */
export function describeWallet(name: string, open: () => Promise<WalletUnderTest>): void {
  describe(`${name} keeps the wallet's contract`, () => {
    let rig: WalletUnderTest;
    beforeEach(async () => {
      rig = await open();
    });
    afterEach(() => rig.release());

    test("an invoice says what was asked for, and is open", async () => {
      const { wallet } = rig;
      const made = await wallet.makeInvoice(wanted);
      const invoice = decodeInvoice(made.paymentRequest);
      expect({
        network: invoice.network,
        amount: invoice.amount,
        description: invoice.description,
        paymentHash: invoice.paymentHash,
        expiresAt: (invoice.timestamp + invoice.expirySeconds) * 1000,
      }).toEqual({
        network: wallet.network,
        amount: 10_000n,
        description: { text: "Evaluation ⚡" },
        paymentHash: made.paymentHash,
        expiresAt: made.expiresAt,
      });
      expect(await wallet.lookupInvoice(made.paymentHash)).toEqual({ state: "open" });
    });

    test("two invoices never share a hash, and the port gives no preimage away", async () => {
      const { wallet } = rig;
      const first = await wallet.makeInvoice(wanted);
      const second = await wallet.makeInvoice(wanted);
      expect(first.paymentHash).not.toBe(second.paymentHash);
      expect(Object.keys(first).sort()).toEqual(["expiresAt", "paymentHash", "paymentRequest"]);
    });

    test.each([
      ["no sats", { ...wanted, amount: sats(0) }],
      ["fewer than none", { ...wanted, amount: sats(-10) }],
      ["more words than an invoice holds", { ...wanted, description: "é".repeat(320) }],
    ])("no invoice for %s", async (_, wrong) => {
      await expect(rig.wallet.makeInvoice(wrong)).rejects.toThrow(RangeError);
    });

    test("a settled invoice says so, tells its followers and is in the balance", async () => {
      const { wallet, settle } = rig;
      const before = await wallet.balance();
      const { paymentHash, paymentRequest, expiresAt } = await wallet.makeInvoice(wanted);
      const heard = heardUntil(wallet, paymentHash);
      await rig.followed?.();
      await settle(paymentRequest);
      expect(hashesOf(await heard)).toEqual([paymentHash]);
      const status = await wallet.lookupInvoice(paymentHash);
      expect(status).toEqual({ state: "settled", settledAt: expect.any(Number), amount: 10_000n });
      if (status.state === "settled") expect(status.settledAt).toBeLessThanOrEqual(expiresAt);
      expect(await wallet.balance()).toBe(before + 10_000n);
      await rig.pass(3600);
      expect(await wallet.lookupInvoice(paymentHash)).toEqual(status);
    });

    test("an invoice expires when nobody pays it", async () => {
      const { paymentHash } = await rig.wallet.makeInvoice(wanted);
      await rig.pass(602);
      expect(await rig.wallet.lookupInvoice(paymentHash)).toEqual({ state: "expired" });
    });

    test("what it has never heard of is unknown", async () => {
      const hash = "00".repeat(32);
      expect(await rig.wallet.lookupInvoice(hash)).toEqual({ state: "unknown" });
      expect(await rig.wallet.lookupPayment(hash)).toEqual({ state: "unknown" });
    });

    test("a payment is made once, however often it is asked for", async () => {
      const { wallet } = rig;
      const paymentRequest = await rig.requestFromElsewhere(TEN);
      const { paymentHash } = decodeInvoice(paymentRequest);
      const before = await wallet.balance();
      const asked = [
        wallet.pay({ paymentRequest, feeLimit: FEE_LIMIT }),
        wallet.pay({ paymentRequest, feeLimit: FEE_LIMIT }),
      ];
      await Promise.all(asked);
      await eventually(() => wallet.lookupPayment(paymentHash)).toMatchObject({ state: "succeeded" });
      const status = await wallet.lookupPayment(paymentHash);
      const fee = status.state === "succeeded" ? status.fee : msat(-1n);
      expect(fee).toBeGreaterThanOrEqual(0n);
      expect(fee).toBeLessThanOrEqual(FEE_LIMIT);
      expect(await wallet.pay({ paymentRequest, feeLimit: FEE_LIMIT })).toEqual(status);
      expect(await wallet.pay({ paymentRequest: paymentRequest.toUpperCase(), feeLimit: FEE_LIMIT })).toEqual(
        status,
      );
      const misfit = Number(before - (await wallet.balance()) - (10_000n + fee));
      expect(Math.abs(misfit)).toBeLessThan(Number(rig.balanceStep ?? 1n));
    });

    test("with its least fee limit, where it has one, it pays, and with less it does not even try", async () => {
      const { requestFromElsewhere, wallet } = rig;
      const paymentRequest = await requestFromElsewhere(TEN);
      const { paymentHash } = decodeInvoice(paymentRequest);
      const least = wallet.leastFeeLimit(toMsat(TEN));
      if (least > 0n) {
        expect(await wallet.pay({ paymentRequest, feeLimit: msat(least - 1n) })).toEqual({
          state: "failed",
          reason: "no_route",
        });
        expect(await wallet.lookupPayment(paymentHash)).toEqual({ state: "unknown" });
      }
      const feeLimit = least > 0n ? least : FEE_LIMIT;
      expect(await wallet.pay({ paymentRequest, feeLimit })).toMatchObject({ state: "succeeded" });
    });

    test("its own invoice is not paid", async () => {
      const { wallet } = rig;
      const before = await wallet.balance();
      const { paymentRequest, paymentHash } = await wallet.makeInvoice(wanted);
      const failed = { state: "failed", reason: "own_invoice" };
      expect(await wallet.pay({ paymentRequest, feeLimit: FEE_LIMIT })).toEqual(failed);
      expect(await wallet.lookupPayment(paymentHash)).toEqual(failed);
      expect(await wallet.lookupInvoice(paymentHash)).toEqual({ state: "open" });
      expect(await wallet.balance()).toBe(before);
    });

    test("an expired invoice is not paid", async () => {
      const { wallet } = rig;
      const before = await wallet.balance();
      const paymentRequest = await rig.requestFromElsewhere(TEN);
      await rig.pass(decodeInvoice(paymentRequest).expirySeconds + 2);
      const failed = { state: "failed", reason: "invoice_expired" };
      expect(await wallet.pay({ paymentRequest, feeLimit: FEE_LIMIT })).toEqual(failed);
      expect(await wallet.balance()).toBe(before);
    });

    test("a balance never goes below zero", async () => {
      const { wallet } = rig;
      const before = await wallet.balance();
      const paymentRequest = await rig.requestFromElsewhere(sats(Number(before / 1000n) + 1));
      const failed = { state: "failed", reason: "insufficient_balance" };
      expect(await wallet.pay({ paymentRequest, feeLimit: FEE_LIMIT })).toEqual(failed);
      expect(await wallet.balance()).toBe(before);
    });

    test("what cannot be an invoice to pay is refused before anything is tried", async () => {
      const { wallet } = rig;
      const elsewhere = wallet.network === "bc" ? "bcrt" : "bc";
      const open = strangersInvoice(wallet.network, null);
      const pay = (paymentRequest: string) => wallet.pay({ paymentRequest, feeLimit: FEE_LIMIT });
      await expect(pay("lnbcrt1nonsense")).rejects.toThrow(refusal("malformed_invoice"));
      await expect(pay(strangersInvoice(elsewhere, msat(10_000n)))).rejects.toThrow(refusal("wrong_network"));
      await expect(pay(open)).rejects.toThrow(refusal("no_amount"));
      expect(await wallet.lookupPayment("5a".repeat(32))).toEqual({ state: "unknown" });
    });

    test("who stopped following hears nothing more", async () => {
      const { wallet, settle } = rig;
      const heard: string[] = [];
      const { paymentRequest, paymentHash } = await wallet.makeInvoice(wanted);
      wallet.followSettlements((hint) => heard.push(hint.paymentHash))();
      const last = heardUntil(wallet, paymentHash);
      await rig.followed?.();
      await settle(paymentRequest);
      await last;
      expect(heard).toEqual([]);
    });

    test("what was settled while nobody followed is told from the cursor on, the oldest first", async () => {
      const { wallet, settle } = rig;
      const first = await wallet.makeInvoice(wanted);
      const second = await wallet.makeInvoice(wanted);
      const third = await wallet.makeInvoice(wanted);
      const last = await wallet.makeInvoice(wanted);
      const heard = heardUntil(wallet, first.paymentHash);
      await rig.followed?.();
      await settle(first.paymentRequest);
      const cursor = (await heard).at(-1)?.cursor;
      expect(cursor).toEqual(expect.any(String));
      await settle(second.paymentRequest);
      await settle(third.paymentRequest);
      const later = heardUntil(wallet, last.paymentHash, cursor);
      await settle(last.paymentRequest);
      // What came shortly before the cursor may be told again.
      const missed = [second.paymentHash, third.paymentHash, last.paymentHash];
      expect(hashesOf(await later).filter((hash) => missed.includes(hash))).toEqual(missed);
    });

    test.each([
      ["no cursor", undefined],
      ["a cursor of another wallet", "c2V0dGxlZA== ⚡"],
      ["an empty cursor", ""],
    ])("with %s only what is settled from then on is told", async (_, cursor) => {
      const { wallet, settle } = rig;
      const before = await wallet.makeInvoice(wanted);
      const after = await wallet.makeInvoice(wanted);
      await settle(before.paymentRequest);
      // Then is a later millisecond.
      const settledBy = Date.now();
      await eventually(() => Date.now(), 1).toBeGreaterThan(settledBy);
      const heard = heardUntil(wallet, after.paymentHash, cursor);
      await rig.followed?.();
      await settle(after.paymentRequest);
      expect(hashesOf(await heard)).toEqual([after.paymentHash]);
    });

    test("a closed wallet refuses", async () => {
      const { wallet } = rig;
      await wallet.close();
      await expect(wallet.balance()).rejects.toThrow(refusal("wallet_unavailable"));
      await expect(wallet.makeInvoice(wanted)).rejects.toThrow(refusal("wallet_unavailable"));
      await expect(wallet.lookupInvoice("00".repeat(32))).rejects.toThrow(refusal("wallet_unavailable"));
    });
  });
}
