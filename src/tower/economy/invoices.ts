import type { JobId } from "../../protocol/ids.ts";
import type { InvoiceType } from "../../protocol/records.ts";
import { type Sql, safeNumber } from "../storage/port.ts";

/** An invoice the tower made. */
export interface StoredInvoice {
  readonly paymentHash: string;
  readonly jobId: JobId;
  readonly invoiceType: InvoiceType;
  readonly paymentRequest: string;
  readonly expiresAt: number;
  /** The fact that credited it: once, ever. */
  readonly creditedSeq: number | undefined;
}

interface InvoiceRow {
  readonly payment_hash: string;
  readonly job_id: string;
  readonly invoice_type: string;
  readonly payment_request: string;
  readonly expires_at_ms: bigint;
  readonly credited_seq: bigint | null;
}

const COLUMNS = "payment_hash, job_id, invoice_type, payment_request, expires_at_ms, credited_seq";

const invoiceOf = (row: InvoiceRow): StoredInvoice => ({
  paymentHash: row.payment_hash,
  jobId: row.job_id as JobId,
  invoiceType: row.invoice_type as InvoiceType,
  paymentRequest: row.payment_request,
  expiresAt: safeNumber(row.expires_at_ms),
  creditedSeq: row.credited_seq === null ? undefined : safeNumber(row.credited_seq),
});

/** Keeps an invoice the wallet has made. */
export async function insertInvoice(
  sql: Sql,
  invoice: Omit<StoredInvoice, "creditedSeq"> & { readonly amountSats: number },
): Promise<void> {
  await sql.run(
    `INSERT INTO invoice (payment_hash, job_id, invoice_type, payment_request, amount_sats, expires_at_ms, state)
     VALUES (?, ?, ?, ?, ?, ?, 'open')`,
    invoice.paymentHash,
    invoice.jobId,
    invoice.invoiceType,
    invoice.paymentRequest,
    invoice.amountSats,
    invoice.expiresAt,
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
    `SELECT ${COLUMNS} FROM invoice WHERE job_id = ? AND invoice_type = ?`,
    jobId,
    invoiceType,
  );
  return row && invoiceOf(row);
}

/** The payment hashes nothing was credited for yet, oldest first: what a start asks the wallet about. */
export async function uncreditedHashes(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.all<{ payment_hash: string }>(
    "SELECT payment_hash FROM invoice WHERE credited_seq IS NULL ORDER BY expires_at_ms",
  );
  return rows.map((row) => row.payment_hash);
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
    `UPDATE invoice SET credited_seq = ?, settled_at_ms = ?, state = 'settled'
     WHERE payment_hash = ? AND credited_seq IS NULL`,
    seq,
    settledAt,
    paymentHash,
  );
  return changes === 1;
}
