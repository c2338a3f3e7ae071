import { expect, test } from "vitest";
import { requestId, type SessionId } from "../../protocol/ids.ts";
import type { SessionRecord } from "../../protocol/records.ts";
import { audit, balances, IN_ORDER } from "./testing/books.ts";
import { createTestBrain, type TestBrain } from "./testing/brain.ts";
import { createTestClock } from "./testing/clock.ts";
import { createMortal } from "./testing/crash.ts";
import { fastDirectory } from "./testing/directory.ts";
import { ANNA, openTestEconomy, type TestEconomy } from "./testing/economy.ts";
import { sessionsOf } from "./testing/sessions.ts";

/** An owner, who says the same things under the same request ids until its session is through, however often the tower dies. */
interface Life {
  readonly name: string;
  readonly behaviour: TestBrain["behaviour"];
  readonly live: (tower: TestEconomy) => Promise<SessionId>;
  readonly end: Partial<Record<keyof SessionRecord, unknown>>;
  /** What the purse has less in the end. */
  readonly spent: number;
  readonly jobs: number;
  /** The calls to the outside that it makes; before and after each of them the tower dies once at least. */
  readonly boundaries: readonly string[];
}
const id = requestId;
const PAYING = ["a commit", "making an invoice", "paying", "looking up an invoice"];
const WORKING = ["evaluating", "executing", "saying a piece of text"];
const CLOSING = ["making an invoice of a purse", "a payout"];

async function paid(tower: TestEconomy): Promise<SessionId> {
  const anna = sessionsOf(tower, ANNA);
  const opened = await anna.open(1000, id("open"));
  await anna.pay(opened.id, id("pay"));
  await anna.until(opened.id, ({ state }) => state !== "awaiting_payment");
  return opened.id;
}
async function asks(tower: TestEconomy, session: SessionId, request: string): Promise<void> {
  const jobId = await sessionsOf(tower, ANNA).ask(session, id(request));
  await tower.until(jobId, ({ phase }) => phase === "closed");
}
async function closes(tower: TestEconomy, session: SessionId): Promise<SessionId> {
  const anna = sessionsOf(tower, ANNA);
  await anna.close(session, {}, id("close"));
  await anna.until(session, ({ refund }) => refund === "paid");
  return session;
}

const LIVES: readonly Life[] = [
  {
    name: "a session with two requests, a top-up between them, and its end",
    behaviour: {},
    async live(tower) {
      const anna = sessionsOf(tower, ANNA);
      const session = await paid(tower);
      await asks(tower, session, "ask-1");
      await anna.topUp(session, 200, id("more"));
      await anna.pay(session, id("pay-more"));
      await asks(tower, session, "ask-2");
      return closes(tower, session);
    },
    end: { state: "closed", balanceSats: 0, reservedSats: 0, owedSats: 0, refund: "paid" },
    spent: 440,
    jobs: 2,
    boundaries: [...PAYING, ...WORKING, ...CLOSING],
  },
  {
    name: "a request that fails, and the end of its session",
    behaviour: { execute: "fail" },
    async live(tower) {
      const session = await paid(tower);
      await asks(tower, session, "ask");
      return closes(tower, session);
    },
    end: { state: "closed", balanceSats: 0, reservedSats: 0, owedSats: 0, refund: "paid" },
    spent: 10,
    jobs: 1,
    boundaries: [...PAYING, ...WORKING, ...CLOSING],
  },
  {
    name: "a session whose day is over, and the claim of what was left",
    behaviour: { evaluate: "reject" },
    async live(tower) {
      const anna = sessionsOf(tower, ANNA);
      const session = await paid(tower);
      await asks(tower, session, "ask");
      if ((await anna.now(session)).state === "active") tower.clock.advance(86_400_000);
      await anna.until(session, ({ state }) => state === "expired");
      return closes(tower, session);
    },
    end: { state: "expired", balanceSats: 0, reservedSats: 0, owedSats: 0, refund: "paid" },
    spent: 10,
    jobs: 1,
    boundaries: [...PAYING, "evaluating", ...CLOSING],
  },
];

/** Lives through a session with deaths at these calls, one a start, and reads the end of it. Says where it died. */
async function live(life: Life, deaths: readonly (number | string)[]): Promise<readonly string[]> {
  const directory = fastDirectory();
  const clock = createTestClock();
  const brain = createTestBrain();
  brain.behaviour = life.behaviour;
  const diedAt: string[] = [];
  try {
    for (const death of [...deaths, Number.POSITIVE_INFINITY]) {
      const mortal = createMortal(death, brain);
      let raw: { abandon(): Promise<void> } | undefined;
      const opening = openTestEconomy(directory.path, {
        ...mortal.options,
        clock,
        opened: (handles) => {
          raw = handles;
        },
      });
      const living = opening.then(async (tower) => ({ tower, session: await life.live(tower) }));
      // What a dead process throws is heard by nobody.
      living.catch(() => undefined);
      const ended = await Promise.race([
        mortal.died.then((where) => ({ where })),
        living.then(({ tower, session }) => ({ where: undefined, tower, session })),
      ]);
      if (ended.where === undefined) {
        mortal.spare();
        await check(life, ended.tower, ended.session);
        await ended.tower.close();
        return diedAt;
      }
      diedAt.push(ended.where);
      await raw?.abandon();
      clock.forgetTimers();
    }
    throw new Error("it never came to its end");
  } finally {
    directory.remove();
  }
}

async function check(life: Life, tower: TestEconomy, session: SessionId): Promise<void> {
  expect(await tower.economy.session(session)).toMatchObject(life.end);
  expect(await audit(tower)).toEqual(IN_ORDER);
  const held = Object.keys(await balances(tower)).filter((account) =>
    /^(escrow|reserved|session|refund|payouts)/.test(account),
  );
  expect(held).toEqual([]);
  const [left, sessions, jobs] = await tower.database.read(async (sql) => [
    await sql.all("SELECT key FROM effect WHERE state = 'pending'"),
    await sql.all("SELECT session_id FROM session"),
    await sql.all("SELECT job_id FROM job"),
  ]);
  expect([left.length, sessions.length, jobs.length]).toEqual([0, 1, life.jobs]);
  expect(tower.wallet.purse(ANNA).balance).toBe(10_000 - life.spent);
  expect(tower.failures).toEqual([]);
}

test.for(LIVES)("$name, whenever the tower dies", { timeout: 120_000 }, async (life) => {
  const places: string[] = [];
  for (let death = 1; ; death++) {
    const died = await live(life, [death]);
    if (died.length === 0) break;
    places.push(...died);
    // Once more at another place, which may be in the start after the first.
    await live(life, [death, 1 + ((death * 13) % 61)]);
  }
  expect(new Set(places)).toEqual(
    new Set(["in a commit", ...life.boundaries.flatMap((call) => [`before ${call}`, `after ${call}`])]),
  );
});
