import { type JobId, type SessionId, sessionId, type TokenId, tokenId } from "../../protocol/ids.ts";
import type { InvoiceType } from "../../protocol/records.ts";
import type { Sats } from "../../protocol/units.ts";
import { type Sql, safeNumber } from "../storage/port.ts";

/** What an invoice is for. */
export type InvoiceSubject =
  | { readonly kind: InvoiceType; readonly jobId: JobId }
  | { readonly kind: "session"; readonly sessionId: SessionId }
  | { readonly kind: "token"; readonly tokenId: TokenId }
  | { readonly kind: "deposit" };

/** An invoice the tower made. Times are milliseconds since 1970. */
export interface StoredInvoice {
  readonly paymentHash: string;
  readonly subject: InvoiceSubject;
  readonly paymentRequest: string;
  readonly amountSats: Sats;
  readonly expiresAt: number;
  /** Where the log stood when it was credited: once, ever. */
  readonly creditedSeq: number | undefined;
}

interface InvoiceRow {
  readonly payment_hash: string;
  readonly kind: string;
  readonly job_id: string | null;
  readonly session_id: string | null;
  readonly token_id: string | null;
  readonly payment_request: string;
  readonly amount_sats: bigint;
  readonly expires_at_ms: bigint;
  readonly credited_seq: bigint | null;
}

const COLUMNS =
  "payment_hash, kind, job_id, session_id, token_id, payment_request, amount_sats, expires_at_ms, credited_seq";

/** Only {@link insertInvoice} writes rows, and the table holds each kind to its own id. */
function subjectOf(row: InvoiceRow): InvoiceSubject {
  if (row.session_id !== null) return { kind: "session", sessionId: sessionId(row.session_id) };
  if (row.token_id !== null) return { kind: "token", tokenId: tokenId(row.token_id) };
  if (row.job_id !== null) return { kind: row.kind as InvoiceType, jobId: row.job_id as JobId };
  return { kind: "deposit" };
}

const invoiceOf = (row: InvoiceRow): StoredInvoice => ({
  paymentHash: row.payment_hash,
  subject: subjectOf(row),
  paymentRequest: row.payment_request,
  amountSats: safeNumber(row.amount_sats) as Sats,
  expiresAt: safeNumber(row.expires_at_ms),
  creditedSeq: row.credited_seq === null ? undefined : safeNumber(row.credited_seq),
});

/** Keeps an invoice the wallet has made. `nextLook` is when the wallet is asked about it, in milliseconds since 1970. */
export async function insertInvoice(
  sql: Sql,
  invoice: Omit<StoredInvoice, "creditedSeq">,
  nextLook: number,
): Promise<void> {
  const { subject } = invoice;
  await sql.run(
    `INSERT INTO invoice (payment_hash, kind, job_id, session_id, token_id, payment_request, amount_sats, expires_at_ms,
       next_look_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    invoice.paymentHash,
    subject.kind,
    "jobId" in subject ? subject.jobId : null,
    "sessionId" in subject ? subject.sessionId : null,
    "tokenId" in subject ? subject.tokenId : null,
    invoice.paymentRequest,
    invoice.amountSats,
    invoice.expiresAt,
    nextLook,
  );
}

/** An invoice of this tower by its payment hash. */
export async function findInvoice(sql: Sql, paymentHash: string): Promise<StoredInvoice | undefined> {
  const [row] = await sql.all<InvoiceRow>(
    `SELECT ${COLUMNS} FROM invoice WHERE payment_hash = ?`,
    paymentHash,
  );
  return row && invoiceOf(row);
}

/** A job's invoice of one type. */
export async function findJobInvoice(
  sql: Sql,
  jobId: JobId,
  invoiceType: InvoiceType,
): Promise<StoredInvoice | undefined> {
  const [row] = await sql.all<InvoiceRow>(
    `SELECT ${COLUMNS} FROM invoice WHERE job_id = ? AND kind = ?`,
    jobId,
    invoiceType,
  );
  return row && invoiceOf(row);
}

/** A session's invoices that nothing was credited for, the newest expiry first. */
export async function openSessionInvoices(sql: Sql, id: SessionId): Promise<readonly StoredInvoice[]> {
  const rows = await sql.all<InvoiceRow>(
    `SELECT ${COLUMNS} FROM invoice WHERE session_id = ? AND credited_seq IS NULL ORDER BY expires_at_ms DESC`,
    id,
  );
  return rows.map(invoiceOf);
}

/** How many invoices of an owner's sessions can still be paid at `now`. */
export async function openSessionInvoicesOf(sql: Sql, ownerId: string, now: number): Promise<number> {
  const [row] = await sql.all<{ n: bigint }>(
    `SELECT COUNT(*) AS n FROM session JOIN invoice ON invoice.session_id = session.session_id
     WHERE session.owner_id = ? AND session.is_shown = 1 AND invoice.credited_seq IS NULL AND invoice.expires_at_ms >= ?`,
    ownerId,
    now,
  );
  return safeNumber(row?.n ?? 0n);
}

/** The payment hashes that the wallet is still asked about, oldest first: what a start sweeps. */
export async function watchedHashes(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.all<{ payment_hash: string }>(
    "SELECT payment_hash FROM invoice WHERE next_look_ms IS NOT NULL ORDER BY expires_at_ms",
  );
  return rows.map((row) => row.payment_hash);
}

/** An invoice that the wallet is to be asked about. */
export interface DueLook {
  readonly paymentHash: string;
  readonly expiresAt: number;
  /** How often it was asked about already. */
  readonly looks: number;
}

/** The invoices that are to be asked about at `now`, the longest due first. */
export async function dueLooks(sql: Sql, now: number, limit: number): Promise<readonly DueLook[]> {
  const rows = await sql.all<{ payment_hash: string; expires_at_ms: bigint; looks: bigint }>(
    `SELECT payment_hash, expires_at_ms, looks FROM invoice
     WHERE next_look_ms IS NOT NULL AND next_look_ms <= ? ORDER BY next_look_ms LIMIT ?`,
    now,
    limit,
  );
  return rows.map((row) => ({
    paymentHash: row.payment_hash,
    expiresAt: safeNumber(row.expires_at_ms),
    looks: safeNumber(row.looks),
  }));
}

/** When the next invoice is to be asked about, in milliseconds since 1970; undefined when none is. */
export async function nextLook(sql: Sql): Promise<number | undefined> {
  const [row] = await sql.all<{ next: bigint | null }>("SELECT MIN(next_look_ms) AS next FROM invoice");
  return row?.next == null ? undefined : safeNumber(row.next);
}

/** Notes that the wallet was asked, and when it is asked again; undefined: never. A credited invoice stays as it is. */
export async function noteLook(sql: Sql, paymentHash: string, next: number | undefined): Promise<void> {
  await sql.run(
    "UPDATE invoice SET looks = looks + 1, next_look_ms = ? WHERE payment_hash = ? AND credited_seq IS NULL",
    next ?? null,
    paymentHash,
  );
}

/**
 * Takes the right to credit an invoice: true once per payment hash, ever. To be called in the transaction that
 * credits it.
 */
export async function takeCredit(
  sql: Sql,
  paymentHash: string,
  settledAt: number,
  seq: number,
): Promise<boolean> {
  const { changes } = await sql.run(
    `UPDATE invoice SET credited_seq = ?, settled_at_ms = ?, next_look_ms = NULL
     WHERE payment_hash = ? AND credited_seq IS NULL`,
    seq,
    settledAt,
    paymentHash,
  );
  return changes === 1;
}
