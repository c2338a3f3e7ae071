import { createHash } from "node:crypto";
import {
  type JobId,
  jobId,
  type OwnerId,
  ownerId,
  type SessionId,
  sessionId,
} from "../../../protocol/ids.ts";
import { type Sql, safeNumber } from "../../storage/port.ts";

/** Whose debt a link is to. */
export type OwedOf =
  | { readonly kind: "job"; readonly jobId: JobId }
  | { readonly kind: "session"; readonly sessionId: SessionId };

/** A link that was given out and not replaced since. */
export interface StoredLink {
  readonly of: OwedOf;
  /** Who asked for it: it is worth something only while the debt is to the same owner. */
  readonly ownerId: OwnerId;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** The invoice that it was taken with; undefined while nobody has. */
  readonly paymentHash: string | undefined;
}

/** What is kept of a link's secret. 256 random bits cannot be guessed from their hash. */
const hashOf = (k1: string): string => createHash("sha256").update(k1).digest("hex");

const idOf = (of: OwedOf): string => (of.kind === "job" ? of.jobId : of.sessionId);

/** How long a link that is no longer good is remembered, in milliseconds. */
const REMEMBERED = 86_400_000;

/** Keeps a link in the place of the one before it to the same debt, which is then worth nothing. `now` is in milliseconds since 1970. */
export async function putLink(
  sql: Sql,
  k1: string,
  link: Omit<StoredLink, "paymentHash">,
  now: number,
): Promise<void> {
  await sql.run("DELETE FROM withdraw_link WHERE expires_at_ms < ?", now - REMEMBERED);
  await sql.run(
    `INSERT INTO withdraw_link (kind, subject_id, owner_id, k1_hash, expires_at_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (kind, subject_id) DO UPDATE SET owner_id = excluded.owner_id, k1_hash = excluded.k1_hash,
       expires_at_ms = excluded.expires_at_ms, payment_hash = NULL`,
    link.of.kind,
    idOf(link.of),
    link.ownerId,
    hashOf(k1),
    link.expiresAt,
  );
}

/** The link with this secret; undefined when there is none, or none any more. */
export async function findLink(sql: Sql, k1: string): Promise<StoredLink | undefined> {
  const [row] = await sql.all<{
    kind: OwedOf["kind"];
    subject_id: string;
    owner_id: string;
    expires_at_ms: bigint;
    payment_hash: string | null;
  }>(
    "SELECT kind, subject_id, owner_id, expires_at_ms, payment_hash FROM withdraw_link WHERE k1_hash = ?",
    hashOf(k1),
  );
  if (row === undefined) return undefined;
  const { kind, subject_id: id } = row;
  return {
    of: kind === "job" ? { kind, jobId: jobId(id) } : { kind, sessionId: sessionId(id) },
    ownerId: ownerId(row.owner_id),
    expiresAt: safeNumber(row.expires_at_ms),
    paymentHash: row.payment_hash ?? undefined,
  };
}

/** Notes which invoice a link was taken with. */
export async function takeLink(sql: Sql, k1: string, paymentHash: string): Promise<void> {
  await sql.run(
    "UPDATE withdraw_link SET payment_hash = ? WHERE k1_hash = ? AND payment_hash IS NULL",
    paymentHash,
    hashOf(k1),
  );
}
