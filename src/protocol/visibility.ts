import type { TowerMessage, TowerMessageType } from "./messages.ts";
import type { AgentRecord, ChatLine, InvoiceRecord, JobRecord, SessionRecord } from "./records.ts";

/** Who may read a field: everyone, or only whom it belongs to and operators. */
type Audience = "everyone" | "owner";

/** A decision for each field: a field that was added without one does not compile. */
type Decisions<Message> = { readonly [Field in Exclude<keyof Message, "type">]-?: Audience };
type MessageOf<Type extends TowerMessageType> = Extract<TowerMessage, { type: Type }>;

const place = { seq: "everyone", prev: "everyone", at: "everyone" } as const;

const definition = {
  agentId: "everyone",
  label: "everyone",
  role: "everyone",
  color: "everyone",
  direction: "everyone",
  x: "everyone",
  z: "everyone",
} as const;

/** A session is nobody else's business. */
const session = {
  sessionId: "owner",
  state: "owner",
  balanceSats: "owner",
  reservedSats: "owner",
  owedSats: "owner",
  refund: "owner",
  refundError: "owner",
  expiresAt: "owner",
  paymentRequest: "owner",
  amountSats: "owner",
  invoiceExpiresAt: "owner",
  ownerId: "owner",
} as const;

const mind = {
  state: "everyone",
  focusTopic: "everyone",
  engagement: "everyone",
  coherence: "everyone",
  budgetStress: "everyone",
} as const;

/** Who may read each field of each record. */
export const RECORD_AUDIENCE = {
  AgentRecord: { ...definition, ...mind },
  InvoiceRecord: {
    invoiceType: "everyone",
    amountSats: "everyone",
    expiresAt: "everyone",
    state: "everyone",
    paidBy: "everyone",
    paymentRequest: "owner",
    description: "owner",
  },
  JobRecord: {
    jobId: "everyone",
    agentId: "everyone",
    funding: "everyone",
    phase: "everyone",
    refund: "everyone",
    outcome: "everyone",
    seq: "everyone",
    startedAt: "everyone",
    phaseAt: "everyone",
    queuePlace: "everyone",
    evalInvoice: "everyone",
    workInvoice: "everyone",
    estimatedCostSats: "everyone",
    actualCostSats: "everyone",
    owedSats: "everyone",
    paidBackSats: "everyone",
    reservedSats: "everyone",
    ownerId: "owner",
    sessionId: "owner",
    tokenId: "owner",
    request: "owner",
    price: "owner",
    result: "owner",
    error: "owner",
  },
  ChatLine: {
    id: "everyone",
    at: "everyone",
    speaker: "everyone",
    text: "everyone",
    jobId: "owner",
    ownerId: "owner",
    offers: "owner",
  },
  SessionRecord: session,
} as const satisfies {
  AgentRecord: Decisions<AgentRecord>;
  InvoiceRecord: Decisions<InvoiceRecord>;
  JobRecord: Decisions<JobRecord>;
  ChatLine: Decisions<ChatLine>;
  SessionRecord: Decisions<SessionRecord>;
};

/**
 * Who may read each field of each message of the tower. `answer`: the message answers one connection and is
 * never passed on to another. Whether a line of `chat` is public at all depends on whose it is.
 */
export const AUDIENCE = {
  connection: {
    status: "everyone",
    agents: "everyone",
    agentCount: "everyone",
    epoch: "everyone",
    seq: "everyone",
    at: "everyone",
    wallet: "everyone",
  },
  subscribed: "answer",
  snapshot_part: {
    part: "everyone",
    last: "everyone",
    agents: "everyone",
    jobs: "everyone",
    chat: "everyone",
    sessions: "owner",
    progress: "owner",
    economy: "everyone",
    treasury: "everyone",
    purse: "owner",
  },
  session_secret: "answer",
  accepted: "answer",
  error: "answer",
  agent_joined: { ...place, ...definition },
  agent_left: { ...place, agentId: "everyone" },
  job_started: {
    ...place,
    jobId: "everyone",
    agentId: "everyone",
    funding: "everyone",
    ownerId: "owner",
    requestId: "owner",
    request: "owner",
    reservedSats: "everyone",
    sessionId: "owner",
    tokenId: "owner",
  },
  invoice_request: {
    ...place,
    jobId: "everyone",
    invoiceType: "everyone",
    amountSats: "everyone",
    expiresAt: "everyone",
    paymentRequest: "owner",
    description: "owner",
    price: "owner",
  },
  invoice_settled: {
    ...place,
    jobId: "everyone",
    invoiceType: "everyone",
    amountSats: "everyone",
    onTime: "everyone",
    paidBy: "everyone",
    queuePlace: "everyone",
  },
  invoice_expired: { ...place, jobId: "everyone", invoiceType: "everyone" },
  job_queued: { ...place, jobId: "everyone", agentId: "everyone", queuePlace: "everyone" },
  job_dequeued: { ...place, jobId: "everyone", agentId: "everyone" },
  job_completed: {
    ...place,
    jobId: "everyone",
    agentId: "everyone",
    outcome: "everyone",
    result: "owner",
    error: "owner",
    actualCostSats: "everyone",
    estimatedCostSats: "everyone",
    refundSats: "everyone",
  },
  refund_claimed: { ...place, jobId: "everyone", amountSats: "everyone" },
  refund_settled: { ...place, jobId: "everyone", amountSats: "everyone", method: "everyone" },
  refund_failed: { ...place, jobId: "everyone", amountSats: "everyone", fate: "everyone", error: "owner" },
  chat: { ...place, speaker: "everyone", text: "everyone", jobId: "owner", ownerId: "owner" },
  session_state: { seq: "owner", prev: "owner", at: "owner", ...session },
  day_started: { ...place, day: "everyone", timeZone: "everyone" },
  agent_state: { agentId: "everyone", ...mind },
  agent_count: { count: "everyone" },
  economy_state: {
    balanceSats: "everyone",
    earnedTodaySats: "everyone",
    spentTodaySats: "everyone",
    dailyLimitSats: "everyone",
    pendingInvoices: "everyone",
    btcPriceUsd: "everyone",
    btcPriceSource: "everyone",
  },
  treasury_state: { treasurySats: "everyone", dailyBurnSats: "everyone", netTodaySats: "everyone" },
  purse_state: { balanceSats: "owner", faucetLeftSats: "owner" },
  job_progress: { jobId: "owner", attempt: "owner", offset: "owner", text: "owner" },
} as const satisfies { readonly [Type in TowerMessageType]: "answer" | Decisions<MessageOf<Type>> };

