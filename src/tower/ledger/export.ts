import { type Msat, msat } from "../../protocol/units.ts";
import { type Database, type Sql, type SqlValue, safeNumber } from "../storage/port.ts";
import { type Account, type AccountKind, kindOf, NODE, singleAccounts } from "./accounts.ts";
import type { Day } from "./day.ts";
import { type Figures, readFigures } from "./figures.ts";

/** One line of the books with the transaction that it is of. */
export interface ExportedPosting {
  readonly id: number;
  /** When it happened, ms since 1970. */
  readonly at: number;
  readonly reason: string;
  readonly jobId: string | undefined;
  readonly account: string;
  readonly kind: AccountKind;
  /** A debit is positive, a credit negative. */
  readonly amount: Msat;
}

/** An account over the days of an export. Balances are debits less credits. */
export interface AccountSums {
  readonly account: string;
  readonly kind: AccountKind;
  readonly opening: Msat;
  readonly debits: Msat;
  readonly credits: Msat;
}

/** The books from one day to another, both included, up to the last transaction there was when it was opened. */
export interface LedgerExport {
  readonly from: Day;
  readonly to: Day;
  /** Of these days; what is held is as of their end. */
  readonly figures: Figures;
  /** Every posting by time, whole transactions at a time. */
  postings(): AsyncIterable<readonly ExportedPosting[]>;
  /** Every account that held something before or moved, by name. */
  accounts(): AsyncIterable<readonly AccountSums[]>;
}

/** How much is read at a time: what is in memory, and how long other work waits for it. */
const TRANSACTIONS_AT_ONCE = 500;
/** Each of these reads walks the days anew. */
const ACCOUNTS_AT_ONCE = 2_000;

interface Range {
  readonly from: Day;
  readonly to: Day;
  readonly lastId: number;
}

/**
 * Opens an export. Everything is read in short pieces, so that no reader holds up the database; as the ledger only ever grows, what was
 * there at the start is one consistent view all the same.
 */
export async function openLedgerExport(database: Database, from: Day, to: Day): Promise<LedgerExport> {
  const { lastId, figures } = await database.read(async (sql) => {
    const [last] = await sql.all<{ id: bigint | null }>("SELECT MAX(id) AS id FROM ledger_transaction");
    const lastId = safeNumber(last?.id ?? 0n);
    return { lastId, figures: await figuresOf(sql, { from, to, lastId }) };
  });
  const range: Range = { from, to, lastId };
  return {
    from,
    to,
    figures,
    async *postings() {
      let place: readonly [at: number, id: number] = [from.startMs, 0];
      for (;;) {
        const read = await database.read((sql) => readPostings(sql, range, place));
        const last = read.at(-1);
        if (last === undefined) return;
        yield read;
        place = [last.at, last.id];
      }
    },
    async *accounts() {
      let after = "";
      for (;;) {
        const read = await database.read((sql) =>
          readSums(sql, range, { condition: "account > ?", params: [after] }),
        );
        const last = read.at(-1);
        if (last === undefined) return;
        yield read.filter(
          ({ credits, debits, opening }) => opening !== 0n || debits !== 0n || credits !== 0n,
        );
        after = last.account;
      }
    },
  };
}

const kindOfStored = (account: string): AccountKind => kindOf(account as Account);

async function readPostings(
  sql: Sql,
  { to, lastId }: Range,
  [at, id]: readonly [at: number, id: number],
): Promise<readonly ExportedPosting[]> {
  const rows = await sql.all<{
    id: bigint;
    at_ms: bigint;
    reason: string;
    job_id: string | null;
    account: string;
    amount_msat: bigint;
  }>(
    `SELECT t.id, t.at_ms, t.reason, t.job_id, p.account, p.amount_msat FROM (
       SELECT id, at_ms, reason, job_id FROM ledger_transaction
       WHERE at_ms >= ? AND (at_ms > ? OR id > ?) AND at_ms < ? AND id <= ? ORDER BY at_ms, id LIMIT ?
     ) AS t JOIN ledger_posting AS p ON p.transaction_id = t.id ORDER BY t.at_ms, t.id, p.line`,
    at,
    at,
    id,
    to.nextMs,
    lastId,
    TRANSACTIONS_AT_ONCE,
  );
  return rows.map((row) => ({
    id: safeNumber(row.id),
    at: safeNumber(row.at_ms),
    reason: row.reason,
    jobId: row.job_id ?? undefined,
    account: row.account,
    kind: kindOfStored(row.account),
    amount: msat(row.amount_msat),
  }));
}

/** The sums of the accounts that a condition on `account` names: what each held before is what it holds less what came since. */
async function readSums(
  sql: Sql,
  { from, to, lastId }: Range,
  { condition, params }: { readonly condition: string; readonly params: readonly SqlValue[] },
): Promise<readonly AccountSums[]> {
  const rows = await sql.all<{
    account: string;
    balance_msat: bigint;
    since: bigint;
    debits: bigint;
    credits: bigint;
  }>(
    `WITH moved AS (
       SELECT account, SUM(amount_msat) AS since,
         SUM(CASE WHEN at_ms < ? AND id <= ? AND amount_msat > 0 THEN amount_msat ELSE 0 END) AS debits,
         SUM(CASE WHEN at_ms < ? AND id <= ? AND amount_msat < 0 THEN -amount_msat ELSE 0 END) AS credits
       FROM ledger_transaction JOIN ledger_posting ON transaction_id = id
       WHERE at_ms >= ? AND ${condition} GROUP BY account
     ), held AS (
       SELECT account, balance_msat FROM ledger_balance WHERE ${condition}
     )
     SELECT held.account, balance_msat, COALESCE(since, 0) AS since, COALESCE(debits, 0) AS debits,
       COALESCE(credits, 0) AS credits
     FROM held LEFT JOIN moved ON moved.account = held.account
     WHERE balance_msat <> 0 OR since IS NOT NULL ORDER BY held.account LIMIT ?`,
    to.nextMs,
    lastId,
    to.nextMs,
    lastId,
    from.startMs,
    ...params,
    ...params,
    ACCOUNTS_AT_ONCE,
  );
  return rows.map((row) => ({
    account: row.account,
    kind: kindOfStored(row.account),
    opening: msat(row.balance_msat - row.since),
    debits: msat(row.debits),
    credits: msat(row.credits),
  }));
}

/** What is held once the days are over, and what they brought. */
async function figuresOf(sql: Sql, range: Range): Promise<Figures> {
  const { from, to } = range;
  const own = singleAccounts("equity", "revenue", "expense");
  const accounts = [NODE, ...own];
  const sums = await readSums(sql, range, {
    condition: `account IN (${accounts.map(() => "?").join(", ")})`,
    params: accounts,
  });
  const closing = new Map(
    sums.map(({ account, credits, debits, opening }) => [account, opening + debits - credits]),
  );
  return {
    ...(await readFigures(sql, { name: from.name, startMs: from.startMs, nextMs: to.nextMs })),
    treasury: msat(-own.reduce((sum, account) => sum + (closing.get(account) ?? 0n), 0n)),
    balance: msat(closing.get(NODE) ?? 0n),
  };
}
