import { expect, test } from "vitest";
import type { JobId } from "../../protocol/ids.ts";
import { requestId } from "../../protocol/ids.ts";
import type { Intent } from "../../protocol/intents.ts";
import type { JobRecord } from "../../protocol/records.ts";
import { msat } from "../../protocol/units.ts";
import { decodeInvoice } from "../lightning/bolt11/decode.ts";
import { readJob } from "../log/read.ts";
import { audit, balances, IN_ORDER } from "./testing/books.ts";
import { createTestBrain, type TestBrain } from "./testing/brain.ts";
import { createTestClock, START, type TestClock } from "./testing/clock.ts";
import { createMortal } from "./testing/crash.ts";
import { fastDirectory } from "./testing/directory.ts";
import { ALPHA, ANNA, openTestEconomy, type TestEconomy, visitor } from "./testing/economy.ts";
import { createOutside, type Outside } from "./testing/outside.ts";

/** The rest of the world: it goes on while a tower is down. */
interface World {
  readonly clock: TestClock;
  readonly outside: Outside;
}
/** A payer, who says the same things under the same request ids until the job is through, however often the tower dies. */
interface Journey {
  readonly name: string;
  readonly behaviour: TestBrain["behaviour"];
  readonly payer: (tower: TestEconomy, world: World) => Promise<JobId>;
  /** How it ends, whenever the tower died; `spent` is what the payer's purse has less. */
  readonly end: Partial<Record<keyof JobRecord, unknown>>;
  readonly spent: number;
  readonly facts: readonly string[];
  /** The calls to the outside that it makes; before and after each of them the tower dies once at least. */
  readonly boundaries: readonly string[];
}

const perform = (tower: TestEconomy, intent: Intent) => tower.economy.perform(visitor(ANNA), intent);
const id = requestId;

async function request(tower: TestEconomy): Promise<JobRecord> {
  const { jobId } = await perform(tower, {
    type: "job_request",
    requestId: id("ask"),
    agentId: ALPHA,
    request: "Summarise this.",
    funding: "invoice",
  });
  if (jobId === undefined) throw new Error("a job request opens a job");
  return tower.until(jobId, (job) => job.evalInvoice !== undefined);
}
async function paysEval(tower: TestEconomy): Promise<JobId> {
  const { jobId } = await request(tower);
  await perform(tower, { type: "pay_invoice", requestId: id("pay-eval"), jobId, invoiceType: "eval" });
  return jobId;
}
async function paysWork(tower: TestEconomy): Promise<JobId> {
  const jobId = await paysEval(tower);
  await tower.until(jobId, (job) => job.workInvoice !== undefined);
  await perform(tower, { type: "pay_invoice", requestId: id("pay-work"), jobId, invoiceType: "work" });
  await tower.until(jobId, (job) => job.phase === "closed");
  return jobId;
}
async function claims(tower: TestEconomy, jobId: JobId): Promise<JobId> {
  await tower.until(jobId, (job) => job.refund !== "none");
  await perform(tower, { type: "refund_claim", requestId: id("claim"), jobId });
  await tower.until(jobId, (job) => job.refund === "paid");
  return jobId;
}

const PAID_WORK = ["job_started", "invoice_request", "invoice_settled", "invoice_request", "invoice_settled"];
const REFUNDED = ["refund_claimed", "refund_settled"];

const PAYING = ["a commit", "making an invoice", "paying", "looking up an invoice"];
const CLAIMING = ["making an invoice of a purse", "a payout"];

const JOURNEYS: readonly Journey[] = [
  {
    name: "a job that is done and refunded",
    behaviour: {},
    payer: async (tower) => claims(tower, await paysWork(tower)),
    end: {
      outcome: "completed",
      result: "Half and whole.",
      actualCostSats: 210,
      paidBackSats: 70,
      owedSats: 0,
    },
    spent: 220,
    facts: [...PAID_WORK, "job_completed", ...REFUNDED],
    boundaries: [...PAYING, "evaluating", "executing", "saying a piece of text", ...CLAIMING],
  },
  {
    name: "a rejection",
    behaviour: { evaluate: "reject" },
    async payer(tower) {
      const jobId = await paysEval(tower);
      await tower.until(jobId, (job) => job.phase === "closed");
      return jobId;
    },
    end: { outcome: "rejected", refund: "none", paidBackSats: 0, owedSats: 0 },
    spent: 10,
    facts: ["job_started", "invoice_request", "invoice_settled", "job_completed"],
    boundaries: [...PAYING, "evaluating"],
  },
  {
    name: "work that fails and is refunded",
    behaviour: { execute: "fail" },
    payer: async (tower) => claims(tower, await paysWork(tower)),
    end: { outcome: "failed", paidBackSats: 280, owedSats: 0 },
    spent: 10,
    facts: [...PAID_WORK, "job_completed", ...REFUNDED],
    boundaries: [...PAYING, "evaluating", "executing", "saying a piece of text", ...CLAIMING],
  },
  {
    name: "an invoice that is paid too late from outside, expires, and is refunded",
    behaviour: {},
    async payer(tower, { clock, outside }) {
      const { jobId, evalInvoice } = await request(tower);
      const { paymentHash } = decodeInvoice(evalInvoice?.paymentRequest ?? "");
      outside.pay(paymentHash, { amount: msat(10_000n), at: START + 600_001 });
      clock.advance(Math.max(0, START + 600_001 - clock.now()));
      await tower.until(jobId, (job) => job.phase === "closed");
      return claims(tower, jobId);
    },
    end: { outcome: "expired", paidBackSats: 10, owedSats: 0 },
    // What came from outside went to the purse.
    spent: -10,
    facts: ["job_started", "invoice_request", "invoice_settled", "job_completed", ...REFUNDED],
    boundaries: ["a commit", "making an invoice", "looking up an invoice", ...CLAIMING],
  },
];

