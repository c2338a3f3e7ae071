import * as v from "valibot";
import { refuse } from "../../../protocol/refusal.ts";
import { followByLooking, type Settled } from "../follow-by-looking.ts";
import type { JsonClient } from "../json-client.ts";
import { createListReader, createTries, type Failed } from "../tries.ts";
import type { SettlementHint } from "../wallet.ts";
import { type LnbitsPayment, PaymentSchema, PaymentsSchema } from "./answers.ts";

/** So many are listed at a time. LNbits gives 1,000 at most (`Filters.pagination` in `lnbits/db.py`). */
const PAGE = 100;
const NEWEST = `/api/v1/payments?status=success&sortby=updated_at&direction=desc&limit=${PAGE}`;
/** LNbits stamps a payment before it commits it, and older versions only to the second. */
const OVERLAP_MS = 10_000;

/**
 * Looks for settled invoices every `pollMs`. Only a hint: LNbits' own push can be written to by anybody who knows a wallet's id, so it is
 * not listened to. The cursor is `updated_at`; versions before 1.0 have only the time an invoice was made, and there what is paid long
 * after is left to the sweep. Returns its own undo.
 */
export function followPaid(
  wallet: {
    readonly client: JsonClient;
    readonly key: string;
    readonly now: () => number;
    readonly pollMs: number;
    readonly failed: Failed | undefined;
  },
  listener: (hint: SettlementHint) => void,
  after?: string,
): () => void {
  const { failed } = wallet;
  const tries = createTries("LNbits cannot be asked which invoices were paid", failed);
  const readings = createTries("LNbits lists payments that cannot be read", failed);

  async function page(offset: number): Promise<readonly unknown[]> {
    const { status, body } = await wallet.client.get(`${NEWEST}&offset=${offset}`, wallet.key);
    const listed = status === 200 ? v.safeParse(PaymentsSchema, body) : undefined;
    if (listed?.success) return listed.output;
    return refuse("wallet_unavailable", `LNbits does not list the wallet's payments: status ${status}.`);
  }

  async function settledSince(since: number | undefined): Promise<readonly Settled[]> {
    const settled: Settled[] = [];
    const reader = createListReader(PaymentSchema, readings);
    for (let offset = 0; ; offset += PAGE) {
      // One that comes in meanwhile moves the others down: some are listed twice and none is left out.
      const listed = await page(offset);
      const payments = reader.read(listed);
      settled.push(...payments.filter(isSettled).map(settlement));
      const isPastIt = payments.some((payment) => settlement(payment).settledAt < (since ?? Infinity));
      if (isPastIt || listed.length < PAGE) break;
    }
    reader.end();
    return settled;
  }

  return followByLooking({ ...wallet, settledSince, overlapMs: OVERLAP_MS, tries }, listener, after).stop;
}

const settlement = ({ payment_hash, updated_at, time }: LnbitsPayment): Settled => ({
  paymentHash: payment_hash,
  settledAt: updated_at ?? time ?? 0,
});

/** The list holds payments in both directions. */
const isSettled = ({ amount, status, pending }: LnbitsPayment): boolean =>
  amount > 0n && (status === undefined ? pending === false : status === "success");
