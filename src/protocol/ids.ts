import * as v from "valibot";

/** One id on the wire: 1 to 64 letters, digits, `_`, `-`, `.` or `:`. Ids authorise nothing. */
const idSchema = <Name extends string>(name: Name) =>
  v.pipe(
    v.string(),
    v.regex(/^[A-Za-z0-9_.:-]{1,64}$/, "must be 1 to 64 letters, digits or _ - . :"),
    v.brand(name),
  );

export const AgentIdSchema = idSchema("AgentId");
export const JobIdSchema = idSchema("JobId");
export const SessionIdSchema = idSchema("SessionId");
/** Names an L402 token's credit; not the token itself, which is a secret. */
export const TokenIdSchema = idSchema("TokenId");
/** Names an owner to itself and to operators; not the secret that proves it. */
export const OwnerIdSchema = idSchema("OwnerId");
/** Made by the client, unique per owner: an intent sent twice under one id is done once. */
export const RequestIdSchema = idSchema("RequestId");
/** Names one browser for its lifetime; only for logs and for telling own tabs apart. */
export const ClientIdSchema = idSchema("ClientId");
/** Names one continuous log. It changes when the log is replaced or trimmed. */
export const EpochSchema = idSchema("Epoch");

export type AgentId = v.InferOutput<typeof AgentIdSchema>;
export type JobId = v.InferOutput<typeof JobIdSchema>;
export type SessionId = v.InferOutput<typeof SessionIdSchema>;
export type TokenId = v.InferOutput<typeof TokenIdSchema>;
export type OwnerId = v.InferOutput<typeof OwnerIdSchema>;
export type RequestId = v.InferOutput<typeof RequestIdSchema>;
export type ClientId = v.InferOutput<typeof ClientIdSchema>;
export type Epoch = v.InferOutput<typeof EpochSchema>;

/** A place in the log: dense, from 1. 0 means before the first fact. */
export const SeqSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.brand("Seq"));
export type Seq = v.InferOutput<typeof SeqSchema>;

/**
 * ISO 8601 in UTC, exactly as `Date.prototype.toISOString` writes it, so that times also sort as text.
 * Other spellings of older towers are brought to this one by `dialects.ts`.
 */
export const TimestampSchema = v.pipe(
  v.string(),
  v.regex(
    /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/,
    "must be a time in UTC such as 2026-03-18T12:00:00.000Z",
  ),
  v.brand("Timestamp"),
);
export type Timestamp = v.InferOutput<typeof TimestampSchema>;

/** Marks a trusted string as an id, for code that made or stored it itself. */
export const agentId = (value: string): AgentId => value as AgentId;
export const jobId = (value: string): JobId => value as JobId;
export const sessionId = (value: string): SessionId => value as SessionId;
export const tokenId = (value: string): TokenId => value as TokenId;
export const ownerId = (value: string): OwnerId => value as OwnerId;
export const requestId = (value: string): RequestId => value as RequestId;
export const clientId = (value: string): ClientId => value as ClientId;
export const epoch = (value: string): Epoch => value as Epoch;
export const seq = (value: number): Seq => value as Seq;
/** Milliseconds since 1970 as the wire's timestamp. */
export const timestamp = (milliseconds: number): Timestamp =>
  new Date(milliseconds).toISOString() as Timestamp;
