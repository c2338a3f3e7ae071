import { timestamp } from "../../protocol/ids.ts";
import type { Wallet } from "../lightning/wallet.ts";
import { decision } from "./decide/decision.ts";
import { invoiceMade } from "./decide/invoice.ts";
import type { Performer } from "./effects.ts";
import { completeEffect } from "./effects-table.ts";
import { firstLook } from "./invoice-watch.ts";
import { insertInvoice } from "./invoices.ts";
import { readJobRecord } from "./jobs.ts";
import type { Transactor } from "./transactor.ts";

/** The longest description an invoice carries, in code points: even of four bytes each they keep BOLT 11's limit of 639. */
const LONGEST_DESCRIPTION = 150;

/**
 * Has the wallet make a job's invoice. Tried again after a crash it makes a new one: the first was never
 * recorded, so nobody was asked to pay it.
 */
export function invoicePerformer(parts: {
  readonly transactor: Transactor;
  readonly wallet: Wallet;
  /** How long each type of invoice can be paid, in seconds. */
  readonly expirySeconds: { readonly eval: number; readonly work: number };
  /** Told of each invoice once it is recorded: from then on the wallet is asked about it. */
  readonly invoiceMade: () => void;
}): Performer<"make_invoice"> {
  const { transactor, wallet, expirySeconds } = parts;
  return async (effect) => {
    const { invoiceType, amountSats, description, price } = effect;
    const made = await wallet.makeInvoice({
      amount: amountSats,
      description: [...description].slice(0, LONGEST_DESCRIPTION).join(""),
      expirySeconds: expirySeconds[invoiceType],
    });
    await transactor.run(async (sql, { now }) => {
      const nothing = { decision: decision({}), result: undefined };
      if (!(await completeEffect(sql, effect.key))) return nothing;
      const job = await readJobRecord(sql, effect.jobId);
      const wanted = invoiceType === "eval" ? "awaiting_eval_payment" : "evaluating";
      if (job.phase !== wanted) return nothing;
      const subject = { kind: invoiceType, jobId: job.jobId } as const;
      await insertInvoice(sql, { ...made, subject, amountSats }, firstLook(now));
      return {
        decision: invoiceMade(job, {
          invoiceType,
          amountSats,
          description,
          paymentRequest: made.paymentRequest,
          expiresAt: timestamp(made.expiresAt),
          ...(price !== undefined && { price }),
        }),
        result: undefined,
      };
    });
    parts.invoiceMade();
    return "done";
  };
}
