import { join } from "node:path";
import {
  type AgentId,
  agentId,
  type JobId,
  type OwnerId,
  ownerId,
  requestId,
} from "../../../protocol/ids.ts";
import type { InvoiceType, JobRecord } from "../../../protocol/records.ts";
import { sats } from "../../../protocol/units.ts";
import { createCalendar } from "../../ledger/day.ts";
import { openPlayWallet, type PlayWallet } from "../../lightning/play/play-wallet.ts";
import { createLogFollower, type LogFollower } from "../../log/follow.ts";
import type { Database } from "../../storage/port.ts";
import { openSqlite } from "../../storage/sqlite.ts";
import { createValueBoard, type ValueBoard } from "../../values/board.ts";
import { type EconomyParts, openEconomy } from "../create-economy.ts";
import type { Caller, Economy, Performed } from "../economy.ts";
import { createTestBrain, type TestBrain } from "./brain.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import type { Outside } from "./outside.ts";

/** An economy on a directory, with everything a test wants to look at. */
export interface TestEconomy {
  readonly economy: Economy;
  readonly database: Database;
  readonly wallet: PlayWallet;
  readonly board: ValueBoard;
  readonly clock: TestClock;
  readonly brain: TestBrain;
  readonly follower: LogFollower;
  /** What went wrong and was left for another try. */
  readonly failures: unknown[];
  /** Asks an agent for something; resolves once the eval invoice is there. */
  request(owner: OwnerId, agent?: AgentId): Promise<JobId>;
  pay(owner: OwnerId, jobId: JobId, invoiceType: InvoiceType): Promise<Performed>;
  claim(owner: OwnerId, jobId: JobId, paymentRequest?: string): Promise<Performed>;
  /** Asks for a job and pays its evaluation; resolves with the offer. */
  offered(owner: OwnerId, agent?: AgentId): Promise<JobRecord>;
  until(jobId: JobId, as: (job: JobRecord) => boolean): Promise<JobRecord>;
  /** Drains it and frees everything; again does nothing. */
  close(): Promise<void>;
  /** Frees the files alone, as the system does when a process ends. */
  abandon(): Promise<void>;
}

/** What a test may set; the rest is as most tests want it. `wrap` stands between the economy and what the test sees. */
export interface TestOptions extends Partial<Omit<EconomyParts, "clock" | "database" | "wallet" | "purses">> {
  readonly clock?: TestClock;
  readonly brain?: TestBrain;
  /** A wallet as any but the play network's: without purses, with routes that cost, and a least that they carry. */
  readonly isReal?: boolean;
  /** Payers beyond the play network. */
  readonly outside?: Outside;
  /** What outlives this run, instead of the files of the directory: closing the economy leaves it open. */
  readonly kept?: { readonly database: Database; readonly wallet: PlayWallet };
  /** Told of the files as soon as they are open, before the economy is. */
  readonly opened?: (handles: Pick<TestEconomy, "abandon">) => void;
  readonly wrap?: {
    readonly database?: (database: Database) => Database;
    readonly wallet?: (wallet: PlayWallet) => PlayWallet;
    readonly clock?: (clock: TestClock) => EconomyParts["clock"];
  };
}

export const ANNA = ownerId("anna");
export const BERT = ownerId("bert");
export const ALPHA = agentId("alpha");
export const visitor = (owner: OwnerId): Caller => ({ ownerId: owner, role: "visitor" });
export const OPERATOR: Caller = { ownerId: ownerId("operator"), role: "operator" };

let requests = 0;
/** A request id that no other test of this file used. */
export const newRequestId = () => requestId(`r${++requests}`);

const PATIENCE = 5_000;

export const utc = createCalendar("UTC");

/** The play wallet in a file, on a test's clock. */
export const openTestWallet = (file: string, clock: TestClock): PlayWallet =>
  openPlayWallet({
    file,
    now: clock.now,
    dayOf: (at) => ({ start: utc(at).startMs, end: utc(at).nextMs }),
  });

