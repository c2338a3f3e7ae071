import { formatSats } from "../protocol/format.ts";
import type { JobRecord, Phase } from "../protocol/records.ts";
import type { Sats } from "../protocol/units.ts";
import type { Pose } from "./pose.ts";

/** What a person may ask of a job in its present state. */
export type JobAction = "pay_eval" | "pay_work" | "cancel" | "claim_refund" | "abort";

/** The colour family a job is drawn in; the exact colours are the world's and the HUD's. */
export type Tint = "calm" | "attention" | "good" | "trouble";

/** A job as it is shown: its record and everything that world, HUD, twin and Inspector derive from it. Pure. */
export interface JobView extends JobRecord {
  readonly isOpen: boolean;
  /** Something waits to be paid by the job's payer. */
  readonly awaitingPayment: boolean;
  /** How far through its phases it is, 0 to 1. */
  readonly progress: number;
  /** The price to show beside it: the work's once known, else the evaluation's. */
  readonly priceSats: Sats | undefined;
  readonly tint: Tint;
  /** The lasting pose that this job asks of its agent; undefined when it asks none. */
  readonly pose: Pose | undefined;
  readonly allowed: readonly JobAction[];
  /** One sentence: what is happening and why. */
  readonly why: string;
}

interface PhaseLook {
  readonly progress: number;
  readonly tint: Tint;
  readonly pose: Pose | undefined;
  readonly why: string;
  readonly actions: readonly JobAction[];
}

const LOOKS: Record<Phase, PhaseLook> = {
  awaiting_eval_payment: {
    progress: 0.1,
    tint: "attention",
    pose: "waiting",
    why: "Waiting for the evaluation to be paid.",
    actions: ["pay_eval", "cancel"],
  },
  evaluating: {
    progress: 0.3,
    tint: "calm",
    pose: "thinking",
    why: "The agent is working out whether it can do this, and for how much.",
    actions: ["abort"],
  },
  awaiting_work_payment: {
    progress: 0.5,
    tint: "attention",
    pose: "offering",
    why: "The agent has named its price and waits for the work to be paid.",
    actions: ["pay_work", "cancel"],
  },
  queued: {
    progress: 0.6,
    tint: "calm",
    pose: "waiting",
    why: "Paid. The agent finishes another job first.",
    actions: ["abort"],
  },
  executing: {
    progress: 0.8,
    tint: "calm",
    pose: "working",
    why: "The agent is doing the work.",
    actions: ["abort"],
  },
  closed: { progress: 1, tint: "good", pose: undefined, why: "", actions: [] },
};

const PHASE_RANK: Record<Phase, number> = {
  executing: 5,
  evaluating: 4,
  awaiting_work_payment: 3,
  awaiting_eval_payment: 2,
  queued: 1,
  closed: 0,
};

/** The view of a record. Pure: the same record gives the same view on both sides. */
export function jobView(record: JobRecord): JobView {
  const look = LOOKS[record.phase];
  const invoice = record.phase === "awaiting_eval_payment" ? record.evalInvoice : record.workInvoice;
  const isPayable = invoice?.state === "open";
  return {
    ...record,
    isOpen: record.phase !== "closed",
    awaitingPayment: record.phase === "awaiting_eval_payment" || record.phase === "awaiting_work_payment",
    progress: look.progress,
    priceSats: record.workInvoice?.amountSats ?? record.evalInvoice?.amountSats,
    tint: record.phase === "closed" && record.outcome !== "completed" ? "trouble" : look.tint,
    pose: look.pose,
    allowed: [
      ...look.actions.filter((action) => isPayable || !action.startsWith("pay")),
      ...(record.refund === "owed" ? (["claim_refund"] as const) : []),
    ],
    why: record.phase === "closed" ? whyClosed(record) : look.why,
  };
}

function whyClosed(record: JobRecord): string {
  const end = {
    completed: "The work is done.",
    rejected: record.error ?? "The agent can't do this.",
    failed: record.error ?? "The work could not be finished.",
    expired: "It was not paid in time.",
    cancelled: "It was cancelled.",
  }[record.outcome ?? "completed"];
  switch (record.refund) {
    case "owed":
      return `${end} ${formatSats(record.owedSats)} waits to be claimed back.`;
    case "paying":
      return `${end} ${formatSats(record.owedSats)} is on its way back.`;
    case "unknown":
      return `${end} ${formatSats(record.owedSats)} may be on its way back; the wallet has not said.`;
    case "paid":
    case "credited":
      return `${end} ${formatSats(record.paidBackSats)} went back.`;
    case "none":
      return end;
  }
}

/** The open job that an agent's pose follows: executing before evaluating before offering before waiting; then the oldest. */
export function leadingJob<Job extends JobRecord>(jobs: Iterable<Job>): Job | undefined {
  let leading: Job | undefined;
  for (const job of jobs) {
    if (job.phase === "closed") continue;
    const lead = leading === undefined ? -1 : PHASE_RANK[leading.phase];
    const rank = PHASE_RANK[job.phase];
    if (rank > lead || (rank === lead && leading !== undefined && job.seq < leading.seq)) leading = job;
  }
  return leading;
}