/** The fields that everyone may read. */
const publicFields = (audience: object): readonly string[] =>
  Object.entries(audience).flatMap(([field, who]) => (who === "everyone" ? [field] : []));

const PUBLIC_RECORD_FIELDS = {
  AgentRecord: publicFields(RECORD_AUDIENCE.AgentRecord),
  InvoiceRecord: publicFields(RECORD_AUDIENCE.InvoiceRecord),
  JobRecord: publicFields(RECORD_AUDIENCE.JobRecord),
  ChatLine: publicFields(RECORD_AUDIENCE.ChatLine),
};

/** What everyone may read of each message of the tower, besides its type; nothing of those that have no public form. */
export const PUBLIC_FIELDS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(AUDIENCE).map(([type, audience]) => [
    type,
    audience === "answer" ? [] : publicFields(audience),
  ]),
);

/**
 * A copy with these fields only. The caller answers for the type: what is left out must be optional in it,
 * which the test of every schema proves.
 */
function only<Whole extends object>(whole: Whole, fields: readonly string[]): Whole {
  const from = whole as Readonly<Record<string, unknown>>;
  const copy: Record<string, unknown> = {};
  for (const field of fields) if (Object.hasOwn(from, field)) copy[field] = from[field];
  return copy as Whole;
}

/** An agent as everyone may see it. */
export const publicAgent = (record: AgentRecord): AgentRecord =>
  only(record, PUBLIC_RECORD_FIELDS.AgentRecord);

const publicInvoice = (record: InvoiceRecord): InvoiceRecord =>
  only(record, PUBLIC_RECORD_FIELDS.InvoiceRecord);

/** A job as everyone may see it: its course and its amounts, but not what was asked, answered or could be paid. */
export function publicJob(record: JobRecord): JobRecord {
  const job = only(record, PUBLIC_RECORD_FIELDS.JobRecord);
  if (job.evalInvoice !== undefined) job.evalInvoice = publicInvoice(job.evalInvoice);
  if (job.workInvoice !== undefined) job.workInvoice = publicInvoice(job.workInvoice);
  return job;
}

const isPublicChat = (line: { readonly jobId?: unknown; readonly ownerId?: unknown }): boolean =>
  line.jobId === undefined && line.ownerId === undefined;

/** A chat line as everyone may see it; nothing when it belongs to a job or an owner. */
export const publicChatLine = (line: ChatLine): ChatLine | undefined =>
  isPublicChat(line) ? only(line, PUBLIC_RECORD_FIELDS.ChatLine) : undefined;

/** The message with only the fields that everyone may read, or nothing when it has no public form. */
export function publicView<Message extends TowerMessage>(message: Message): Message | undefined;
export function publicView(message: TowerMessage): TowerMessage | undefined {
  const fields = PUBLIC_FIELDS.get(message.type);
  if (fields === undefined || fields.length === 0) return undefined;
  if (message.type === "chat" && !isPublicChat(message)) return undefined;
  const view = only(message, ["type", ...fields]);
  if (view.type === "connection") view.agents = view.agents.map(publicAgent);
  if (view.type === "snapshot_part") {
    if (view.agents !== undefined) view.agents = view.agents.map(publicAgent);
    if (view.jobs !== undefined) view.jobs = view.jobs.map(publicJob);
    if (view.chat !== undefined) view.chat = view.chat.flatMap((line) => publicChatLine(line) ?? []);
  }
  return view;
}
