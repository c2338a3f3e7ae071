import { randomBytes } from "node:crypto";
import { refuse } from "../../../protocol/refusal.ts";
import type { Database, Sql } from "../../storage/port.ts";
import { limitsOf } from "./caveats.ts";
import { hasExpired, type Limits } from "./limits.ts";
import { readMacaroon, writeMacaroon } from "./macaroon.ts";

/** What a credential stands for: a session, or what one L402 payment bought. */
export type CredentialKind = "session" | "l402";

/** What a credential that was verified proves. It says nothing of a balance, nor that the payment has settled: the wallet does. */
export interface Grant {
  /** 64 hex digits; names the credential, and authorises nothing. */
  readonly tokenId: string;
  readonly kind: CredentialKind;
  /** The session's id, or the credit's. */
  readonly subjectId: string;
  /** 64 hex digits; whose payment the credential came with. */
  readonly paymentHash: string;
  readonly limits: Limits;
}

/** What a new credential is made of. */
export interface NewCredential {
  readonly kind: CredentialKind;
  readonly subjectId: string;
  /** 64 hex digits, in lower case. */
  readonly paymentHash: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What it is limited to from the start; its holder can only narrow it further. */
  readonly caveats?: readonly string[];
}

/**
 * Makes a credential with a root key of its own and gives its text, a macaroon in standard base64: a secret that is not stored. Rejects with
 * `bad_request` for caveats that no credential can have.
 */
export async function mintCredential(sql: Sql, credential: NewCredential): Promise<string> {
  const { kind, subjectId, paymentHash, now, caveats = [] } = credential;
  const tokenId = randomBytes(32).toString("hex");
  const rootKey = randomBytes(32);
  const text = writeMacaroon(rootKey, { paymentHash, tokenId }, caveats);
  await sql.run(
    "INSERT INTO macaroon (token_id, kind, subject_id, payment_hash, root_key, created_at_ms) VALUES (?, ?, ?, ?, ?, ?)",
    tokenId,
    kind,
    subjectId,
    paymentHash,
    rootKey.toString("hex"),
    now,
  );
  return text;
}

/** Makes every credential of a subject worthless. To rotate one, revoke and mint in the same transaction. `now` is in milliseconds. */
export async function revokeCredentials(sql: Sql, subjectId: string, now: number): Promise<void> {
  await sql.run(
    "UPDATE macaroon SET revoked_at_ms = ? WHERE subject_id = ? AND revoked_at_ms IS NULL",
    now,
    subjectId,
  );
}

interface CredentialRow {
  readonly kind: CredentialKind;
  readonly subject_id: string;
  readonly root_key: string;
}

async function grantOf(sql: Sql, text: string, now: number): Promise<Grant | undefined> {
  const macaroon = readMacaroon(text);
  if (macaroon === undefined) return undefined;
  const { tokenId, paymentHash } = macaroon.identifier;
  const [row] = await sql.all<CredentialRow>(
    "SELECT kind, subject_id, root_key FROM macaroon WHERE token_id = ? AND revoked_at_ms IS NULL",
    tokenId,
  );
  if (row === undefined || !macaroon.isSignedWith(Buffer.from(row.root_key, "hex"))) return undefined;
  const limits = limitsOf(macaroon.caveats);
  if (limits === undefined || hasExpired(limits, now)) return undefined;
  return { tokenId, kind: row.kind, subjectId: row.subject_id, paymentHash, limits };
}

/**
 * What a credential grants, from its text. Rejects with `unauthorized`, in the same sentence whatever is wrong with it: malformed, unknown,
 * signed otherwise, revoked, expired, or with a caveat that the tower does not know. `now` is in milliseconds since 1970.
 */
export async function verifyCredential(sql: Sql, text: string, now: number): Promise<Grant> {
  const grant = await grantOf(sql, text, now);
  return grant ?? refuse("unauthorized", "This tower does not take the credential: ask for a new one.");
}

/** The credentials that the tower gave out. */
export interface Credentials {
  /** As {@link verifyCredential} does, now. */
  verify(text: string): Promise<Grant>;
}

/** Credentials kept in the database. `now` is in milliseconds since 1970. */
export const createCredentials = (database: Database, now: () => number): Credentials => ({
  verify: (text) => database.read((sql) => verifyCredential(sql, text, now())),
});
