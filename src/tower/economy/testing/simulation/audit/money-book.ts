import { type Account, kindOf } from "../../../../ledger/accounts.ts";
import type { Day } from "../../../../ledger/day.ts";
import { readFigures } from "../../../../ledger/figures.ts";
import { type Sql, safeNumber } from "../../../../storage/port.ts";
import { utc } from "../../economy.ts";
import { expectSame } from "./same.ts";

/** The books as the bare postings make them, added up one by one from the first. In msat, credits negative. */
export interface MoneyBook {
  /** What each account holds; empty ones left out. */
  readonly balances: ReadonlyMap<string, bigint>;
  /** What was owed for jobs and went to each session, by the session's account. */
  readonly creditedBack: ReadonlyMap<string, bigint>;
  /** How often each kind of movement was booked. */
  readonly booked: ReadonlyMap<string, number>;
  /** What brains cost on each job. */
  readonly modelExpense: ReadonlyMap<string, bigint>;
  /** Reads what is new, and compares what the ledger keeps beside its postings with what they come to. */
  follow(sql: Sql, now: number): Promise<void>;
}

interface Row {
  readonly transaction_id: bigint;
  readonly account: string;
  readonly amount_msat: bigint;
  readonly at_ms: bigint;
  readonly job_id: string | null;
  readonly reason: string;
  readonly line: bigint;
}

const isBurnt = (account: string): boolean =>
  ["expense:model", "expense:routing", "expense:receiving"].includes(account);

/** A book that has read nothing yet. */
export function createMoneyBook(): MoneyBook {
  const balances = new Map<string, bigint>();
  const modelExpense = new Map<string, bigint>();
  const creditedBack = new Map<string, bigint>();
  const booked = new Map<string, number>();
  const days = new Map<string, { earned: bigint; burnt: bigint; spent: bigint }>();
  let last = 0n;

  function enter({ account, amount_msat: amount, at_ms, job_id: job, reason, line }: Row): void {
    if (line === 0n) booked.set(reason, (booked.get(reason) ?? 0) + 1);
    const balance = (balances.get(account) ?? 0n) + amount;
    if (balance === 0n) balances.delete(account);
    else balances.set(account, balance);
    const { name } = utc(safeNumber(at_ms));
    const day = days.get(name) ?? { earned: 0n, burnt: 0n, spent: 0n };
    days.set(name, day);
    if (account.startsWith("revenue:")) day.earned -= amount;
    if (isBurnt(account)) day.burnt += amount;
    // Besides refunds to payers, which are left out, only withdrawals and the fees of routes leave for good.
    if (account === "expense:routing" || account === "withdrawals") day.spent += amount;
    if (reason === "refund_credited" && account.startsWith("session:"))
      creditedBack.set(account, (creditedBack.get(account) ?? 0n) - amount);
    if (account === "expense:model" && job !== null)
      modelExpense.set(job, (modelExpense.get(job) ?? 0n) + amount);
  }

  function figures({ name }: Day): object {
    const { earned, burnt, spent } = days.get(name) ?? { earned: 0n, burnt: 0n, spent: 0n };
    let treasury = 0n;
    for (const [account, balance] of balances) {
      const kind = kindOf(account as Account);
      if (kind === "asset" || kind === "liability") treasury += balance;
    }
    return {
      treasury,
      balance: balances.get("node") ?? 0n,
      earnedToday: earned,
      spentToday: spent,
      burnToday: burnt,
      netToday: earned - burnt,
    };
  }

  return {
    balances,
    modelExpense,
    creditedBack,
    booked,
    async follow(sql, now) {
      const rows = await sql.all<Row>(
        `SELECT transaction_id, account, amount_msat, at_ms, job_id, reason, line
         FROM ledger_posting JOIN ledger_transaction ON id = transaction_id WHERE transaction_id > ?
         ORDER BY transaction_id, line`,
        last,
      );
      const sums = new Map<bigint, bigint>();
      for (const row of rows) {
        enter(row);
        last = row.transaction_id;
        sums.set(last, (sums.get(last) ?? 0n) + row.amount_msat);
      }
      for (const [id, sum] of sums) expectSame(`the sum of transaction ${id}`, sum, 0n);
      const kept = await sql.all<{ account: string; balance_msat: bigint }>(
        "SELECT account, balance_msat FROM ledger_balance WHERE balance_msat <> 0",
      );
      expectSame(
        "what the ledger keeps of its accounts",
        new Map(kept.map((row) => [row.account, row.balance_msat])),
        balances,
      );
      for (const [account, balance] of balances) {
        const kind = kindOf(account as Account);
        const isNegative = (kind === "asset" && balance < 0n) || (kind === "liability" && balance > 0n);
        if (isNegative) throw new Error(`${account} holds less than nothing: ${balance} msat`);
      }
      expectSame("today's figures", { ...(await readFigures(sql, utc(now))) }, figures(utc(now)));
    },
  };
}