/** Lives through a journey with deaths at these calls, one a start, and reads the end of it. Says where it died. */
async function live(journey: Journey, deaths: readonly (number | string)[]): Promise<readonly string[]> {
  const directory = fastDirectory();
  const world: World = { clock: createTestClock(), outside: createOutside() };
  const brain = createTestBrain();
  brain.behaviour = journey.behaviour;
  const diedAt: string[] = [];
  try {
    for (const death of [...deaths, Number.POSITIVE_INFINITY]) {
      const mortal = createMortal(death, brain);
      let raw: { abandon(): Promise<void> } | undefined;
      const opening = openTestEconomy(directory.path, {
        ...mortal.options,
        ...world,
        opened: (handles) => {
          raw = handles;
        },
      });
      const life = opening.then(async (tower) => ({ tower, jobId: await journey.payer(tower, world) }));
      // What a dead process throws is heard by nobody.
      life.catch(() => undefined);
      const ended = await Promise.race([
        mortal.died.then((where) => ({ where })),
        life.then(({ tower, jobId }) => ({ where: undefined, tower, jobId })),
      ]);
      if (ended.where === undefined) {
        mortal.spare();
        await check(journey, ended.tower, ended.jobId);
        await ended.tower.close();
        return diedAt;
      }
      diedAt.push(ended.where);
      await raw?.abandon();
      world.clock.forgetTimers();
    }
    throw new Error("it never came to its end");
  } finally {
    directory.remove();
  }
}

async function check(journey: Journey, tower: TestEconomy, jobId: JobId): Promise<void> {
  expect(await tower.economy.job(jobId)).toMatchObject(journey.end);
  const entries = await tower.database.read((sql) => readJob(sql, jobId));
  expect(entries.map(({ fact }) => fact.type)).toEqual(journey.facts);
  expect(await audit(tower)).toEqual(IN_ORDER);
  const held = Object.keys(await balances(tower)).filter((account) =>
    /^(escrow|refund|payouts)/.test(account),
  );
  expect(held).toEqual([]);
  expect(await effectsLeft(tower)).toEqual([]);
  expect(tower.wallet.purse(ANNA).balance).toBe(10_000 - journey.spent);
  expect(tower.failures).toEqual([]);
}

/** What is still to be done; nothing once a job is through. */
const effectsLeft = (tower: TestEconomy) =>
  tower.database.read((sql) => sql.all("SELECT key FROM effect WHERE state = 'pending'"));

test.for(JOURNEYS)("$name, whenever the tower dies", { timeout: 60_000 }, async (journey) => {
  const places: string[] = [];
  for (let death = 1; ; death++) {
    const died = await live(journey, [death]);
    if (died.length === 0) break;
    places.push(...died);
    // Once more at another place, which may be in the start after the first.
    await live(journey, [death, 1 + ((death * 13) % 61)]);
  }
  expect(new Set(places)).toEqual(
    new Set(["in a commit", ...journey.boundaries.flatMap((call) => [`before ${call}`, `after ${call}`])]),
  );
});

test("an agent that breaks off three times fails its job, and all its price goes back", async () => {
  const [done] = JOURNEYS as [Journey];
  const broken: Journey = {
    ...done,
    end: {
      outcome: "failed",
      error: expect.stringContaining("broke off 3 times"),
      paidBackSats: 280,
      owedSats: 0,
    },
    spent: 10,
  };
  const deaths = ["before executing", "after executing", "before executing"];
  expect(await live(broken, deaths)).toEqual(deaths);
  expect(await live(done, deaths.slice(1))).toEqual(deaths.slice(1));
});
