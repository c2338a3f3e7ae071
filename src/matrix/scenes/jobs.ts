import type { NewFact } from "../../protocol/facts.ts";
import { agentId, jobId, ownerId, timestamp } from "../../protocol/ids.ts";
import type { Funding, InvoiceType, Outcome } from "../../protocol/records.ts";
import { sats } from "../../protocol/units.ts";
import { createRandom } from "../world/random.ts";
import { type Mind, minds } from "./agents.ts";
import { VIEWER, VIEWERS_SESSION } from "./holdings.ts";
import { type Moment, SCENE_EPOCH_MS } from "./scene.ts";

/** When each step of a job's life usually happens, in milliseconds after it was asked for. */
export const STEP_MS = {
  asked: 0,
  eval_invoiced: 400,
  eval_paid: 3_000,
  offered: 6_000,
  work_paid: 9_000,
  dequeued: 11_000,
  done: 15_000,
  claimed: 17_000,
  refunded: 18_000,
  rejected: 6_000,
  failed: 13_000,
  unpaid: 12_000,
  expired: 12_200,
  cancelled: 8_000,
} as const;
export type Step = keyof typeof STEP_MS;

/** What a session sets aside for a request until its price is known. */
export const MOST_OF_A_REQUEST = 750;

/** The ways a job can go. */
const ENDINGS = {
  refunded: ["asked", "eval_invoiced", "eval_paid", "offered", "work_paid", "done", "claimed", "refunded"],
  rejected: ["asked", "eval_invoiced", "eval_paid", "rejected"],
  failed: ["asked", "eval_invoiced", "eval_paid", "offered", "work_paid", "failed", "claimed", "refunded"],
  expired: ["asked", "eval_invoiced", "eval_paid", "offered", "unpaid", "expired"],
  cancelled: ["asked", "eval_invoiced", "eval_paid", "offered", "cancelled"],
  queued: ["asked", "eval_invoiced", "eval_paid", "offered", "work_paid", "dequeued", "done"],
} as const satisfies Record<string, readonly Step[]>;
export type Ending = keyof typeof ENDINGS;

/** One job of a scene: who does it, for how much, and how it goes. */
export interface JobPlan {
  readonly id: string;
  readonly agent: string;
  /** When it is asked for: milliseconds from the scene's beginning. */
  readonly at: number;
  /** `invoice` when left out. */
  readonly funding?: Funding;
  /** It is the viewer's own: what is asked, answered and to be paid is seen too. */
  readonly isOwn?: true;
  readonly request?: string;
  readonly result?: string;
  readonly evalSats?: number;
  readonly workSats?: number;
  /** What the work really cost; the rest goes back. */
  readonly costSats?: number;
  /** Set when its agent has another job when the work is paid: 1 is next. */
  readonly queuePlace?: number;
  /** How it ends: with the refund when left out. */
  readonly ending?: Ending;
  /** The last step that happens, when it does not come to its end within the scene. */
  readonly upTo?: Step;
  /** How much longer than usual everything takes. */
  readonly pace?: number;
}

const USUAL = {
  funding: "invoice",
  request: "How do readers feel about this? The tram was late again, but the driver was kind.",
  result: "Mixed: annoyed by the late tram, warmed by the kind driver.",
  evalSats: 10,
  workSats: 240,
  costSats: 158,
  ending: "refunded",
  pace: 1,
} as const satisfies Partial<JobPlan>;
type Plan = JobPlan & Required<Pick<JobPlan, keyof typeof USUAL>>;

const SAYS: Record<Step, (plan: Plan) => NewFact> = {
  asked: started,
  eval_invoiced: invoiced("eval"),
  eval_paid: paid("eval"),
  offered: invoiced("work"),
  work_paid: paid("work"),
  dequeued,
  done: ended("completed"),
  claimed,
  refunded,
  rejected: ended("rejected"),
  failed: ended("failed"),
  unpaid: expired,
  expired: ended("expired"),
  cancelled: ended("cancelled"),
};

/** What a step puts on the agent's mind. */
const MINDS: Partial<Record<Step, Mind>> = {
  eval_paid: { state: "thinking", focusTopic: "evaluation", engagement: 0.7, coherence: 0.8 },
  offered: { state: "active", engagement: 0.4, coherence: 0.9 },
  work_paid: { state: "working", focusTopic: "sentiment", engagement: 0.9, coherence: 0.9 },
  done: { state: "idle", engagement: 0.2, coherence: 0.95 },
  rejected: { state: "idle", engagement: 0.2, coherence: 0.8 },
  failed: { state: "idle", engagement: 0.1, coherence: 0.4 },
};

/** Jobs of the treasury and of credit are not asked for their evaluation; a session pays it, and claims nothing back. */
const SKIPPED: Readonly<Record<Funding, ReadonlySet<Step>>> = {
  invoice: new Set(),
  session: new Set(["claimed"]),
  treasury: new Set(["eval_invoiced", "eval_paid"]),
  l402: new Set(["eval_invoiced", "eval_paid"]),
};

/**
 * A job's whole life as moments in order of time, the agent's mind among them, and for the viewer's own the text
 * as it is written.
 */
