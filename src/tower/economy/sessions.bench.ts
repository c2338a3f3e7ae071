import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, test } from "vitest";
import { AGENT_DEFS } from "../../protocol/agent-defs.ts";
import { type OwnerId, ownerId, type SessionId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import { systemClock } from "../clock.ts";
import { ALPHA, newRequestId, openTestEconomy, type TestEconomy, visitor } from "./testing/economy.ts";

/** Sessions that are used side by side. */
const SESSIONS = 100;

const directory = mkdtempSync(join(tmpdir(), "sessions-bench-"));
const tower = await openTestEconomy(directory, {
  agentDailyBudget: sats(1_000_000_000),
  clock: { ...systemClock, advance: () => undefined, forgetTimers: () => undefined },
});
afterAll(async () => {
  await tower.close();
  rmSync(directory, { recursive: true });
});

/** A session of somebody's, with as much on it as a session takes at a time. */
async function newSession(of: TestEconomy, name: string) {
  const owner = ownerId(name);
  const caller = visitor(owner);
  const { sessionId } = await of.economy.perform(caller, {
    type: "session_open",
    requestId: newRequestId(),
    amountSats: sats(9_000),
  });
  if (sessionId === undefined) throw new Error("no session was opened");
  await of.economy.perform(caller, { type: "session_pay", requestId: newRequestId(), sessionId });
  return { caller, sessionId };
}

let made = 0;
type Session = Awaited<ReturnType<typeof newSession>>;
let sessions: Session[] = [];
/** Every session is good for some thirty requests: then another takes its place. */
async function renewed(): Promise<void> {
  sessions = [];
  for (let n = 0; n < SESSIONS; n++) sessions.push(await newSession(tower, `payer-${++made}`));
}
await renewed();
let turns = 0;

/** One request that a session pays for, from the reservation to the debit of what was really used. */
async function debit({ caller, sessionId }: Session, index: number): Promise<void> {
  const { jobId } = await tower.economy.perform(caller, {
    type: "job_request",
    requestId: newRequestId(),
    agentId: AGENT_DEFS[index % AGENT_DEFS.length]?.id ?? ALPHA,
    request: "Summarise this.",
    funding: "session",
    sessionId: sessionId as SessionId,
  });
  if (jobId === undefined) throw new Error("no job was opened");
  await tower.until(jobId, (job) => job.phase === "closed");
}

test(`${SESSIONS} sessions at once`, async ({ bench }) => {
  await bench(`${SESSIONS} requests, one of each session`, async () => {
    if (++turns % 30 === 0) await renewed();
    await Promise.all(sessions.map(debit));
  }).run({ time: 5_000, iterations: 5, warmupTime: 500, warmupIterations: 1 });
});

/** Paid invoices that are waited for: made beforehand, so that only the way from the wallet's word to the fact is measured. */
const SETTLEMENTS = 200;

test("a settlement, from the payment to the durable fact", async ({ bench }) => {
  const waiting: { readonly owner: OwnerId; readonly paymentRequest: string }[] = [];
  for (let n = 0; n < SETTLEMENTS + 20; n++) {
    const owner = ownerId(`late-${n}`);
    const job = await tower.economy.job(await tower.request(owner, ALPHA));
    waiting.push({ owner, paymentRequest: job?.evalInvoice?.paymentRequest ?? "" });
  }
  await bench("reconcile", async () => {
    const { owner, paymentRequest } = waiting.pop() ?? { owner: ownerId("nobody"), paymentRequest: "" };
    const { paymentHash } = tower.wallet.payFromPurse(owner, paymentRequest);
    await tower.economy.reconcile(paymentHash);
  }).run({ time: 0, iterations: SETTLEMENTS, warmupTime: 0, warmupIterations: 10 });
});
