import { NO_MSAT } from "../../protocol/units.ts";
import {
  evalRecognised,
  invoiceSettled,
  modelExpense,
  type Postings,
  payoutFailed,
  payoutStarted,
  payoutSucceeded,
  settledTooLate,
  workCompleted,
  workUnfinished,
} from "../ledger/postings.ts";
import type { MoneyMove } from "./decide/decision.ts";

/** What a decided movement of money does to the books. */
export function postingsOf(move: MoneyMove): Postings {
  switch (move.kind) {
    case "settled":
      return invoiceSettled(move);
    case "settled_not_due":
      return settledTooLate(move);
    case "eval_earned":
      return evalRecognised({ ...move, paidBy: "payer" });
    case "work_earned":
      return workCompleted({ ...move, modelCost: NO_MSAT, paidBy: "payer" });
    case "held_is_owed":
      return workUnfinished({ ...move, paidBy: "payer" });
    case "brain_used":
      return modelExpense(move.cost);
    case "payout_started":
      return payoutStarted(move);
    case "payout_succeeded":
      return payoutSucceeded(move);
    case "payout_failed":
      return payoutFailed(move);
  }
}
