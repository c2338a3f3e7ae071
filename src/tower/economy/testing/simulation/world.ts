import {
  agentId,
  type JobId,
  ownerId,
  type RequestId,
  requestId,
  type SessionId,
  type TokenId,
} from "../../../../protocol/ids.ts";
import type { Intent } from "../../../../protocol/intents.ts";
import type { JobRecord } from "../../../../protocol/records.ts";
import { RefusalError } from "../../../../protocol/refusal.ts";
import type { Sql } from "../../../storage/port.ts";
import type { Caller } from "../../economy.ts";
import { MARGIN_PERCENT } from "../../pricing.ts";
import type { TestBrain } from "../brain.ts";
import type { TestClock } from "../clock.ts";
import { utc, visitor } from "../economy.ts";
import type { Outside } from "../outside.ts";
import type { Lives } from "./lives.ts";
import type { Random } from "./random.ts";

/** Those who have jobs done. */
export const OWNERS = ["anna", "bert", "cleo"].map(ownerId);
/** Most ask the first, so that it has a queue. */
export const AGENTS = ["alpha", "alpha", "alpha", "alpha", "beta"].map(agentId);

/** An invoice of the tower's that somebody outside may pay. Times are milliseconds since 1970. */
export interface OpenInvoice {
  readonly paymentHash: string;
  readonly sats: number;
  readonly expiresAt: number;
}

/** An L402 token as whoever bought it knows it. */
export interface BoughtToken extends OpenInvoice {
  readonly tokenId: TokenId;
}

/** What operators have allowed and asked for, as they know it themselves. */
export interface Allowed {
  /** Every margin that was ever in force, in percent. */
  readonly margins: ReadonlySet<number>;
  /** The most that was allowed to leave on each day, by its name, in sats. */
  limitOf(day: string): number;
  /** The payment hashes of the invoices that each withdrawal was asked with. */
  readonly withdrawn: ReadonlyMap<string, readonly string[]>;
}

/** What the daily limit is at first, in sats: low, so that it is met. */
export const DAILY_LIMIT = 3_000;

/** What kinds of happenings have at hand. */
export interface World {
  readonly random: Random;
  readonly clock: TestClock;
  readonly outside: Outside;
  readonly brain: TestBrain;
  readonly lives: Lives;
  /** The jobs opened so far, oldest first. */
  readonly jobs: readonly JobId[];
  /** The sessions and tokens so far, oldest first. */
  readonly sessions: readonly SessionId[];
  readonly tokens: readonly BoughtToken[];
  /** The recovery codes that were given out, newest last; most are worthless by now. */
  readonly recoveryCodes: readonly string[];
  readonly deposits: readonly OpenInvoice[];
  readonly allowed: Allowed;
  /** Says something to the tower. Refusals are answers, too; anything else is a fault. */
  say(caller: Caller, intent: Intent): void;
  /** Looks into the database past the tower: one that has died on the way would never answer. */
  read<Answer>(work: (sql: Sql) => Promise<Answer>): Promise<Answer>;
  /** Has anything else done by the tower, and notes what came of it, unless the tower died first. */
  ask<Answer>(work: () => Promise<Answer>, note?: (answer: Answer) => void): void;
  bought(token: BoughtToken): void;
  deposit(invoice: OpenInvoice): void;
  /** Operators are about to allow something else. What is given back is to be called once it is in force for certain. */
  allow(changes: { readonly dailyLimit?: number; readonly margin?: number }): () => void;
  /** A withdrawal is asked for, with an invoice. */
  withdraw(key: string, paymentHash: string): void;
  /** Says something again that was said before. */
  sayAgain(): void;
  /** Tells the tower that an invoice may have been paid. */
  hint(paymentHash: string): void;
  newRequest(): RequestId;
  /** Mostly whose job it is. */
  speaker(job: Pick<JobRecord, "ownerId">): Caller;
  /** How often the tower refused something, by the code of its refusal. */
  readonly refused: ReadonlyMap<string, number>;
  /** What nobody may ever see thrown. */
  readonly faults: readonly unknown[];
}