/** Opens an economy on `directory`: again on the same one is a restart. */
export async function openTestEconomy(directory: string, options: TestOptions = {}): Promise<TestEconomy> {
  const {
    clock = createTestClock(),
    brain = createTestBrain(),
    wrap = {},
    opened,
    outside,
    kept,
    isReal = false,
    ...overrides
  } = options;
  const same = <Value>(value: Value): Value => value;
  const rawDatabase = kept?.database ?? (await openSqlite(directory));
  const rawWallet = kept?.wallet ?? openTestWallet(join(directory, "play-wallet.db"), clock);
  const database = (wrap.database ?? same)(rawDatabase);
  const wallet = outside?.around(rawWallet) ?? rawWallet;
  const economysWallet = (wrap.wallet ?? same)(wallet);
  const board = createValueBoard();
  const follower = createLogFollower(rawDatabase);
  const failures: unknown[] = [];
  async function release(): Promise<void> {
    follower.close();
    if (kept !== undefined) {
      // What was in the middle of a transaction ends it, as closing waits for it.
      await rawDatabase.transaction(async () => undefined);
      return;
    }
    await rawWallet.close();
    await rawDatabase.close();
  }
  opened?.({ abandon: release });
  const economy = await openEconomy({
    database,
    follower,
    wallet: isReal ? { ...economysWallet, kind: "lnd" } : economysWallet,
    purses: isReal ? undefined : economysWallet,
    brainOf: () => brain,
    board,
    dayOf: utc,
    timeZone: "UTC",
    limits: { evaluating: 60_000, executing: 600_000 },
    expirySeconds: { eval: 600, work: 900 },
    btcPrice: () => ({ usd: 100_000, source: "operator" }),
    addressPayer: { invoiceFor: () => Promise.reject(new Error("no test asks a stranger's server")) },
    sessionIdle: 86_400_000,
    dailyLimit: sats(50_000),
    agentDailyBudget: sats(10_000),
    failed: (what, error) => failures.push(`${what}: ${error}`),
    ...overrides,
    clock: wrap.clock?.(clock) ?? clock,
  }).catch(async (error: unknown) => {
    await release();
    throw error;
  });

  let closing: Promise<void> | undefined;
  async function request(owner: OwnerId, agent: AgentId = ALPHA): Promise<JobId> {
    const { jobId } = await economy.perform(visitor(owner), {
      type: "job_request",
      requestId: newRequestId(),
      agentId: agent,
      request: "Summarise this.",
      funding: "invoice",
    });
    if (jobId === undefined) throw new Error("a job request opens a job");
    await until(jobId, (job) => job.evalInvoice !== undefined);
    return jobId;
  }
  const pay = (owner: OwnerId, jobId: JobId, invoiceType: InvoiceType): Promise<Performed> =>
    economy.perform(visitor(owner), { type: "pay_invoice", requestId: newRequestId(), jobId, invoiceType });
  const until = (jobId: JobId, as: (job: JobRecord) => boolean): Promise<JobRecord> =>
    economy.waitForJob(jobId, as, AbortSignal.timeout(PATIENCE));

  return {
    economy,
    database: rawDatabase,
    wallet,
    board,
    clock,
    brain,
    follower,
    failures,
    request,
    pay,
    until,
    claim: (owner, jobId, paymentRequest) =>
      economy.perform(visitor(owner), {
        type: "refund_claim",
        requestId: newRequestId(),
        jobId,
        ...(paymentRequest !== undefined && { paymentRequest }),
      }),
    async offered(owner, agent) {
      const jobId = await request(owner, agent);
      await pay(owner, jobId, "eval");
      return until(jobId, (job) => job.workInvoice !== undefined);
    },
    abandon: release,
    close() {
      closing ??= economy.drain().then(release);
      return closing;
    },
  };
}
