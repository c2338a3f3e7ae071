import fc from "fast-check";
import { jobId, sessionId, tokenId } from "../../../protocol/ids.ts";
import { msat } from "../../../protocol/units.ts";
import type { Postings } from "../postings.ts";
import * as happened from "../postings.ts";
import type { Changes, Model } from "./model.ts";

/** Something that happens to the books: what the ledger is told, and what must come of it, told without the ledger. */
export interface Command {
  /** Minutes since the command before. */
  readonly pass: number;
  readonly key: string | undefined;
  readonly event: (model: Model) => { readonly postings: Postings; readonly changes: Changes };
}

/** An amount: the half of what there is, all of it, a msat more, or any. */
type Part = (available: bigint) => bigint;

const part: fc.Arbitrary<Part> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Part>((available) => available) },
  { weight: 2, arbitrary: fc.constant<Part>((available) => available / 2n) },
  { weight: 1, arbitrary: fc.constant<Part>((available) => available + 1n) },
  {
    weight: 2,
    arbitrary: fc.bigInt({ min: 0n, max: 400_000n }).map(
      (any): Part =>
        () =>
          any,
    ),
  },
);
const amount = fc.oneof(fc.constantFrom(0n, 999n, 10_000n, 280_000n), fc.bigInt({ min: 0n, max: 400_000n }));
const job = fc.constantFrom("a", "b", "c", "d");
const session = fc.constantFrom("s", "t");
const fund = fc.oneof(
  { weight: 3, arbitrary: session.map((id) => ({ kind: "session", sessionId: sessionId(id) }) as const) },
  { weight: 2, arbitrary: fc.constant({ kind: "token", tokenId: tokenId("l") } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: "treasury" } as const) },
);
const paidFrom: fc.Arbitrary<happened.PaidFrom> = fc.oneof(fc.constant({ kind: "payer" } as const), fund);

/** Whole sats are owed back, what is left of one stays. */
const owed = (id: string, received: bigint): Changes => ({
  [`refund:${id}`]: -(received - (received % 1_000n)),
  "revenue:rounding": -(received % 1_000n),
});
/** Where a fund's sats are. */
function accountOf(fund: Exclude<happened.PaidFrom, { kind: "payer" }>): string {
  if (fund.kind === "treasury") return "expense:treasury_jobs";
  return fund.kind === "session" ? `session:${fund.sessionId}` : `token:${fund.tokenId}`;
}
/** A payer is owed whole sats; whatever else paid has all of it again. */
const back = (id: string, from: happened.PaidFrom, given: bigint): Changes =>
  from.kind === "payer" ? owed(id, given) : { [accountOf(from)]: -given };
/** The treasury earns nothing from itself. */
const earned = (account: string, from: happened.PaidFrom, kept: bigint): Changes => ({
  [from.kind === "treasury" ? "expense:treasury_jobs" : account]: -kept,
});
const burnt = (cost: bigint): Changes => ({ "expense:model": cost, model_payable: -cost });

/** Changes together: an account that is in several has their sum. */
function together(...all: readonly Changes[]): Changes {
  const sums: Record<string, bigint> = {};
  for (const [account, change] of all.flatMap((changes) => Object.entries(changes)))
    sums[account] = (sums[account] ?? 0n) + change;
  return sums;
}

const escrowOf = (model: Model, id: string): bigint => -model.balanceOf(`escrow:${id}`);
/** What a fund can give: the treasury's own is not told apart here, and gives a little. */
const availableIn = (model: Model, from: Exclude<happened.PaidFrom, { kind: "payer" }>): bigint =>
  from.kind === "treasury" ? 300_000n : -model.balanceOf(accountOf(from));

/** What goes out: a refund of a job's or a session's, or a withdrawal. */
interface Going {
  readonly what: happened.PayoutFor;
  readonly account: string;
  readonly ready: (model: Model) => bigint;
}
const refundOf = (of: ReturnType<typeof jobId> | ReturnType<typeof sessionId>): Going => ({
  what: { kind: "refund", of },
  account: `refund:${of}`,
  ready: (model) => -model.balanceOf(`refund:${of}`),
});
const to: fc.Arbitrary<Going> = fc.oneof(
  job.map((id) => refundOf(jobId(id))),
  session.map((id) => refundOf(sessionId(id))),
  fc.constant<Going>({
    what: { kind: "withdrawal" },
    account: "withdrawals",
    ready: (model) => model.balanceOf("payouts_in_flight") / 2n,
  }),
);

