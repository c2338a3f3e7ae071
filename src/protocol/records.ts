import * as v from "valibot";
import {
  AgentIdSchema,
  JobIdSchema,
  OwnerIdSchema,
  SeqSchema,
  SessionIdSchema,
  TimestampSchema,
  TokenIdSchema,
} from "./ids.ts";
import { SatsSchema, SignedSatsSchema } from "./units.ts";

/** Text that a person reads: no length limit of its own, the frame's limit applies. */
const text = v.string();
/** JSON can spell infinity as `1e400`, which would break a scene and cannot be written back. */
const finite = v.pipe(v.number(), v.finite("must be a finite number"));
const unit = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

export const InvoiceTypeSchema = v.picklist(["eval", "work"]);
export type InvoiceType = v.InferOutput<typeof InvoiceTypeSchema>;

/** What a job is paid from. All but `invoice` skip the states that wait for a payment. */
export const FundingSchema = v.picklist(["invoice", "session", "treasury", "l402"]);
export type Funding = v.InferOutput<typeof FundingSchema>;

export const OutcomeSchema = v.picklist(["completed", "rejected", "failed", "expired", "cancelled"]);
export type Outcome = v.InferOutput<typeof OutcomeSchema>;

/** The work region of the job statechart. */
export const PhaseSchema = v.picklist([
  "awaiting_eval_payment",
  "evaluating",
  "awaiting_work_payment",
  "queued",
  "executing",
  "closed",
]);
export type Phase = v.InferOutput<typeof PhaseSchema>;

/** The refund region of the job statechart. */
export const RefundPhaseSchema = v.picklist(["none", "owed", "paying", "paid", "unknown", "credited"]);
export type RefundPhase = v.InferOutput<typeof RefundPhaseSchema>;

/**
 * Where the price of a bitcoin is from: set by the `operator`, the `median` of public sources, or the last such median
 * (`cached`) while they do not answer.
 */
export const BtcPriceSourceSchema = v.picklist(["operator", "median", "cached"]);
export type BtcPriceSource = v.InferOutput<typeof BtcPriceSourceSchema>;

/** How the price of the work came about: the estimate is for the most tokens the brain may use. */
export const PriceSchema = v.object({
  inputTokens: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  outputTokens: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** Millionths of a US dollar, before the margin. */
  modelMicroUsd: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  infrastructureMicroUsd: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  marginPercent: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** US dollars per bitcoin, locked when the invoice was made. */
  btcPriceUsd: v.pipe(finite, v.minValue(0)),
  btcPriceSource: v.exactOptional(BtcPriceSourceSchema),
});
export type Price = v.InferOutput<typeof PriceSchema>;

/** What pays in a payer's stead, without Lightning: absent means that somebody paid the invoice. */
export const PaidBySchema = v.picklist(["session", "treasury", "token"]);
export type PaidBy = v.InferOutput<typeof PaidBySchema>;

/** One of a job's two BOLT11 invoices; of a job that is funded ahead, only what is due. */
export const InvoiceRecordSchema = v.object({
  invoiceType: InvoiceTypeSchema,
  amountSats: SatsSchema,
  expiresAt: v.exactOptional(TimestampSchema),
  state: v.picklist(["open", "settled", "settled_late", "expired"]),
  paidBy: v.exactOptional(PaidBySchema),
  paymentRequest: v.exactOptional(v.string()),
  description: v.exactOptional(text),
});
export type InvoiceRecord = v.InferOutput<typeof InvoiceRecordSchema>;

/** A job on the wire and at rest: a plain object, never the statechart library's own snapshot. */
export const JobRecordSchema = v.object({
  jobId: JobIdSchema,
  agentId: AgentIdSchema,
  funding: FundingSchema,
  phase: PhaseSchema,
  refund: RefundPhaseSchema,
  outcome: v.exactOptional(OutcomeSchema),
  /** The last fact that changed it. */
  seq: SeqSchema,
  startedAt: v.exactOptional(TimestampSchema),
  /** When the present phase was entered. */
  phaseAt: v.exactOptional(TimestampSchema),
  queuePlace: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
  evalInvoice: v.exactOptional(InvoiceRecordSchema),
  workInvoice: v.exactOptional(InvoiceRecordSchema),
  estimatedCostSats: v.exactOptional(SatsSchema),
  actualCostSats: v.exactOptional(SatsSchema),
  /** Sats that wait to be claimed back. */
  owedSats: SatsSchema,
  /** Sats that went back already. */
  paidBackSats: SatsSchema,
  /** What is set aside for it until its price is known: it never costs more. Only of a job that is funded ahead. */
  reservedSats: v.exactOptional(SatsSchema),
  ownerId: v.exactOptional(OwnerIdSchema),
  /** The session that pays for it. */
  sessionId: v.exactOptional(SessionIdSchema),
  /** The L402 token whose credit pays for it: its id, not the token. */
  tokenId: v.exactOptional(TokenIdSchema),
  request: v.exactOptional(text),
  price: v.exactOptional(PriceSchema),
  result: v.exactOptional(text),
  error: v.exactOptional(text),
});
export type JobRecord = v.InferOutput<typeof JobRecordSchema>;

