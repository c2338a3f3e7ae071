import { setImmediate as turn } from "node:timers/promises";
import { agentId, type JobId, ownerId, requestId } from "../../../protocol/ids.ts";
import type { Intent } from "../../../protocol/intents.ts";
import type { JobRecord } from "../../../protocol/records.ts";
import { RefusalError } from "../../../protocol/refusal.ts";
import { msat, sats } from "../../../protocol/units.ts";
import { decodeInvoice } from "../../lightning/bolt11/decode.ts";
import { outsideInvoice } from "../../lightning/play/test-network.ts";
import type { Caller } from "../economy.ts";
import { findJob } from "../jobs.ts";
import { createTestBrain, type TestBrain } from "./brain.ts";
import { createTestClock } from "./clock.ts";
import { createMortal, type Mortal } from "./crash.ts";
import { fastDirectory } from "./directory.ts";
import { OPERATOR, openTestEconomy, type TestEconomy, visitor } from "./economy.ts";
import { expectAllDone, expectInvariants } from "./invariants.ts";
import { createOutside, type Payouts } from "./outside.ts";
import { createRandom } from "./random.ts";

const OWNERS = ["anna", "bert", "cleo"].map(ownerId);
/** Most ask the first, so that it has a queue. */
const AGENTS = ["alpha", "alpha", "alpha", "beta"].map(agentId);
const MINUTE = 60_000;
/** How many of the newest jobs something happens to: the others are mostly over. */
const NEWEST = 6;

/** How brains behave, in turn: most of them well. */
const BEHAVIOURS: readonly TestBrain["behaviour"][] = [
  {},
  {},
  {},
  { evaluate: "reject" },
  { evaluate: "fail" },
  { evaluate: "hang" },
  { execute: "fail" },
  { execute: "hang" },
  { execute: "hang" },
  { execute: "hang" },
];
const PAYOUTS: readonly Payouts[] = ["paid", "paid", "paid", "answer lost", "never sent", "no route"];

/** One life of a tower, between a start and a crash or a drain. */
interface Life {
  readonly tower: TestEconomy;
  readonly mortal: Mortal;
}

/**
 * Everything that may happen to a tower, in an order that the seed decides, with every invariant looked at after each
 * step; then everything is brought to its end. Throws with the seed, the step and what was wrong.
 */
