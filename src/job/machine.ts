import { assign, emit, raise, setup } from "xstate";
import type { FactOf } from "../protocol/facts.ts";
import type { Outcome, Phase } from "../protocol/records.ts";
import { chatLines, startedLines } from "./chat.ts";
import { invoiceOf, isAwaited, type JobContext, type JobEvent } from "./context.ts";
import type { JobCue } from "./cue.ts";
import { recordFact, startedJob } from "./record-fact.ts";

/** Raised by the chart itself when sats may have become due to the payer; never sent from outside. */
type RefundDue = { readonly type: "refund_due" };

/** The outcomes that may end the work from each phase. */
export const OUTCOMES_FROM = {
  awaiting_eval_payment: ["cancelled", "expired", "failed"],
  evaluating: ["rejected", "failed"],
  awaiting_work_payment: ["cancelled", "expired", "failed"],
  queued: ["failed"],
  executing: ["completed", "failed"],
  closed: [],
} as const satisfies Record<Phase, readonly Outcome[]>;

const job = setup({
  types: {
    context: {} as JobContext,
    events: {} as JobEvent | RefundDue,
    input: {} as FactOf<"job_started">,
    emitted: {} as JobCue,
  },
  guards: {
    isFundedAhead: ({ context }) => context.funding !== "invoice",
    bringsEvalInvoice: ({ context, event }) =>
      event.type === "invoice_request" && event.invoiceType === "eval" && context.evalInvoice === undefined,
    bringsDueEvalOfFunded: ({ context, event }) =>
      event.type === "invoice_request" &&
      event.invoiceType === "eval" &&
      context.evalInvoice === undefined &&
      context.funding !== "invoice",
    bringsWorkInvoice: ({ context, event }) =>
      event.type === "invoice_request" && event.invoiceType === "work" && context.workInvoice === undefined,
    bringsPriceOfFundedWork: ({ context, event }) =>
      event.type === "invoice_request" &&
      event.invoiceType === "work" &&
      context.workInvoice === undefined &&
      context.funding !== "invoice",
    paysEval: ({ context, event }) =>
      event.type === "invoice_settled" && event.invoiceType === "eval" && isAwaited(context, event),
    paysWork: ({ context, event }) =>
      event.type === "invoice_settled" && event.invoiceType === "work" && isAwaited(context, event),
    paysWorkOfBusyAgent: ({ context, event }) =>
      event.type === "invoice_settled" &&
      event.invoiceType === "work" &&
      event.queuePlace !== undefined &&
      isAwaited(context, event),
    paysWhatIsNotDue: ({ context, event }) =>
      event.type === "invoice_settled" &&
      invoiceOf(context, event.invoiceType) !== undefined &&
      !isAwaited(context, event),
    expiresOpenInvoice: ({ context, event }) =>
      event.type === "invoice_expired" && invoiceOf(context, event.invoiceType)?.state === "open",
    endsAs: ({ event }, outcomes: readonly Outcome[]) =>
      event.type === "job_completed" && outcomes.includes(event.outcome),
    isOwed: ({ context }) => context.owedSats > 0,
    claimsAllOwed: ({ context, event }) =>
      event.type === "refund_claimed" && event.amountSats === context.owedSats,
    paysAllOwed: ({ context, event }) =>
      event.type === "refund_settled" && event.method === "invoice" && event.amountSats === context.owedSats,
    paysPartOfOwed: ({ context, event }) =>
      event.type === "refund_settled" && event.method === "invoice" && event.amountSats < context.owedSats,
    creditsAllOwed: ({ context, event }) =>
      event.type === "refund_settled" && event.method === "credit" && event.amountSats === context.owedSats,
    // What came from elsewhere goes back there at once, while the payer's own part is still owed or on its way.
    creditsPartOfOwed: ({ context, event }) =>
      event.type === "refund_settled" &&
      event.method === "credit" &&
      event.amountSats > 0 &&
      event.amountSats < context.owedSats,
    failedForSure: ({ event }) => event.type === "refund_failed" && event.fate === "failed",
    mayStillArrive: ({ event }) => event.type === "refund_failed" && event.fate === "unknown",
  },
  actions: {
    record: assign(({ context, event }) => (event.type === "refund_due" ? {} : recordFact(context, event))),
    markPhase: assign(({ event }) => ("at" in event && event.at !== undefined ? { phaseAt: event.at } : {})),
    checkRefundDue: raise({ type: "refund_due" }),
    sayStarted: emit(({ context }) => ({ type: "chat", lines: startedLines(context) })),
    say: emit(({ context, event }) => ({
      type: "chat",
      lines: event.type === "refund_due" ? [] : chatLines(event, context),
    })),
    nod: emit({ type: "gesture", gesture: "accept" }),
    showOutcome: emit(({ context }) => ({
      type: "gesture",
      gesture: context.outcome === "completed" ? "celebrate" : "refuse",
    })),
    handBack: emit({ type: "gesture", gesture: "hand_back" }),
  },
});

