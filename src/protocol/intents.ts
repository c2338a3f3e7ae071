import * as v from "valibot";
import { AgentIdSchema, JobIdSchema, RequestIdSchema, SessionIdSchema } from "./ids.ts";
import { FundingSchema, InvoiceTypeSchema } from "./records.ts";
import { SatsSchema } from "./units.ts";

/** The longest request, in UTF-16 units. */
export const MAX_REQUEST_LENGTH = 500;

// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is its purpose
const CONTROL_CHARACTER = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/u;

/** What a person writes: not blank, at most 500 characters, no control characters but tab and newline. */
export const RequestTextSchema = v.pipe(
  v.string("The request must be text."),
  v.check((text) => text.trim().length > 0, "The request is empty: say what you want done."),
  v.maxLength(MAX_REQUEST_LENGTH, `The request is longer than ${MAX_REQUEST_LENGTH} characters: shorten it.`),
  v.check((text) => !CONTROL_CHARACTER.test(text), "The request has control characters: remove them."),
  // Half a surrogate pair cannot be stored as UTF-8: what comes back would not be what was sent.
  v.check((text) => text.isWellFormed(), "The request has a broken character: remove it."),
);

/** A BOLT11 invoice as somebody handed it to us: only its size is checked here. */
const invoice = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));

/** Where sats go back to: at most one of these. On play sats both may be left out: they go to the own purse. */
const payee = {
  /** An invoice for exactly the amount owed. */
  paymentRequest: v.exactOptional(invoice),
  /** A Lightning Address, which is asked for such an invoice. */
  lightningAddress: v.exactOptional(v.pipe(v.string(), v.minLength(3), v.maxLength(320))),
};

/** 128 random bits in groups of four letters and digits, as people write them down: `abcd-efgh-…`. */
export const RecoveryCodeSchema = v.pipe(
  v.string(),
  v.trim(),
  v.toLowerCase(),
  v.regex(/^[a-z2-7]{4}(?:-?[a-z2-7]{4}){5}-?[a-z2-7]{2}$/, "must be a recovery code: 26 letters and digits"),
);

const intent = <Type extends string, Entries extends v.ObjectEntries>(type: Type, entries: Entries) =>
  v.strictObject({ type: v.literal(type), requestId: RequestIdSchema, ...entries });

/** Every kind of intent: what a client asks for. Each may be refused; none states a fact. */
export const INTENTS = {
  job_request: intent("job_request", {
    agentId: AgentIdSchema,
    request: RequestTextSchema,
    funding: v.optional(FundingSchema, "invoice"),
    /** `session`: which one pays. */
    sessionId: v.exactOptional(SessionIdSchema),
  }),
  job_cancel: intent("job_cancel", { jobId: JobIdSchema }),
  chat_message: intent("chat_message", {
    text: RequestTextSchema,
    agentId: v.exactOptional(AgentIdSchema),
    sessionId: v.exactOptional(SessionIdSchema),
  }),
  pay_invoice: intent("pay_invoice", {
    jobId: JobIdSchema,
    invoiceType: InvoiceTypeSchema,
    /** Operators may pay from the treasury: no Lightning, the sats are only set aside. */
    from: v.exactOptional(v.picklist(["purse", "treasury"])),
  }),
  refund_claim: intent("refund_claim", {
    jobId: JobIdSchema,
    ...payee,
    sessionId: v.exactOptional(SessionIdSchema),
  }),
  purse_topup: intent("purse_topup", {}),
  session_open: intent("session_open", { amountSats: SatsSchema }),
  session_topup: intent("session_topup", { sessionId: SessionIdSchema, amountSats: SatsSchema }),
  session_pay: intent("session_pay", { sessionId: SessionIdSchema }),
  session_close: intent("session_close", { sessionId: SessionIdSchema, ...payee }),
  session_recover: intent("session_recover", { recoveryCode: RecoveryCodeSchema }),
  agent_control: intent("agent_control", {
    agentId: AgentIdSchema,
    action: v.picklist(["pause", "resume", "top_up", "set_budget", "abort"]),
    /** `top_up`: how much more the agent may spend today; `set_budget`: how much on each day. */
    amountSats: v.exactOptional(SatsSchema),
    /** `abort`: which job. */
    jobId: v.exactOptional(JobIdSchema),
  }),
} as const;

export type IntentType = keyof typeof INTENTS;
export type Intent = { [Type in IntentType]: v.InferOutput<(typeof INTENTS)[Type]> }[IntentType];
export type IntentOf<Type extends IntentType> = Extract<Intent, { type: Type }>;
