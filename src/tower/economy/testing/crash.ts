import type { Brain } from "../../agents/brain.ts";
import type { PlayWallet } from "../../lightning/play/play-wallet.ts";
import type { Database } from "../../storage/port.ts";
import type { TestBrain } from "./brain.ts";
import type { TestOptions } from "./economy.ts";

/** Thrown where a call cannot just stay unanswered. Nobody may make anything of it: the process it is in is gone. */
export class Crash extends Error {}

/**
 * A process that dies at its n-th call to the world outside: from then on none of its calls reaches the world, and none
 * is answered. Every call counts twice, before it is made and after it was; a commit counts a third time in between, when
 * it has written everything and keeps nothing.
 */
export interface Mortal {
  /** What to open the economy with, so that it dies with this process. */
  readonly options: Pick<Required<TestOptions>, "wrap" | "brain">;
  /** Resolves when it dies, with the name of the call. */
  readonly died: Promise<string>;
  /** Dies now, between two calls. */
  kill(): void;
  /** Dies at the call that comes so many calls from now, 1 being the next. */
  dieIn(calls: number): void;
  /** Lives on to a natural end. */
  spare(): void;
  isDead(): boolean;
}

/** What a dead process answers. */
const never = <Answer>(): Promise<Answer> => new Promise(() => undefined);

/**
 * A process around these parts that dies at call `death`: its number, from 1, or its name, such as "before executing";
 * `Infinity` for never.
 */
export function createMortal(death: number | string, brain: TestBrain): Mortal {
  const { promise: died, resolve } = Promise.withResolvers<string>();
  let calls = 0;
  let dead = false;
  let last = death;

  function die(where: string): void {
    dead = true;
    resolve(where);
  }
  /** One boundary; true while the process lives. */
  function passes(where: string): boolean {
    if (dead) return false;
    calls += 1;
    if (calls === last || where === last) die(where);
    return !dead;
  }
  async function call<Answer>(name: string, work: () => Promise<Answer>): Promise<Answer> {
    if (!passes(`before ${name}`)) return never();
    const settled = await work().then(
      (answer) => () => answer,
      (error: unknown) => () => {
        throw error;
      },
    );
    return passes(`after ${name}`) ? settled() : never();
  }
  function callNow<Answer>(name: string, work: () => Answer): Answer {
    if (!passes(`before ${name}`)) throw new Crash();
    const answer = work();
    if (!passes(`after ${name}`)) throw new Crash();
    return answer;
  }

  const wrapDatabase = (database: Database): Database => ({
    ...database,
    // A read changes nothing: only whether there is still anybody to be answered matters.
    read: async (work) => (dead ? never() : database.read(work).then((answer) => (dead ? never() : answer))),
    transaction: (work) =>
      call("a commit", () =>
        database.transaction(async (sql) => {
          // It waited for its turn while the process died.
          if (dead) throw new Crash();
          const result = await work(sql);
          // All was written and none of it is kept.
          if (!passes("in a commit")) throw new Crash();
          return result;
        }),
      ),
  });
  const wrapWallet = (wallet: PlayWallet): PlayWallet => ({
    ...wallet,
    makeInvoice: (wanted) => call("making an invoice", () => wallet.makeInvoice(wanted)),
    lookupInvoice: (hash) => call("looking up an invoice", () => wallet.lookupInvoice(hash)),
    pay: (payment) => call("a payout", () => wallet.pay(payment)),
    lookupPayment: (hash) => call("looking up a payout", () => wallet.lookupPayment(hash)),
    payFromPurse: (owner, request) => callNow("paying", () => wallet.payFromPurse(owner, request)),
    makePurseInvoice: (owner, amount) =>
      callNow("making an invoice of a purse", () => wallet.makePurseInvoice(owner, amount)),
    followSettlements: (listener, after) => wallet.followSettlements((hint) => dead || listener(hint), after),
  });
  const mortalBrain: Brain = {
    ...brain,
    evaluate: (request, options) => call("evaluating", () => brain.evaluate(request, options)),
    execute: (request, options) =>
      call("executing", () =>
        brain.execute(request, {
          ...options,
          onText(text) {
            callNow("saying a piece of text", () => options.onText(text));
          },
        }),
      ),
  };
  return {
    options: {
      wrap: {
        database: wrapDatabase,
        wallet: wrapWallet,
        clock: (clock) => ({
          now: clock.now,
          after: (milliseconds, listener) => clock.after(milliseconds, () => dead || listener()),
        }),
      },
      brain: Object.assign(mortalBrain, { behaviour: brain.behaviour, release: brain.release }),
    },
    died,
    kill: () => die("between two calls"),
    spare() {
      last = Number.POSITIVE_INFINITY;
    },
    dieIn(more) {
      last = calls + more;
    },
    isDead: () => dead,
  };
}