const endsFrom = (phase: keyof typeof OUTCOMES_FROM) =>
  ({
    guard: { type: "endsAs", params: OUTCOMES_FROM[phase] as readonly Outcome[] },
    target: "closed",
    actions: ["say", "record", "checkRefundDue", "markPhase", "showOutcome"],
  }) as const;

// What is said of a fact is said from the job before it: only there does a payment show whether it was awaited.
const recorded = ["say", "record"] as const;
const entersPhase = ["say", "record", "markPhase"] as const;
const paysIntoPhase = ["say", "record", "checkRefundDue", "markPhase", "nod"] as const;

/**
 * The statechart of one paid job, the same on both sides of the wire: what may follow what. It has no clock and
 * does nothing: deadlines and results arrive as facts. Two regions run side by side, since money can come late.
 */
export const jobMachine = job.createMachine({
  id: "job",
  type: "parallel",
  context: ({ input }) => startedJob(input),
  states: {
    work: {
      initial: "started",
      states: {
        started: {
          entry: "sayStarted",
          always: [{ guard: "isFundedAhead", target: "evaluating" }, { target: "awaiting_eval_payment" }],
        },
        awaiting_eval_payment: {
          on: {
            invoice_request: { guard: "bringsEvalInvoice", actions: recorded },
            invoice_settled: { guard: "paysEval", target: "evaluating", actions: paysIntoPhase },
            invoice_expired: { guard: "expiresOpenInvoice", actions: recorded },
            job_completed: endsFrom("awaiting_eval_payment"),
          },
        },
        evaluating: {
          on: {
            invoice_request: [
              { guard: "bringsDueEvalOfFunded", actions: recorded },
              { guard: "bringsPriceOfFundedWork", actions: recorded },
              { guard: "bringsWorkInvoice", target: "awaiting_work_payment", actions: entersPhase },
            ],
            invoice_settled: [
              { guard: "paysEval", actions: ["say", "record", "checkRefundDue"] },
              { guard: "paysWorkOfBusyAgent", target: "queued", actions: paysIntoPhase },
              { guard: "paysWork", target: "executing", actions: paysIntoPhase },
            ],
            job_completed: endsFrom("evaluating"),
          },
        },
        awaiting_work_payment: {
          on: {
            invoice_settled: [
              { guard: "paysWorkOfBusyAgent", target: "queued", actions: paysIntoPhase },
              { guard: "paysWork", target: "executing", actions: paysIntoPhase },
            ],
            invoice_expired: { guard: "expiresOpenInvoice", actions: recorded },
            job_completed: endsFrom("awaiting_work_payment"),
          },
        },
        queued: {
          on: {
            job_queued: { actions: recorded },
            job_dequeued: { target: "executing", actions: entersPhase },
            job_completed: endsFrom("queued"),
          },
        },
        executing: {
          on: { job_completed: endsFrom("executing") },
        },
        closed: {},
      },
    },
    refund: {
      initial: "none",
      on: {
        invoice_settled: { guard: "paysWhatIsNotDue", actions: ["say", "record", "checkRefundDue"] },
      },
      states: {
        none: { on: { refund_due: { guard: "isOwed", target: "owed" } } },
        owed: {
          on: {
            refund_claimed: { guard: "claimsAllOwed", target: "paying", actions: recorded },
            refund_settled: [
              { guard: "creditsAllOwed", target: "credited", actions: [...recorded, "handBack"] },
              { guard: "creditsPartOfOwed", actions: [...recorded, "handBack"] },
            ],
          },
        },
        paying: {
          on: {
            refund_settled: [
              { guard: "paysAllOwed", target: "paid", actions: [...recorded, "handBack"] },
              { guard: "paysPartOfOwed", target: "owed", actions: [...recorded, "handBack"] },
              { guard: "creditsPartOfOwed", actions: [...recorded, "handBack"] },
            ],
            refund_failed: [
              { guard: "failedForSure", target: "owed", actions: recorded },
              { guard: "mayStillArrive", target: "unknown", actions: recorded },
            ],
          },
        },
        unknown: {
          on: {
            refund_settled: [
              { guard: "paysAllOwed", target: "paid", actions: [...recorded, "handBack"] },
              { guard: "paysPartOfOwed", target: "owed", actions: [...recorded, "handBack"] },
              { guard: "creditsPartOfOwed", actions: [...recorded, "handBack"] },
            ],
            refund_failed: { guard: "failedForSure", target: "owed", actions: recorded },
          },
        },
        paid: { on: { refund_due: { guard: "isOwed", target: "owed" } } },
        credited: { on: { refund_due: { guard: "isOwed", target: "owed" } } },
      },
    },
  },
});