/** A world around a tower. */
export function createWorld(parts: Pick<World, "random" | "clock" | "outside" | "brain" | "lives">): World {
  const { random, lives, clock } = parts;
  const sent: { readonly caller: Caller; readonly intent: Intent }[] = [];
  const jobs: JobId[] = [];
  const sessions: SessionId[] = [];
  const tokens: BoughtToken[] = [];
  const deposits: OpenInvoice[] = [];
  const recoveryCodes: string[] = [];
  const refused = new Map<string, number>();
  const allowed = createAllowed(clock);
  const faults: unknown[] = [];
  let requests = 0;

  /** Notes a fault, unless it is one of a tower that has died meanwhile: nobody hears that. */
  function noteFault(): (error: unknown) => void {
    const { mortal } = lives;
    return (error) => {
      if (error instanceof RefusalError) refused.set(error.code, (refused.get(error.code) ?? 0) + 1);
      else if (!mortal.isDead()) faults.push(error);
    };
  }

  function say(caller: Caller, intent: Intent): void {
    sent.push({ caller, intent });
    lives.tower.economy.perform(caller, intent).then(({ jobId, sessionId, secret }) => {
      if (isRequest(intent) && jobId !== undefined && !jobs.includes(jobId)) jobs.push(jobId);
      const isNew = sessionId !== undefined && !sessions.includes(sessionId);
      if (intent.type === "session_open" && isNew) sessions.push(sessionId);
      if (secret !== undefined) recoveryCodes.push(secret.recoveryCode);
    }, noteFault());
  }

  return {
    ...parts,
    jobs,
    sessions,
    tokens,
    deposits,
    recoveryCodes,
    refused,
    ...allowed,
    faults,
    say,
    read: (work) => lives.tower.database.read(work),
    ask: (work, note = () => undefined) => void work().then(note, noteFault()),
    bought: (token) => void tokens.push(token),
    deposit: (invoice) => void deposits.push(invoice),
    sayAgain() {
      const again = random.pick(sent);
      if (again !== undefined) say(again.caller, again.intent);
    },
    hint: (paymentHash) => void lives.tower.economy.reconcile(paymentHash).catch(noteFault()),
    newRequest: () => requestId(`s${++requests}`),
    speaker: ({ ownerId: owner }) =>
      visitor((random.next() < 0.9 ? owner : random.pick(OWNERS)) ?? ownerId("anna")),
  };
}

const isRequest = ({ type }: Intent): boolean => type === "job_request" || type === "chat_message";

/** Keeps what was allowed: a limit that was raised and lowered on one day counts as raised on it. */
function createAllowed({ now }: TestClock): Pick<World, "allowed" | "allow" | "withdraw"> {
  const margins = new Set<number>([MARGIN_PERCENT]);
  const withdrawn = new Map<string, string[]>();
  /** Each limit with the instant that it was set at; of one that is not certain, what was before it may still be in force. */
  const limits = [{ at: 0, limit: DAILY_LIMIT, isCertain: true }];
  return {
    allowed: {
      margins,
      withdrawn,
      limitOf(day) {
        const until = limits.filter(({ at }) => utc(at).name <= day);
        const begins = until.findLastIndex(({ at, isCertain }) => isCertain && utc(at).name < day);
        return Math.max(...until.slice(Math.max(0, begins)).map(({ limit }) => limit));
      },
    },
    allow({ dailyLimit, margin }) {
      if (margin !== undefined) margins.add(margin);
      if (dailyLimit === undefined) return () => undefined;
      const set = { at: now(), limit: dailyLimit, isCertain: false };
      limits.push(set);
      return () => {
        set.isCertain = true;
      };
    },
    withdraw(key, paymentHash) {
      withdrawn.set(key, [...(withdrawn.get(key) ?? []), paymentHash]);
    },
  };
}