const event: fc.Arbitrary<Command["event"]> = fc.oneof(
  fc.bigInt({ min: 0n, max: 4_000_000n }).map((opened) => () => ({
    postings: happened.openingBalance(msat(opened)),
    changes: { node: opened, opening: -opened },
  })),
  fc
    .record({ job, due: amount, excess: fc.oneof(fc.constant(0n), amount) })
    .map(({ job, due, excess }) => () => ({
      postings: happened.invoiceSettled({ jobId: jobId(job), due: msat(due), received: msat(due + excess) }),
      changes: together({ node: due + excess, [`escrow:${job}`]: -due }, owed(job, excess)),
    })),
  fc.record({ job, received: amount }).map(({ job, received }) => () => ({
    postings: happened.settledTooLate({ owedTo: jobId(job), received: msat(received) }),
    changes: together({ node: received }, owed(job, received)),
  })),
  fc.record({ job, due: amount }).map(({ job, due }) => () => ({
    postings: happened.treasuryPaid({ jobId: jobId(job), due: msat(due) }),
    changes: { "expense:treasury_jobs": due, [`escrow:${job}`]: -due },
  })),
  fc.record({ job, part, paidFrom }).map(({ job, part, paidFrom }) => (model: Model) => {
    const fee = part(escrowOf(model, job));
    return {
      postings: happened.evalRecognised({ jobId: jobId(job), fee: msat(fee), paidFrom }),
      changes: together({ [`escrow:${job}`]: fee }, earned("revenue:eval", paidFrom, fee)),
    };
  }),
  fc.record({ job, part, used: part, paidFrom }).map(({ job, part, used, paidFrom }) => (model: Model) => {
    const paid = part(escrowOf(model, job));
    const wanted = used(paid);
    const kept = paid - (wanted < paid ? paid - wanted : 0n);
    return {
      postings: happened.workCompleted({
        jobId: jobId(job),
        paid: msat(paid),
        used: msat(wanted),
        paidFrom,
      }),
      changes: together(
        { [`escrow:${job}`]: paid },
        earned("revenue:work", paidFrom, kept),
        back(job, paidFrom, paid - kept),
      ),
    };
  }),
  fc.record({ job, part, paidFrom }).map(({ job, part, paidFrom }) => (model: Model) => {
    const paid = part(escrowOf(model, job));
    return {
      postings: happened.workUnfinished({ jobId: jobId(job), paid: msat(paid), paidFrom }),
      changes: together({ [`escrow:${job}`]: paid }, back(job, paidFrom, paid)),
    };
  }),
  fc.record({ session, received: amount }).map(({ session, received }) => () => ({
    postings: happened.settledTooLate({ owedTo: sessionId(session), received: msat(received) }),
    changes: together({ node: received }, owed(session, received)),
  })),
  fc
    .record({ fund, received: fc.oneof(amount, fc.constant(1_000_000n)) })
    .filter(({ fund }) => fund.kind !== "treasury")
    .map(({ fund, received }) => () => ({
      postings: happened.fundReceived({ fund, received: msat(received) }),
      changes: { node: received, [accountOf(fund)]: -received },
    })),
  fc
    .record({ job, fund, part, fee: fc.constantFrom(0n, 10_000n, 1n) })
    .map(({ job, fund, part, fee }) => (model: Model) => {
      const taken = part(availableIn(model, fund));
      const most = taken > fee ? taken - fee : 0n;
      return {
        postings: happened.fundsReserved({ jobId: jobId(job), fund, fee: msat(fee), most: msat(most) }),
        changes: together(
          { [accountOf(fund)]: fee + most },
          { [`escrow:${job}`]: -fee, [`reserved:${job}`]: -most },
        ),
      };
    }),
  fc.record({ job, fund, part, price: part }).map(({ job, fund, part, price }) => (model: Model) => {
    const most = part(-model.balanceOf(`reserved:${job}`));
    const wanted = price(most);
    // A price above what was set aside is a mistake of the caller's, and has a test of its own.
    const rest = wanted < most ? most - wanted : 0n;
    const kept = most - rest;
    return {
      postings: happened.reservationPriced({ jobId: jobId(job), fund, most: msat(most), price: msat(kept) }),
      changes: together(
        { [`reserved:${job}`]: most, [`escrow:${job}`]: -kept },
        { [accountOf(fund)]: -rest },
      ),
    };
  }),
  fc.record({ session, part }).map(({ session, part }) => (model: Model) => {
    const balance = part(-model.balanceOf(`session:${session}`));
    return {
      postings: happened.sessionEnded({ sessionId: sessionId(session), balance: msat(balance) }),
      changes: together({ [`session:${session}`]: balance }, owed(session, balance)),
    };
  }),
  fc.record({ job, session, part }).map(({ job, session, part }) => (model: Model) => {
    const credited = part(-model.balanceOf(`refund:${job}`));
    const fund = { kind: "session", sessionId: sessionId(session) } as const;
    return {
      postings: happened.refundCredited({ jobId: jobId(job), fund, amount: msat(credited) }),
      changes: { [`refund:${job}`]: credited, [`session:${session}`]: -credited },
    };
  }),
  amount.map((received) => () => ({
    postings: happened.depositReceived({ received: msat(received) }),
    changes: { node: received, deposits: -received },
  })),
  amount.map((cost) => () => ({ postings: happened.modelExpense(msat(cost)), changes: burnt(cost) })),
  fc.record({ to, part, reserve: amount }).map(({ to, part, reserve }) => (model: Model) => {
    const sent = part(to.ready(model));
    return {
      postings: happened.payoutStarted({ amount: msat(sent), feeReserve: msat(reserve) }),
      changes: { payouts_in_flight: sent + reserve, node: -(sent + reserve) },
    };
  }),
  fc
    .record({
      to,
      part,
      reserve: amount,
      fee: fc.oneof(
        part,
        fc.constant<Part>((most) => most / 7n),
      ),
    })
    .map(({ to, part, reserve, fee }) => (model: Model) => {
      const sent = part(to.ready(model));
      const cost = fee(reserve);
      return {
        postings: happened.payoutSucceeded({
          to: to.what,
          amount: msat(sent),
          feeReserve: msat(reserve),
          fee: msat(cost),
        }),
        changes: {
          [to.account]: sent,
          "expense:routing": cost,
          payouts_in_flight: -(sent + reserve),
          node: reserve - cost,
        },
      };
    }),
  part.map((part) => (model: Model) => {
    const sent = part(model.balanceOf("payouts_in_flight"));
    return {
      postings: happened.payoutFailed({ amount: msat(sent), feeReserve: msat(0n) }),
      changes: { payouts_in_flight: -sent, node: sent },
    };
  }),
);

const key = fc.oneof(
  { weight: 8, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom("k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8") },
);

/** Commands in any order, up to eighty: most of them fit what is there, and some must be refused. */
export const commands: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.record({ pass: fc.oneof(fc.constant(0), fc.nat(400)), key, event }),
  { minLength: 1, maxLength: 80, size: "max" },
);
