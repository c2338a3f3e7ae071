import { randomBytes } from "node:crypto";
import type { AgentId } from "../../../protocol/ids.ts";
import { refuse } from "../../../protocol/refusal.ts";
import { msat, type Sats, sats, toMsat } from "../../../protocol/units.ts";
import { setOwnBudget } from "../../agents/budget.ts";
import { findAgent } from "../../agents/registry.ts";
import type { Clock } from "../../clock.ts";
import type { Day } from "../../ledger/day.ts";
import { type Figures, readFigures } from "../../ledger/figures.ts";
import type { NewInvoice, Wallet } from "../../lightning/wallet.ts";
import type { Database, Sql } from "../../storage/port.ts";
import { decision } from "../decide/decision.ts";
import { withdraw } from "../decide/withdrawal.ts";
import { firstLook } from "../invoice-watch.ts";
import { insertInvoice } from "../invoices.ts";
import { type Payee, type PayeeParts, payeeInvoice, withOwnership } from "../payee.ts";
import { withdrawingWallet } from "../paying-wallet.ts";
import type { Transactor } from "../transactor.ts";
import { freeFunds } from "./free-funds.ts";
import type { Settings, SettingsStore } from "./settings.ts";
import { createShortfall } from "./shortfall.ts";
import {
  findWithdrawal,
  insertWithdrawal,
  isSameWithdrawal,
  type Withdrawal,
  withdrawalsUnderWay,
} from "./withdrawals.ts";

/** How long an operator's deposit can be paid, in seconds. */
const DEPOSIT_SECONDS = 3_600;

/** What operators do with the tower's own money. The doors answer for who calls. */
export interface Treasury {
  settings(): Settings;
  /** Keeps new settings; what is not named stays. Answers those in force. */
  change(changes: Partial<Settings>): Promise<Settings>;
  /** Today's figures, as the HUD shows them. */
  figures(): Promise<Figures>;
  /** An invoice that brings sats into the node. */
  deposit(amount: Sats): Promise<NewInvoice>;
  /**
   * Takes sats out, once per `key`: asked again it answers how far it is. Refuses as `withdraw` does, as `payeeInvoice` does, and
   * with `conflict` a key that was used for another amount or payee.
   */
  withdraw(key: string, amount: Sats, payee: Payee): Promise<Withdrawal>;
  /** A withdrawal. Refuses with `not_found`. */
  withdrawal(withdrawalId: string): Promise<Withdrawal>;
  /** What an agent may spend on each day from now on. Refuses with `unknown_agent`. */
  setBudget(agentId: AgentId, dailyBudget: Sats): Promise<void>;
}

/** A treasury over the tower's books and wallet. */
export function createTreasury(
  parts: PayeeParts & {
    readonly database: Database;
    readonly transactor: Transactor;
    readonly wallet: Wallet;
    readonly clock: Clock;
    readonly dayOf: (at: number) => Day;
    readonly settings: SettingsStore;
    /** Told of each invoice once it is recorded: from then on the wallet is asked about it. */
    readonly invoiceMade: () => void;
    /** Told that figures or an agent's budget changed without a fact. */
    readonly changed: (agentId?: AgentId) => void;
  },
): Treasury {
  const { changed, clock, database, dayOf, settings, transactor, wallet } = parts;
  const shortfall = createShortfall(parts);
  const figuresNow = (sql: Sql, now: number): Promise<Figures> => readFigures(sql, dayOf(now));

  async function withdrawal(withdrawalId: string): Promise<Withdrawal> {
    const found = await database.read((sql) => findWithdrawal(sql, withdrawalId));
    return found ?? refuse("not_found", "There is no such withdrawal.");
  }

  /** What a key has begun; refuses with `conflict` when that was something else. */
  const begun = (key: string, amount: Sats, payee: Payee): Promise<Withdrawal | undefined> =>
    database.read(async (sql) => {
      const found = await findWithdrawal(sql, key);
      if (found === undefined || (await isSameWithdrawal(sql, key, amount, payee))) return found;
      return refuse("conflict", "That key was used for another amount or payee: make a new one.");
    });

  return {
    settings: settings.current,
    async change(changes) {
      await database.transaction((sql) => settings.set(sql, changes));
      await settings.refresh();
      changed();
      return settings.current();
    },
    figures: () => database.read((sql) => figuresNow(sql, clock.now())),
    async deposit(amount) {
      const made = await wallet.makeInvoice({
        amount,
        description: "Deposit into the treasury",
        expirySeconds: DEPOSIT_SECONDS,
      });
      const now = clock.now();
      await database.transaction((sql) =>
        insertInvoice(sql, { ...made, subject: { kind: "deposit" }, amountSats: amount }, firstLook(now)),
      );
      parts.invoiceMade();
      return made;
    },
    async withdraw(key, amount, payee) {
      const before = await begun(key, amount, payee);
      if (before !== undefined) return before;
      const invoice = await payeeInvoice(parts, undefined, payee, amount);
      const missingIn = await shortfall.look();
      await transactor.run(async (sql, { now }) => {
        const known = await findWithdrawal(sql, key);
        if (known !== undefined) return { decision: decision({}), result: undefined };
        const figures = await figuresNow(sql, now);
        const missing = await missingIn(sql);
        const standing = {
          // What left the wallet past the books is the tower's loss: what it owes to payers must still be there.
          treasury: msat((await freeFunds(sql)) - missing),
          missing,
          node: figures.balance,
          spentToday: msat(figures.spentToday + toMsat(sats(await withdrawalsUnderWay(sql)))),
          dailyLimit: settings.current().dailyLimitSats,
        };
        const to = {
          invoice: await withOwnership(sql, invoice),
          wallet: withdrawingWallet(parts, amount),
        };
        const decided = withdraw(key, amount, to, standing, now);
        await insertWithdrawal(
          sql,
          key,
          {
            amountSats: amount,
            feeLimitSats: to.wallet.feeLimitSats,
            paymentHash: invoice.paymentHash,
            payee,
          },
          now,
        );
        return { decision: decided, result: undefined };
      });
      return (await begun(key, amount, payee)) ?? withdrawal(key);
    },
    withdrawal,
    async setBudget(agentId, dailyBudget) {
      await database.transaction(async (sql) => {
        const agent = await findAgent(sql, agentId, dayOf(clock.now()).name);
        if (agent === undefined) refuse("unknown_agent", `There is no agent "${agentId}".`);
        await setOwnBudget(sql, agentId, toMsat(dailyBudget));
      });
      changed(agentId);
    },
  };
}

/** A name for a withdrawal that the caller gave none. */
export const newWithdrawalId = (): string => `withdrawal_${randomBytes(8).toString("hex")}`;
