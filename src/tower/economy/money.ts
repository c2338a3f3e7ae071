import {
  depositReceived,
  evalRecognised,
  fundReceived,
  fundsReserved,
  invoiceSettled,
  modelExpense,
  type Postings,
  payoutFailed,
  payoutStarted,
  payoutSucceeded,
  receivingCost,
  refundCredited,
  reservationPriced,
  sessionEnded,
  settledTooLate,
  treasuryPaid,
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
      return evalRecognised(move);
    case "work_earned":
      return workCompleted(move);
    case "held_given_back":
      return workUnfinished(move);
    case "treasury_paid":
      return treasuryPaid(move);
    case "fund_received":
      return fundReceived(move);
    case "funds_reserved":
      return fundsReserved(move);
    case "reservation_priced":
      return reservationPriced(move);
    case "session_ended":
      return sessionEnded(move);
    case "refund_credited":
      return refundCredited(move);
    case "receiving_cost":
      return receivingCost(move);
    case "deposit_received":
      return depositReceived(move);
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
