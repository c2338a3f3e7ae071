import { formatSats } from "../../../protocol/format.ts";
import { refuse } from "../../../protocol/refusal.ts";
import { type Msat, type Sats, sats, satsDown, satsUp, toMsat } from "../../../protocol/units.ts";
import { type Decision, decision, type Payout } from "./decision.ts";
import {
  assertPayableTo,
  type ClaimInvoice,
  outgoing,
  type PayoutFate,
  type WithdrawingWallet,
} from "./refund.ts";

/** How the treasury stands when somebody wants to take something out of it. */
export interface TreasuryStanding {
  /** What is the tower's own, without what is missing. */
  readonly treasury: Msat;
  /** What the wallet lacks of what the books say. */
  readonly missing: Msat;
  /** What the node can spend. */
  readonly node: Msat;
  /** What left since midnight, and is on its way out, refunds to payers left out. */
  readonly spentToday: Msat;
  readonly dailyLimit: Sats;
}

/**
 * An operator takes sats out of the treasury, to an invoice. Refuses as `assertPayableTo` does, with `treasury_too_low` when they
 * are not the tower's own or not in the node, and with `daily_limit` when more would leave today than is allowed.
 */
export function withdraw(
  withdrawalId: string,
  amount: Sats,
  payee: { readonly invoice: ClaimInvoice; readonly wallet: WithdrawingWallet },
  standing: TreasuryStanding,
  now: number,
): Decision {
  const { invoice, wallet } = payee;
  assertPayableTo(invoice, amount, wallet, now);
  const most = toMsat(sats(amount + wallet.feeLimitSats));
  const { missing, node, treasury } = standing;
  if (most > treasury || most > node) {
    const free = Math.min(satsDown(treasury), satsDown(node));
    const lost = missing > 0n ? ` (${formatSats(satsUp(missing))} of it are missing in the wallet)` : "";
    refuse(
      "treasury_too_low",
      `The treasury can give ${formatSats(Math.max(0, free))} just now${lost}, and this may cost ${formatSats(satsUp(most))} with its route.`,
    );
  }
  if (standing.spentToday + most > toMsat(standing.dailyLimit)) {
    refuse(
      "daily_limit",
      `${formatSats(standing.dailyLimit)} may leave the tower in a day, and ${formatSats(satsUp(standing.spentToday))} of it has: try tomorrow, or raise the limit.`,
    );
  }
  return decision({
    moves: [{ kind: "payout_started", ...leaving(amount, wallet.feeLimitSats) }],
    effects: [{ kind: "withdrawal", withdrawalId, ...outgoing(invoice, amount, wallet) }],
  });
}

const leaving = (amount: Sats, feeLimit: Sats): Payout => ({
  to: { kind: "withdrawal" },
  amount: toMsat(amount),
  feeReserve: toMsat(feeLimit),
});

/** The fate of a withdrawal is known, or known to be unknown: then nothing moves. */
export function withdrawalEnded(
  sent: { readonly amountSats: Sats; readonly feeLimitSats: Sats },
  fate: PayoutFate,
): Decision {
  const gone = leaving(sent.amountSats, sent.feeLimitSats);
  switch (fate.kind) {
    case "succeeded":
      return decision({ moves: [{ kind: "payout_succeeded", ...gone, fee: fate.fee }] });
    case "failed":
      return decision({ moves: [{ kind: "payout_failed", ...gone }] });
    case "unknown":
      return decision({});
  }
}
