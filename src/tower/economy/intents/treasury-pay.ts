import type { IntentOf } from "../../../protocol/intents.ts";
import { refuse } from "../../../protocol/refusal.ts";
import { payFromTreasury as decidePayment } from "../decide/treasury-pay.ts";
import type { Caller, Performed } from "../economy.ts";
import { queueBefore, readJobRecord } from "../jobs.ts";
import { freeFunds } from "../treasury/free-funds.ts";
import { type IntentParts, once } from "./intent.ts";

/**
 * Pays a job's invoice from the treasury: no Lightning, one posting. A payment that comes for that invoice later is owed back.
 * Refuses everybody but operators with `forbidden`, and as the decision does.
 */
export function payFromTreasury(
  { transactor }: IntentParts,
  caller: Caller,
  intent: IntentOf<"pay_invoice">,
): Promise<Performed> {
  if (caller.role !== "operator") refuse("forbidden", "Only an operator may spend the treasury.");
  const { invoiceType, jobId } = intent;
  return once(transactor, caller, intent, async (sql) => {
    const job = await readJobRecord(sql, jobId);
    const queue = await queueBefore(sql, job.agentId);
    return {
      decision: decidePayment(job, invoiceType, await freeFunds(sql), queue),
      performed: { jobId },
    };
  });
}
