import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Sql, SqlValue } from "./port.ts";
import { runtimeFailure } from "./storage-failure.ts";

/** Statements kept prepared on one connection; past it the one used longest ago is dropped. */
const MAX_STATEMENTS = 256;

/** Milliseconds to wait for a program beside the tower, such as a backup, that holds the write lock. */
const BUSY_TIMEOUT = 1000;

/** One SQLite connection that runs one piece of work at a time. */
export interface SqliteConnection {
  /** For scripts of several statements and for pragmas. */
  readonly raw: DatabaseSync;
  /** Runs work between `begin` and COMMIT, or ROLLBACK when it throws. */
  within<T>(begin: "BEGIN" | "BEGIN IMMEDIATE", work: (sql: Sql) => Promise<T>): Promise<T>;
}

/** `node:sqlite` binds every number as a float; whole ones are meant as integers. */
const bind = (value: SqlValue): SqlValue => (Number.isSafeInteger(value) ? BigInt(value as number) : value);

function statementCache(connection: DatabaseSync): (text: string) => StatementSync {
  const statements = new Map<string, StatementSync>();
  return (text) => {
    const known = statements.get(text);
    if (known) statements.delete(text);
    const statement = known ?? connection.prepare(text);
    statements.set(text, statement);
    if (statements.size > MAX_STATEMENTS) {
      for (const oldest of statements.keys()) {
        statements.delete(oldest);
        break;
      }
    }
    return statement;
  };
}

/** Opens a connection that reads every integer as a `bigint` and keeps its statements prepared. */
export function openConnection(path: string, { readOnly }: { readOnly: boolean }): SqliteConnection {
  const raw = new DatabaseSync(path, {
    readOnly,
    readBigInts: true,
    enableForeignKeyConstraints: true,
    timeout: BUSY_TIMEOUT,
  });
  const prepared = statementCache(raw);

  async function within<T>(begin: "BEGIN" | "BEGIN IMMEDIATE", work: (sql: Sql) => Promise<T>): Promise<T> {
    let over = false;
    // SQLite ends a transaction by itself when the disk is full; whatever ran after it would commit on its own.
    let lost: unknown;
    function attempt<R>(text: string, run: (statement: StatementSync) => R): R {
      if (over) throw new Error("this transaction is over: its sql must not be used any more");
      if (lost !== undefined) throw lost;
      try {
        return run(prepared(text));
      } catch (error) {
        const failure = runtimeFailure(error);
        if (!raw.isTransaction) lost = failure;
        throw failure;
      }
    }
    const sql: Sql = {
      all: async <Row>(text: string, ...params: SqlValue[]) =>
        attempt(text, (statement) => statement.all(...params.map(bind)) as Row[]),
      run: async (text, ...params) =>
        attempt(text, (statement) => ({ changes: Number(statement.run(...params.map(bind)).changes) })),
    };
    try {
      raw.exec(begin);
      const result = await work(sql);
      if (lost !== undefined) throw lost;
      raw.exec("COMMIT");
      return result;
    } catch (error) {
      if (raw.isTransaction) raw.exec("ROLLBACK");
      throw runtimeFailure(error);
    } finally {
      over = true;
    }
  }
  return { raw, within };
}
