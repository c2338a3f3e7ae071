import fc from "fast-check";
import { jobId } from "../../../protocol/ids.ts";
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
const paidBy = fc.constantFrom<happened.PaidBy>("payer", "payer", "payer", "treasury");

/** Whole sats are owed back, what is left of one stays. */
const owed = (id: string, received: bigint): Changes => ({
  [`refund:${id}`]: -(received - (received % 1_000n)),
  "revenue:rounding": -(received % 1_000n),
});
/** The treasury has its own expense undone; a payer is owed. */
const back = (id: string, by: happened.PaidBy, given: bigint): Changes =>
  by === "treasury" ? { "expense:treasury_jobs": -given } : owed(id, given);
const earned = (account: string, by: happened.PaidBy, kept: bigint): Changes => ({
  [by === "treasury" ? "expense:treasury_jobs" : account]: -kept,
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
    postings: happened.settledTooLate({ jobId: jobId(job), received: msat(received) }),
    changes: together({ node: received }, owed(job, received)),
  })),
  fc.record({ job, due: amount }).map(({ job, due }) => () => ({
    postings: happened.treasuryPaid({ jobId: jobId(job), due: msat(due) }),
    changes: { "expense:treasury_jobs": due, [`escrow:${job}`]: -due },
  })),
  fc.record({ job, part, paidBy }).map(({ job, part, paidBy }) => (model: Model) => {
    const fee = part(escrowOf(model, job));
    return {
      postings: happened.evalRecognised({ jobId: jobId(job), fee: msat(fee), paidBy }),
      changes: together({ [`escrow:${job}`]: fee }, earned("revenue:eval", paidBy, fee)),
    };
  }),
  fc.record({ job, part, paidBy }).map(({ job, part, paidBy }) => (model: Model) => {
    const fee = part(escrowOf(model, job));
    return {
      postings: happened.evaluationFailed({ jobId: jobId(job), fee: msat(fee), paidBy }),
      changes: together({ [`escrow:${job}`]: fee }, back(job, paidBy, fee)),
    };
  }),
  fc
    .record({ job, part, used: part, cost: amount, paidBy })
    .map(({ job, part, used, cost, paidBy }) => (model: Model) => {
      const paid = part(escrowOf(model, job));
      const wanted = used(paid);
      const kept = paid - (wanted < paid ? paid - wanted : 0n);
      return {
        postings: happened.workCompleted({
          jobId: jobId(job),
          paid: msat(paid),
          used: msat(wanted),
          modelCost: msat(cost),
          paidBy,
        }),
        changes: together(
          { [`escrow:${job}`]: paid },
          earned("revenue:work", paidBy, kept),
          back(job, paidBy, paid - kept),
          burnt(cost),
        ),
      };
    }),
  fc.record({ job, part, paidBy }).map(({ job, part, paidBy }) => (model: Model) => {
    const paid = part(escrowOf(model, job));
    return {
      postings: happened.workUnfinished({ jobId: jobId(job), paid: msat(paid), paidBy }),
      changes: together({ [`escrow:${job}`]: paid }, back(job, paidBy, paid)),
    };
  }),
  amount.map((cost) => () => ({ postings: happened.modelExpense(msat(cost)), changes: burnt(cost) })),
  fc.record({ job, part, reserve: amount }).map(({ job, part, reserve }) => (model: Model) => {
    const sent = part(-model.balanceOf(`refund:${job}`));
    return {
      postings: happened.payoutStarted({ amount: msat(sent), feeReserve: msat(reserve) }),
      changes: { payouts_in_flight: sent + reserve, node: -(sent + reserve) },
    };
  }),
  fc
    .record({
      job,
      part,
      reserve: amount,
      fee: fc.oneof(
        part,
        fc.constant<Part>((most) => most / 7n),
      ),
    })
    .map(({ job, part, reserve, fee }) => (model: Model) => {
      const sent = part(-model.balanceOf(`refund:${job}`));
      const cost = fee(reserve);
      return {
        postings: happened.payoutSucceeded({
          jobId: jobId(job),
          amount: msat(sent),
          feeReserve: msat(reserve),
          fee: msat(cost),
        }),
        changes: {
          [`refund:${job}`]: sent,
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
