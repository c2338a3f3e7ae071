import * as v from "valibot";
import type { JsonClient } from "../json-client.ts";
import { type LnbitsPayment, PaymentSchema, PaymentsSchema } from "./answers.ts";

/** The newest this many are looked at: more than are settled between two looks. */
const LOOKED_AT = 100;
const NEWEST = `/api/v1/payments?status=success&sortby=updated_at&direction=desc&limit=${LOOKED_AT}`;

/**
 * Looks for settled invoices every `pollMs` and tells each hash once. Only a hint: LNbits' own push can be written to by anybody who
 * knows a wallet's id, so it is not listened to. What cannot be asked now is asked the next time. Returns its own undo.
 */
export function followPaid(
  wallet: { readonly client: JsonClient; readonly key: string; readonly pollMs: number },
  listener: (paymentHash: string) => void,
): () => void {
  const told = new Set<string>();
  let isFirst = true;
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    const { status, body } = await wallet.client.get(NEWEST, wallet.key);
    const listed = status === 200 ? v.safeParse(PaymentsSchema, body) : undefined;
    const paid = (listed?.success ? listed.output : [])
      .map((entry) => v.safeParse(PaymentSchema, entry))
      .flatMap((entry) => (entry.success && isSettled(entry.output) ? [entry.output.payment_hash] : []));
    for (const paymentHash of paid) {
      if (told.has(paymentHash)) continue;
      told.add(paymentHash);
      // What was settled before anybody followed is the sweep's, not news.
      if (!isFirst && !isOver) listener(paymentHash);
    }
    isFirst = false;
    // Old hashes cannot come back once newer ones fill the list.
    if (told.size > 10 * LOOKED_AT) for (const old of [...told].slice(0, -2 * LOOKED_AT)) told.delete(old);
  }

  const again = () => {
    if (!isOver) timer = setTimeout(run, wallet.pollMs);
  };
  const run = () => {
    // A wallet that does not answer is asked again; the sweep finds what was missed.
    look().then(again, again);
  };
  run();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** The list holds payments in both directions. */
const isSettled = ({ amount, status, pending }: LnbitsPayment): boolean =>
  amount > 0n && (status === undefined ? pending === false : status === "success");