/** The most UTF-16 units of the short texts of an agent. */
export const LABEL_LENGTH = 24;
export const ROLE_LENGTH = 32;
export const STATE_LENGTH = 32;

/** What an agent is doing in its own head, and how near it is to its budget. */
export const agentMind = {
  /** `idle`, `active`, `thinking`, `working`, `deep_focus`, `paused`, `offline`, or a word of the tower's own. */
  state: v.pipe(v.string(), v.minLength(1), v.maxLength(STATE_LENGTH)),
  /** A general category when public. */
  focusTopic: v.exactOptional(v.string()),
  engagement: v.exactOptional(unit),
  coherence: v.exactOptional(unit),
  /** What it spent today over its daily budget. */
  budgetStress: v.exactOptional(unit),
};

/** An agent's definition as `agent_joined` carries it. */
export const agentDefinition = {
  agentId: AgentIdSchema,
  label: v.pipe(v.string(), v.minLength(1), v.maxLength(LABEL_LENGTH)),
  role: v.pipe(v.string(), v.maxLength(ROLE_LENGTH)),
  color: v.pipe(v.string(), v.regex(/^#[0-9a-fA-F]{6}$/, "must be a colour such as #7dffb0")),
  direction: v.exactOptional(finite),
  x: v.exactOptional(finite),
  z: v.exactOptional(finite),
};

export const AgentRecordSchema = v.object({ ...agentDefinition, ...agentMind });
export type AgentRecord = v.InferOutput<typeof AgentRecordSchema>;

/** Who says a chat line. */
export const SpeakerSchema = v.variant("kind", [
  v.object({ kind: v.literal("system") }),
  v.object({ kind: v.literal("owner") }),
  v.object({ kind: v.literal("operator") }),
  v.object({ kind: v.literal("agent"), agentId: AgentIdSchema }),
]);
export type Speaker = v.InferOutput<typeof SpeakerSchema>;

/** One line of the chat. Its id is `seq:n`: line `n` that fact `seq` gave rise to. */
export const ChatLineSchema = v.object({
  id: v.string(),
  at: v.exactOptional(TimestampSchema),
  jobId: v.exactOptional(JobIdSchema),
  /** Whose line it is when it belongs to one owner; without it and without `jobId` everyone may read it. */
  ownerId: v.exactOptional(OwnerIdSchema),
  speaker: SpeakerSchema,
  text,
  /** What a person may do from this line, while the job still allows it. */
  offers: v.exactOptional(v.picklist(["pay_eval", "pay_work", "claim_refund"])),
});
export type ChatLine = v.InferOutput<typeof ChatLineSchema>;

export const SessionStateSchema = v.picklist(["awaiting_payment", "active", "paused", "expired", "closed"]);
export type SessionState = v.InferOutput<typeof SessionStateSchema>;

/** A session: prepaid balance that pays for requests. */
export const sessionFields = {
  sessionId: SessionIdSchema,
  /** `paused`: too little for another request, until it is topped up. */
  state: SessionStateSchema,
  /** What it can spend, less what requests under way may still use. */
  balanceSats: SatsSchema,
  /** What requests under way have set aside. */
  reservedSats: v.optional(SatsSchema, 0),
  /** What waits to be claimed back once the session is over. */
  owedSats: v.optional(SatsSchema, 0),
  refund: v.optional(RefundPhaseSchema, "none"),
  /** Why the last try to pay it out failed, in words; with the next try it goes. */
  refundError: v.exactOptional(v.string()),
  /** When the session ends by itself if nothing happens in it. */
  expiresAt: v.exactOptional(TimestampSchema),
  /** The newest invoice that waits to be paid, for the deposit or for more. */
  paymentRequest: v.exactOptional(v.string()),
  amountSats: v.exactOptional(SatsSchema),
  invoiceExpiresAt: v.exactOptional(TimestampSchema),
  ownerId: v.exactOptional(OwnerIdSchema),
};
export const SessionRecordSchema = v.object(sessionFields);
export type SessionRecord = v.InferOutput<typeof SessionRecordSchema>;

/** The economy panel. Whole sats; today is since midnight of the tower's time zone. */
export const economyFigures = {
  balanceSats: SatsSchema,
  earnedTodaySats: SignedSatsSchema,
  spentTodaySats: SatsSchema,
  dailyLimitSats: SatsSchema,
  pendingInvoices: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  btcPriceUsd: v.exactOptional(finite),
  btcPriceSource: v.exactOptional(BtcPriceSourceSchema),
};
export const EconomyFiguresSchema = v.object(economyFigures);
export type EconomyFigures = v.InferOutput<typeof EconomyFiguresSchema>;

/** The treasury panel. */
export const treasuryFigures = {
  treasurySats: SignedSatsSchema,
  dailyBurnSats: SatsSchema,
  netTodaySats: SignedSatsSchema,
};
export const TreasuryFiguresSchema = v.object(treasuryFigures);
export type TreasuryFigures = v.InferOutput<typeof TreasuryFiguresSchema>;

/** An owner's purse on the play wallet. */
export const purseFigures = { balanceSats: SatsSchema, faucetLeftSats: SatsSchema };
export const PurseFiguresSchema = v.object(purseFigures);
export type PurseFigures = v.InferOutput<typeof PurseFiguresSchema>;
