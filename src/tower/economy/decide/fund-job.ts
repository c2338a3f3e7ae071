import type { NewFact } from "../../../protocol/facts.ts";
import { formatSats } from "../../../protocol/format.ts";
import type { JobId, OwnerId, RequestId } from "../../../protocol/ids.ts";
import type { Funding, JobRecord, PaidBy, Price } from "../../../protocol/records.ts";
import { refuse } from "../../../protocol/refusal.ts";
import { type Msat, NO_SATS, type Sats, sats, satsDown, toMsat } from "../../../protocol/units.ts";
import type { Quote } from "../quote.ts";
import { type Decision, decision, effectKey, type Fund } from "./decision.ts";
import { fundOf } from "./held.ts";
import { nextStep } from "./invoice.ts";
import { type AgentStanding, assertTakesJobs } from "./open-job.ts";

/** A request that a fund pays for. */
export interface AheadRequest {
  readonly jobId: JobId;
  readonly ownerId: OwnerId;
  readonly requestId: RequestId;
  readonly agentId: JobRecord["agentId"];
  readonly request: string;
}

const FUNDINGS = { session: "session", token: "l402", treasury: "treasury" } as const satisfies Record<
  Fund["kind"],
  Funding
>;

const PAID_BY = { session: "session", token: "token", treasury: "treasury" } as const satisfies Record<
  Fund["kind"],
  PaidBy
>;

/** What a fund says when it has too little. */
const TOO_LITTLE = {
  session: { code: "balance_too_low", whose: "the session has" },
  token: { code: "balance_too_low", whose: "the token has" },
  treasury: { code: "treasury_too_low", whose: "the treasury has" },
} as const;

/**
 * Opens a job that a fund pays for: what it may cost at most is set aside before anything is done, the eval fee is taken, and the
 * agent begins. Refuses as {@link assertTakesJobs} does, and with `balance_too_low` or `treasury_too_low` when `available` does not
 * cover the quote; nothing is then debited.
 */
export function openFundedJob(
  asked: AheadRequest,
  agent: AgentStanding | undefined,
  fund: Fund,
  quote: Quote,
  available: Msat,
): Decision {
  assertTakesJobs(asked.agentId, agent);
  const { jobId } = asked;
  if (available < toMsat(quote.totalSats)) {
    const { code, whose } = TOO_LITTLE[fund.kind];
    refuse(
      code,
      `This may cost up to ${formatSats(quote.totalSats)}, and ${whose} ${formatSats(Math.max(0, satsDown(available)))}: nothing was debited.`,
    );
  }
  const { marginPercent, btcPriceUsd, btcPriceSource } = quote.price;
  return decision({
    facts: [
      {
        type: "job_started",
        jobId,
        agentId: asked.agentId,
        funding: FUNDINGS[fund.kind],
        ownerId: asked.ownerId,
        requestId: asked.requestId,
        request: asked.request,
        reservedSats: quote.workSats,
        ...(fund.kind === "session" && { sessionId: fund.sessionId }),
        ...(fund.kind === "token" && { tokenId: fund.tokenId }),
      },
      { type: "invoice_request", jobId, invoiceType: "eval", amountSats: quote.evalSats },
      paidBy(fund, jobId, "eval", quote.evalSats),
    ],
    moves: [
      { kind: "funds_reserved", jobId, fund, fee: toMsat(quote.evalSats), most: toMsat(quote.workSats) },
    ],
    effects: [
      {
        kind: "evaluate",
        key: effectKey.evaluate(jobId),
        jobId,
        terms: { marginPercent, btcPriceUsd, ...(btcPriceSource !== undefined && { btcPriceSource }) },
      },
    ],
  });
}

const paidBy = (fund: Fund, jobId: JobId, invoiceType: "eval" | "work", amountSats: Sats) =>
  ({
    type: "invoice_settled",
    jobId,
    invoiceType,
    amountSats,
    onTime: true,
    paidBy: PAID_BY[fund.kind],
  }) satisfies NewFact;

/** A price and what it is for. */
export interface Offer {
  readonly note: string;
  readonly amountSats: Sats;
  readonly price: Price;
}

/**
 * The agent takes on a job that is funded ahead: its price is known and paid in the same breath. What was set aside beyond the
 * price goes back. `queue` is how many jobs stand before this one when its agent is busy, else undefined.
 */
export function priceFundedWork(job: JobRecord, offer: Offer, queue: number | undefined): Decision {
  const fund = fundOf(job);
  if (fund === undefined) throw new Error(`job ${job.jobId} is not funded ahead`);
  const most = job.reservedSats ?? NO_SATS;
  // The quote covers whatever is accepted; should a brain ask for more all the same, it is not paid more than was set aside.
  const amountSats = sats(Math.min(offer.amountSats, most));
  const evalSats = job.evalInvoice?.amountSats ?? NO_SATS;
  const { jobId } = job;
  const settled = paidBy(fund, jobId, "work", amountSats);
  return decision({
    facts: [
      {
        type: "invoice_request",
        jobId,
        invoiceType: "work",
        amountSats,
        description: offer.note,
        price: offer.price,
      },
      queue === undefined ? settled : { ...settled, queuePlace: queue + 1 },
    ],
    moves: [
      ...(evalSats > 0
        ? [{ kind: "eval_earned", jobId, fee: toMsat(evalSats), paidFrom: fund } as const]
        : []),
      { kind: "reservation_priced", jobId, fund, most: toMsat(most), price: toMsat(amountSats) },
    ],
    effects: queue === undefined ? [nextStep(jobId, "work")] : [],
  });
}
