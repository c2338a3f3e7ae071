import * as v from "valibot";
import {
  ClientIdSchema,
  EpochSchema,
  OwnerIdSchema,
  RequestIdSchema,
  SeqSchema,
  SessionIdSchema,
  TimestampSchema,
} from "./ids.ts";
import {
  AgentRecordSchema,
  ChatLineSchema,
  EconomyFiguresSchema,
  JobRecordSchema,
  PurseFiguresSchema,
  SessionRecordSchema,
  TreasuryFiguresSchema,
} from "./records.ts";
import { VALUES } from "./values.ts";

export const RoleSchema = v.picklist(["visitor", "operator", "kiosk"]);
export type Role = v.InferOutput<typeof RoleSchema>;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** A secret: 256 random bits in base64url. Never logged. */
const secret = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/, "must be a token that this tower gave out"));

/** What the tower says besides facts and current values. */
export const TOWER_REPLIES = {
  connection: v.object({
    type: v.literal("connection"),
    status: v.literal("connected"),
    /** The first 200. */
    agents: v.array(AgentRecordSchema),
    agentCount: v.exactOptional(count),
    epoch: v.exactOptional(EpochSchema),
    seq: v.exactOptional(SeqSchema),
    at: v.exactOptional(TimestampSchema),
    /** `play` means play sats: real invoices and ledger, no value. */
    wallet: v.exactOptional(v.string()),
  }),
  subscribed: v.object({
    type: v.literal("subscribed"),
    role: RoleSchema,
    /** `resume`: the complete gap follows. `snapshot`: forget everything, snapshot parts follow. */
    mode: v.picklist(["resume", "snapshot"]),
    epoch: EpochSchema,
    /** The log's last fact at this moment. Up to here is catching up; after it is live. */
    seq: SeqSchema,
    ownerId: v.exactOptional(OwnerIdSchema),
    /** Given once, to a new owner. */
    ownerToken: v.exactOptional(secret),
  }),
  snapshot_part: v.object({
    type: v.literal("snapshot_part"),
    part: count,
    last: v.boolean(),
    agents: v.exactOptional(v.array(AgentRecordSchema)),
    jobs: v.exactOptional(v.array(JobRecordSchema)),
    chat: v.exactOptional(v.array(ChatLineSchema)),
    /** The viewer's own sessions that are not over, or owe something. */
    sessions: v.exactOptional(v.array(SessionRecordSchema)),
    progress: v.exactOptional(v.array(VALUES.job_progress)),
    economy: v.exactOptional(EconomyFiguresSchema),
    treasury: v.exactOptional(TreasuryFiguresSchema),
    purse: v.exactOptional(PurseFiguresSchema),
  }),
  session_secret: v.object({
    type: v.literal("session_secret"),
    /** The `session_open` or `session_recover` that this answers. */
    requestId: RequestIdSchema,
    sessionId: SessionIdSchema,
    /** Uses the session over HTTP. Shown this once. */
    macaroon: v.string(),
    /** Brings the session back where its owner's token is lost. Shown this once. */
    recoveryCode: v.string(),
  }),
  accepted: v.object({
    type: v.literal("accepted"),
    /** The intent that was done, now or when it was first sent. */
    requestId: RequestIdSchema,
  }),
  error: v.object({
    type: v.literal("error"),
    code: v.string(),
    message: v.string(),
    requestId: v.exactOptional(RequestIdSchema),
  }),
} as const;

export type TowerReplyType = keyof typeof TOWER_REPLIES;
export type TowerReply = {
  [Type in TowerReplyType]: v.InferOutput<(typeof TOWER_REPLIES)[Type]>;
}[TowerReplyType];
export type TowerReplyOf<Type extends TowerReplyType> = Extract<TowerReply, { type: Type }>;

/** What a client says once, first. All proof of who it is travels here, never in the address. */
export const SubscribeSchema = v.strictObject({
  type: v.literal("subscribe"),
  clientId: ClientIdSchema,
  ownerToken: v.exactOptional(secret),
  /** An operator's or kiosk's token. */
  token: v.exactOptional(v.pipe(v.string(), v.minLength(16), v.maxLength(128))),
  since: v.exactOptional(v.strictObject({ epoch: EpochSchema, seq: SeqSchema })),
});
export type Subscribe = v.InferOutput<typeof SubscribeSchema>;
