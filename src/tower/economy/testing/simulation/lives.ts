import { setImmediate as turn } from "node:timers/promises";
import { sats } from "../../../../protocol/units.ts";
import type { PlayWallet } from "../../../lightning/play/play-wallet.ts";
import type { Database } from "../../../storage/port.ts";
import { openSqlite } from "../../../storage/sqlite.ts";
import type { TestBrain } from "../brain.ts";
import type { TestClock } from "../clock.ts";
import { createMortal, type Mortal } from "../crash.ts";
import { openTestEconomy, type TestEconomy } from "../economy.ts";
import type { Outside } from "../outside.ts";
import type { Random } from "./random.ts";
import { DAILY_LIMIT } from "./world.ts";

/** A tower that dies and is started again, as often as it takes. */
export interface Lives {
  /** The one that lives now. */
  readonly tower: TestEconomy;
  readonly mortal: Mortal;
  /** When the present one was started, in milliseconds since 1970. */
  readonly since: number;
  /** Starts the first. */
  begin(): Promise<void>;
  /**
   * Waits for everything that can happen by itself. Nothing waits for a disk or a network: a turn of the loop is enough.
   * A tower that died on the way is started again.
   */
  rest(): Promise<void>;
  /** Drains it and starts it again. */
  restart(): Promise<void>;
  /** Kills it, lets the world go on without it, and starts it again. */
  whileDown(world: () => void): Promise<void>;
  /** Kills the last, starts none, and closes the database's files. */
  end(): Promise<void>;
}

/**
 * Lives on what is kept: one wallet, and one database, whose files are opened anew where a tower is drained or is down for
 * a while; otherwise the next process goes on with the handles of the one that died, which has left what it committed.
 * That the wallet's file survives is the matter of `crash.test.ts` and `restart.test.ts`.
 */
export function createLives(parts: {
  readonly directory: string;
  readonly wallet: PlayWallet;
  readonly random: Random;
  readonly clock: TestClock;
  readonly outside: Outside;
  readonly brain: TestBrain;
}): Lives {
  const { directory, wallet, random, clock, outside, brain } = parts;
  let database: Database | undefined;
  let life: { readonly tower: TestEconomy; readonly mortal: Mortal; readonly since: number } | undefined;
  const living = () => {
    if (life === undefined) throw new Error("no tower was started yet");
    return life;
  };

  /** Starts a tower. It may die on the way `deathIn` calls from there, and is started again. */
  async function open(deathIn: number): Promise<void> {
    for (const death of [deathIn, 0]) {
      const mortal = createMortal(death > 0 ? death : Number.POSITIVE_INFINITY, brain);
      let abandon = async (): Promise<void> => undefined;
      database ??= await openSqlite(directory);
      const opening = openTestEconomy(directory, {
        ...mortal.options,
        kept: { database, wallet },
        clock,
        outside,
        // Ten times what a day's jobs use: budgets have tests of their own.
        agentDailyBudget: sats(1_000_000),
        dailyLimit: sats(DAILY_LIMIT),
        opened: (handles) => {
          abandon = handles.abandon;
        },
      });
      opening.catch(() => undefined);
      await Promise.race([opening, mortal.died]);
      if (!mortal.isDead()) {
        life = { tower: await opening, mortal, since: clock.now() };
        return;
      }
      await abandon();
      clock.forgetTimers();
    }
    throw new Error("a tower that nobody kills has died");
  }

  async function closeFiles(): Promise<void> {
    await database?.close();
    database = undefined;
  }

  async function bury(): Promise<void> {
    await living().tower.abandon();
    clock.forgetTimers();
  }

  async function rest(): Promise<void> {
    await turn();
    await turn();
    if (!living().mortal.isDead()) return;
    await bury();
    await open(random.next() < 0.2 ? 1 + random.below(12) : 0);
    await rest();
  }

  return {
    get tower() {
      return living().tower;
    },
    get mortal() {
      return living().mortal;
    },
    get since() {
      return living().since;
    },
    begin: () => open(0),
    rest,
    async restart() {
      // A drain waits for transactions, which a process that is about to die would not end.
      living().mortal.spare();
      await living().tower.close();
      clock.forgetTimers();
      await closeFiles();
      await open(0);
    },
    async whileDown(world) {
      living().mortal.kill();
      await bury();
      await closeFiles();
      world();
      await open(0);
    },
    async end() {
      life?.mortal.kill();
      if (life !== undefined) await bury();
      await closeFiles();
    },
  };
}