export function jobLife(planned: JobPlan): readonly Moment[] {
  const plan: Plan = { ...USUAL, ...planned };
  const { agent, ending, funding, pace, upTo } = plan;
  const way: readonly Step[] = ENDINGS[ending];
  const steps = way.filter((step) => !SKIPPED[funding].has(step));
  const happened = upTo === undefined ? steps : steps.slice(0, steps.indexOf(upTo) + 1);
  const atOf = (step: Step): number => plan.at + STEP_MS[step] * pace;
  const moments = happened.flatMap((step): Moment[] => {
    const mind = MINDS[step];
    const fact = { at: atOf(step), say: SAYS[step](plan) };
    return mind === undefined ? [fact] : [fact, minds(agent, mind, atOf(step))];
  });
  const isWritten = plan.isOwn === true && happened.includes("work_paid");
  const writing = isWritten ? writes(plan, atOf("work_paid"), atOf("done")) : [];
  return [...moments, ...writing].sort((a, b) => a.at - b.at);
}

/** The result as it is written, word by word. */
function writes({ id, result }: Plan, from: number, to: number): readonly Moment[] {
  const words = result.match(/\S+\s*/g) ?? [];
  let offset = 0;
  return words.map((text, index) => {
    const progress = { type: "job_progress", jobId: jobId(id), attempt: 1, offset, text } as const;
    offset += text.length;
    return { at: Math.round(from + ((to - from) * (index + 1)) / (words.length + 1)), say: progress };
  });
}

function started({ id, agent, funding, isOwn, request }: Plan): NewFact {
  return {
    type: "job_started",
    jobId: jobId(id),
    agentId: agentId(agent),
    funding,
    ownerId: isOwn === true ? VIEWER : ownerId("somebody"),
    request,
    ...(funding === "session" && { sessionId: VIEWERS_SESSION, reservedSats: sats(MOST_OF_A_REQUEST) }),
  };
}

const amountOf = ({ evalSats, workSats }: Plan, type: InvoiceType) =>
  sats(type === "eval" ? evalSats : workSats);

function invoiced(invoiceType: InvoiceType) {
  return (plan: Plan): NewFact => ({
    type: "invoice_request",
    jobId: jobId(plan.id),
    invoiceType,
    amountSats: amountOf(plan, invoiceType),
    // What is paid ahead has an amount that is due and no invoice.
    ...(plan.funding === "invoice" && {
      expiresAt: timestamp(SCENE_EPOCH_MS + plan.at + (invoiceType === "eval" ? 600_000 : 900_000)),
      paymentRequest: invoiceText(plan.id, amountOf(plan, invoiceType)),
    }),
    description: invoiceType === "eval" ? `Evaluation of: ${plan.request}` : "I can do that.",
  });
}

function paid(invoiceType: InvoiceType) {
  return (plan: Plan): NewFact => ({
    type: "invoice_settled",
    jobId: jobId(plan.id),
    invoiceType,
    amountSats: amountOf(plan, invoiceType),
    onTime: true,
    ...(plan.funding === "session" && { paidBy: "session" as const }),
    ...(invoiceType === "work" && plan.queuePlace !== undefined && { queuePlace: plan.queuePlace }),
  });
}

function dequeued({ id, agent }: Plan): NewFact {
  return { type: "job_dequeued", jobId: jobId(id), agentId: agentId(agent) };
}

/** What goes back after each ending: what the work did not cost, all of it when it failed, nothing when it never began. */
const OWED: Record<Ending, (plan: Plan) => number> = {
  refunded: ({ workSats, costSats }) => workSats - costSats,
  queued: ({ workSats, costSats }) => workSats - costSats,
  failed: ({ workSats }) => workSats,
  rejected: () => 0,
  expired: () => 0,
  cancelled: () => 0,
};
const owedSats = (plan: Plan) => sats(OWED[plan.ending](plan));

const WHY: Partial<Record<Outcome, string>> = {
  rejected: "I cannot look into a sealed letter.",
  failed: "The brain did not answer in time.",
};

function ended(outcome: Outcome) {
  return (plan: Plan): NewFact => ({
    type: "job_completed",
    jobId: jobId(plan.id),
    agentId: agentId(plan.agent),
    outcome,
    refundSats: owedSats(plan),
    ...(WHY[outcome] !== undefined && { error: WHY[outcome] }),
    ...(outcome === "completed" && {
      result: plan.result,
      actualCostSats: sats(plan.costSats),
      estimatedCostSats: sats(plan.workSats),
    }),
  });
}

function claimed(plan: Plan): NewFact {
  return { type: "refund_claimed", jobId: jobId(plan.id), amountSats: owedSats(plan) };
}

function refunded(plan: Plan): NewFact {
  const method = plan.funding === "session" ? "credit" : "invoice";
  return { type: "refund_settled", jobId: jobId(plan.id), amountSats: owedSats(plan), method };
}

function expired({ id }: Plan): NewFact {
  return { type: "invoice_expired", jobId: jobId(id), invoiceType: "work" };
}

const BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/** About what a play invoice of the tower takes. */
const INVOICE_LENGTH = 285;

/** What looks like a play invoice and has its length. It cannot be paid: a scene has no wallet. */
export function invoiceText(id: string, amountSats: number): string {
  const random = createRandom(
    [...id].reduce((sum, character) => sum * 31 + (character.codePointAt(0) ?? 0), 7),
  );
  const head = `lnbcrt${amountSats * 10}n1p`;
  const rest = Array.from({ length: INVOICE_LENGTH - head.length }, () => BECH32[Math.floor(random() * 32)]);
  return head + rest.join("");
}
