import { DatabaseSync } from "node:sqlite";
import { RefusalError } from "../../../protocol/refusal.ts";

/** The version of the tables below, kept in the file as `user_version`. */
const SCHEMA_VERSION = 1n;

/** Amounts are msat, times milliseconds since 1970, hashes and payment requests lower case. */
const SCHEMA = `
CREATE TABLE node (
  name TEXT PRIMARY KEY,
  secret_key BLOB NOT NULL
) STRICT;
CREATE TABLE account (
  name TEXT PRIMARY KEY,
  msat INTEGER NOT NULL CHECK (msat >= 0 OR name = 'mint')
) STRICT;
CREATE TABLE draw (
  owner_id TEXT PRIMARY KEY,
  day_start INTEGER NOT NULL,
  sats INTEGER NOT NULL
) STRICT;
CREATE TABLE invoice (
  payment_hash TEXT PRIMARY KEY,
  payment_request TEXT NOT NULL UNIQUE,
  preimage BLOB NOT NULL,
  account TEXT NOT NULL,
  msat INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  settled_at INTEGER
) STRICT;
CREATE TABLE payment (
  payment_hash TEXT PRIMARY KEY,
  payment_request TEXT NOT NULL,
  msat INTEGER NOT NULL,
  failure TEXT,
  tried_at INTEGER NOT NULL
) STRICT;
PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** SQLITE_BUSY: somebody else holds the file. */
const BUSY = 5;
/** SQLITE_CONSTRAINT: a mistake of this program, not of the disk. */
const CONSTRAINT = 19;

const sqliteCode = (error: unknown): number =>
  error instanceof Error && "errcode" in error && typeof error.errcode === "number"
    ? error.errcode & 0xff
    : 0;

/** The play wallet's file, held by this process alone. Whole numbers come out as bigint. */
export interface Database {
  readonly sql: DatabaseSync;
  /** Runs `work` as one durable transaction: all of it or, when it throws, nothing. */
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

/** What SQLite could not do is a refusal; everything else stays what it is. */
function explain(file: string, error: unknown): unknown {
  const code = sqliteCode(error);
  if (code === 0 || code === CONSTRAINT) return error;
  const sentence =
    code === BUSY
      ? `The play wallet ${file} is open in another process. Stop that one first, or use another data directory.`
      : `The play wallet cannot use its file ${file}. Is the disk full or read-only?`;
  return new RefusalError("wallet_unavailable", sentence, { cause: error });
}

/**
 * With exclusive locking the lock on the file is taken here and held to the end; the system drops it with the process, however
 * that ends. `synchronous` FULL: what was answered survives a power cut.
 */
function lock(sql: DatabaseSync): void {
  sql.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  sql.exec("BEGIN EXCLUSIVE; COMMIT;");
}

function openFile(file: string): DatabaseSync {
  const sql = new DatabaseSync(file, { readBigInts: true, open: false });
  try {
    sql.open();
    lock(sql);
    return sql;
  } catch (error) {
    if (sql.isOpen) sql.close();
    throw explain(file, error);
  }
}

/** Opens or creates the file. Refuses with `wallet_unavailable` while another process has it open. */
export function openDatabase(file: string): Database {
  const sql = openFile(file);

  function transaction<Result>(work: () => Result): Result {
    if (!sql.isOpen) throw new RefusalError("wallet_unavailable", "The play wallet is closed.");
    try {
      sql.exec("BEGIN IMMEDIATE");
      const result = work();
      sql.exec("COMMIT");
      return result;
    } catch (error) {
      if (sql.isTransaction) sql.exec("ROLLBACK");
      throw explain(file, error);
    }
  }

  const version = sql.prepare("PRAGMA user_version").get()?.["user_version"];
  if (version === 0n) transaction(() => sql.exec(SCHEMA));
  else if (version !== SCHEMA_VERSION) {
    sql.close();
    throw new RefusalError(
      "wallet_unavailable",
      `The play wallet ${file} was written by another version of this program (${version}, not ${SCHEMA_VERSION}).`,
    );
  }

  return {
    sql,
    transaction,
    close: () => {
      if (sql.isOpen) sql.close();
    },
  };
}
