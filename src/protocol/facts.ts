import * as v from "valibot";
import {
  AgentIdSchema,
  JobIdSchema,
  OwnerIdSchema,
  RequestIdSchema,
  SeqSchema,
  SessionIdSchema,
  TimestampSchema,
  TokenIdSchema,
} from "./ids.ts";
import {
  agentDefinition,
  FundingSchema,
  InvoiceTypeSchema,
  OutcomeSchema,
  PaidBySchema,
  PriceSchema,
  SpeakerSchema,
  sessionFields,
} from "./records.ts";
import { SatsSchema } from "./units.ts";

/**
 * Where a fact stands in the log. A tower always sends all three; older towers send none, and their facts are
 * shown but cannot be resumed from.
 */
const place = {
  seq: v.exactOptional(SeqSchema),
  /** The last `seq` sent to this connection: a loss shows, hidden facts do not. */
  prev: v.exactOptional(SeqSchema),
  at: v.exactOptional(TimestampSchema),
};

const fact = <Type extends string, Entries extends v.ObjectEntries>(type: Type, entries: Entries) =>
  v.object({ type: v.literal(type), ...place, ...entries });

/** Every kind of fact. Durable, dense, never changed. */
export const FACTS = {
  agent_joined: fact("agent_joined", agentDefinition),
  agent_left: fact("agent_left", { agentId: AgentIdSchema }),
  job_started: fact("job_started", {
    jobId: JobIdSchema,
    agentId: AgentIdSchema,
    funding: v.optional(FundingSchema, "invoice"),
    ownerId: v.exactOptional(OwnerIdSchema),
    requestId: v.exactOptional(RequestIdSchema),
    request: v.exactOptional(v.string()),
    /** Set aside for the work until its price is known, of a job that is funded ahead. */
    reservedSats: v.exactOptional(SatsSchema),
    sessionId: v.exactOptional(SessionIdSchema),
    tokenId: v.exactOptional(TokenIdSchema),
  }),
  invoice_request: fact("invoice_request", {
    jobId: JobIdSchema,
    invoiceType: InvoiceTypeSchema,
    amountSats: SatsSchema,
    expiresAt: v.exactOptional(TimestampSchema),
    paymentRequest: v.exactOptional(v.string()),
    description: v.exactOptional(v.string()),
    price: v.exactOptional(PriceSchema),
  }),
  invoice_settled: fact("invoice_settled", {
    jobId: JobIdSchema,
    invoiceType: InvoiceTypeSchema,
    /** What arrived; more than was asked is owed back. Absent from older towers: what was asked. */
    amountSats: v.exactOptional(SatsSchema),
    /** False when it arrived too late to count: all of it is owed back. */
    onTime: v.optional(v.boolean(), true),
    /** Set when it was paid without Lightning: from a session, a token's credit or the treasury. */
    paidBy: v.exactOptional(PaidBySchema),
    /** Set when the agent has another job: the place in its queue, 1 is next. */
    queuePlace: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
  }),
  invoice_expired: fact("invoice_expired", { jobId: JobIdSchema, invoiceType: InvoiceTypeSchema }),
  job_queued: fact("job_queued", {
    jobId: JobIdSchema,
    agentId: AgentIdSchema,
    queuePlace: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  }),
  job_dequeued: fact("job_dequeued", { jobId: JobIdSchema, agentId: AgentIdSchema }),
  job_completed: fact("job_completed", {
    jobId: JobIdSchema,
    agentId: v.exactOptional(AgentIdSchema),
    outcome: OutcomeSchema,
    result: v.exactOptional(v.string()),
    error: v.exactOptional(v.string()),
    actualCostSats: v.exactOptional(SatsSchema),
    estimatedCostSats: v.exactOptional(SatsSchema),
    /** What this end of the work adds to the refund owed. */
    refundSats: v.optional(SatsSchema, 0),
  }),
  refund_claimed: fact("refund_claimed", { jobId: JobIdSchema, amountSats: SatsSchema }),
  refund_settled: fact("refund_settled", {
    jobId: JobIdSchema,
    amountSats: SatsSchema,
    /** `invoice`: paid out over Lightning; `credit`: put back where it came from. */
    method: v.picklist(["invoice", "credit"]),
  }),
  refund_failed: fact("refund_failed", {
    jobId: JobIdSchema,
    amountSats: SatsSchema,
    /** `failed`: it can be claimed again; `unknown`: it may still arrive, so it cannot. */
    fate: v.picklist(["failed", "unknown"]),
    error: v.exactOptional(v.string()),
  }),
  chat: fact("chat", {
    speaker: SpeakerSchema,
    text: v.string(),
    jobId: v.exactOptional(JobIdSchema),
    ownerId: v.exactOptional(OwnerIdSchema),
  }),
  session_state: fact("session_state", sessionFields),
  day_started: fact("day_started", {
    /** The calendar day that began, `YYYY-MM-DD`, in the tower's time zone. */
    day: v.pipe(v.string(), v.isoDate()),
    timeZone: v.string(),
  }),
} as const;

export type FactType = keyof typeof FACTS;
export type Fact = { [Type in FactType]: v.InferOutput<(typeof FACTS)[Type]> }[FactType];
export type FactOf<Type extends FactType> = Extract<Fact, { type: Type }>;

type WithoutPlace<T> = T extends unknown ? Omit<T, "seq" | "prev" | "at"> : never;
/** A fact that is about to be appended: it has no place in the log yet. */
export type NewFact = WithoutPlace<Fact>;

type Placed<T> = T extends unknown ? Omit<T, "prev"> & Required<Pick<Fact, "seq" | "at">> : never;
/** A fact as the log holds it. */
export type LoggedFact = Placed<Fact>;

/** The facts that step a job's statechart. */
export const JOB_FACT_TYPES = [
  "job_started",
  "invoice_request",
  "invoice_settled",
  "invoice_expired",
  "job_queued",
  "job_dequeued",
  "job_completed",
  "refund_claimed",
  "refund_settled",
  "refund_failed",
] as const satisfies readonly FactType[];
export type JobFactType = (typeof JOB_FACT_TYPES)[number];
export type JobFact = FactOf<JobFactType>;

const jobFactTypes: ReadonlySet<string> = new Set(JOB_FACT_TYPES);
/** Whether a message is a fact of one job's life. */
export const isJobFact = (message: { readonly type: string }): message is JobFact =>
  jobFactTypes.has(message.type);