export async function simulate(seed: number, steps: number): Promise<void> {
  const random = createRandom(seed);
  const directory = fastDirectory();
  const clock = createTestClock();
  const outside = createOutside();
  const brain = createTestBrain();
  brain.behaviour = random.pick(BEHAVIOURS) ?? {};
  const sent: { readonly caller: Caller; readonly intent: Intent }[] = [];
  const jobs: JobId[] = [];
  let step = "opening";
  let requests = 0;
  let life = await open(0);

  /** Starts a tower. It may die on the way `deathIn` calls from there, and is started again. */
  async function open(deathIn: number): Promise<Life> {
    for (const death of [deathIn, 0]) {
      const mortal = createMortal(death > 0 ? death : Number.POSITIVE_INFINITY, brain);
      let abandon = async (): Promise<void> => undefined;
      const opening = openTestEconomy(directory.path, {
        ...mortal.options,
        clock,
        outside,
        // Ten times what a day's jobs use: budgets have tests of their own.
        agentDailyBudget: sats(1_000_000),
        opened: (handles) => {
          abandon = handles.abandon;
        },
      });
      opening.catch(() => undefined);
      await Promise.race([opening, mortal.died]);
      if (!mortal.isDead()) return { tower: await opening, mortal };
      await abandon();
      clock.forgetTimers();
    }
    throw new Error("a tower that nobody kills has died");
  }

  /** Nothing waits for a disk or a network: after a turn of the loop everything that can happen has happened. */
  async function rest(): Promise<void> {
    await turn();
    await turn();
    if (!life.mortal.isDead()) return;
    await life.tower.abandon();
    clock.forgetTimers();
    life = await open(random.next() < 0.2 ? 1 + random.below(12) : 0);
    await rest();
  }

  /** Says something to the tower. Refusals are answers, too; anything else is a fault. */
  function say(caller: Caller, intent: Intent): void {
    sent.push({ caller, intent });
    life.tower.economy.perform(caller, intent).then(
      ({ jobId }) => {
        if (intent.type === "job_request" && jobId !== undefined && !jobs.includes(jobId)) jobs.push(jobId);
      },
      (error: unknown) => {
        if (!(error instanceof RefusalError) && !life.mortal.isDead()) faults.push(error);
      },
    );
  }
  const faults: unknown[] = [];
  const newRequest = () => requestId(`s${++requests}`);
  /** Mostly whose job it is. */
  const speaker = (job: JobRecord): Caller =>
    visitor((random.next() < 0.9 ? job.ownerId : random.pick(OWNERS)) ?? ownerId("anna"));

  /** What may happen to a job. */
  const toJob: readonly ((job: JobRecord) => void)[] = [
    ...Array.from({ length: 8 }, () => pay),
    function payTwice(job) {
      pay(job);
      pay(job);
    },
    function payFromOutside(job) {
      const invoice = (random.next() < 0.5 ? job.workInvoice : undefined) ?? job.evalInvoice;
      if (invoice?.paymentRequest === undefined || invoice.expiresAt === undefined) return;
      // Purses pay what is open; the outside may also come too late, or pay too much.
      if (invoice.state === "settled") return;
      const { paymentHash, amount } = decodeInvoice(invoice.paymentRequest);
      const more = [0n, 0n, 1n, 999n, 12_345n][random.below(5)] ?? 0n;
      outside.pay(paymentHash, { amount: msat((amount ?? 0n) + more), at: clock.now() });
      if (random.next() < 0.7) hint(paymentHash);
    },
    (job) => say(speaker(job), { type: "job_cancel", requestId: newRequest(), jobId: job.jobId }),
    (job) =>
      say(OPERATOR, {
        type: "agent_control",
        requestId: newRequest(),
        agentId: job.agentId,
        action: "abort",
        jobId: job.jobId,
      }),
    (job) => claim(job),
    function claimTwice(job) {
      claim(job);
      claim(job);
    },
    function claimToOutside(job) {
      const amount = sats(Math.max(1, job.owedSats + (random.next() < 0.8 ? 0 : 1)));
      claim(job, outsideInvoice(amount, clock.now()));
    },
  ];
  function pay(job: JobRecord): void {
    const invoiceType = job.phase === "awaiting_eval_payment" || random.next() < 0.1 ? "eval" : "work";
    say(speaker(job), { type: "pay_invoice", requestId: newRequest(), jobId: job.jobId, invoiceType });
  }
  function claim(job: JobRecord, paymentRequest?: string): void {
    const to = paymentRequest === undefined ? {} : { paymentRequest };
    say(speaker(job), { type: "refund_claim", requestId: newRequest(), jobId: job.jobId, ...to });
  }
  function hint(paymentHash: string): void {
    life.tower.economy.reconcile(paymentHash).catch((error: unknown) => {
      if (!life.mortal.isDead()) faults.push(error);
    });
  }

  /** What may happen otherwise. */
  const otherwise: readonly (() => void | Promise<void>)[] = [
    ...Array.from({ length: 8 }, () => ask),
    function sayAgain() {
      const again = random.pick(sent);
      if (again !== undefined) say(again.caller, again.intent);
    },
    function changeItsMind() {
      brain.behaviour = random.pick(BEHAVIOURS) ?? {};
    },
    function changePayouts() {
      outside.payouts = random.pick(PAYOUTS) ?? "paid";
    },
    function fillPurse() {
      const owner = random.pick(OWNERS);
      if (owner !== undefined) say(visitor(owner), { type: "purse_topup", requestId: newRequest() });
    },
    () => clock.advance(1_000 * random.below(60)),
    () => clock.advance(MINUTE * random.below(7)),
    () => clock.advance(60 * MINUTE * (random.next() < 0.3 ? random.below(14) : 0)),
    () => life.mortal.kill(),
    () => life.mortal.dieIn(1 + random.below(30)),
    () => life.mortal.dieIn(1 + random.below(30)),
    async function restart() {
      await life.tower.close();
      clock.forgetTimers();
      life = await open(0);
    },
  ];
  function ask(): void {
    const [owner, agent] = [random.pick(OWNERS), random.pick(AGENTS)];
    if (owner === undefined || agent === undefined) return;
    say(visitor(owner), {
      type: "job_request",
      requestId: newRequest(),
      agentId: agent,
      request: "Summarise this.",
      funding: "invoice",
    });
  }

  async function happens(): Promise<void> {
    const id = random.next() < 0.75 ? random.pick(jobs.slice(-NEWEST)) : undefined;
    const job = id === undefined ? undefined : await life.tower.database.read((sql) => findJob(sql, id));
    if (job === undefined) {
      const other = random.pick(otherwise);
      step = other?.name ?? "";
      // A drain waits for transactions, which a process that is about to die would not end.
      if (step === "restart") life.mortal.spare();
      await other?.();
    } else {
      const event = random.pick(toJob);
      step = `${event?.name} ${job.phase} ${job.refund}`;
      event?.(job);
    }
    await rest();
  }

  async function look(): Promise<void> {
    if (faults.length > 0) throw faults[0];
    if (life.tower.failures.length > 0) throw new Error(String(life.tower.failures[0]));
    await expectInvariants(life.tower);
  }

  /** Brings everything to its end: brains answer, invoices expire, everybody claims what is owed. */
  async function finish(): Promise<void> {
    life.mortal.spare();
    brain.behaviour = {};
    outside.payouts = "paid";
    await life.tower.close();
    clock.forgetTimers();
    life = await open(0);
    for (let hour = 0; hour < 3; hour++) {
      clock.advance(60 * MINUTE);
      await rest();
    }
    for (const id of jobs) {
      const job = await life.tower.economy.job(id);
      if (job?.refund === "owed" && job.ownerId !== undefined) {
        say(visitor(job.ownerId), { type: "refund_claim", requestId: newRequest(), jobId: id });
      }
      await rest();
    }
    await expectAllDone(life.tower);
  }

  try {
    for (let number = 1; number <= steps; number++) {
      await happens();
      await look();
    }
    step = "finishing";
    await finish();
  } catch (error) {
    throw new Error(`seed ${seed}, ${step}`, { cause: error });
  } finally {
    life.mortal.spare();
    await life.tower.close();
    directory.remove();
  }
}
