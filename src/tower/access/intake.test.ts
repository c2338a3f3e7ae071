import { expect, test } from "vitest";
import {
  agentId,
  jobId,
  ownerId,
  requestId,
  type SessionId,
  sessionId,
  tokenId,
} from "../../protocol/ids.ts";
import type { Intent } from "../../protocol/intents.ts";
import { INTENTS_PER_MINUTE } from "../../protocol/limits.ts";
import type { JobRecord, SessionRecord, SessionState } from "../../protocol/records.ts";
import { NO_SATS, sats } from "../../protocol/units.ts";
import type { Caller, Performed, TokenOffer } from "../economy/economy.ts";
import { quoteJob } from "../economy/quote.ts";
import { job } from "../http/server-fixture.ts";
import { createIntake } from "./intake.ts";
import { createLimits } from "./limiter.ts";

const owner = { ownerId: ownerId("anna"), role: "visitor" } as const;
const request = {
  type: "job_request",
  requestId: requestId("r"),
  agentId: agentId("timmy"),
  request: "Do it",
  funding: "invoice",
} as const;

const session = (id: SessionId, state: SessionState): SessionRecord => ({
  sessionId: id,
  state,
  balanceSats: NO_SATS,
  reservedSats: NO_SATS,
  owedSats: NO_SATS,
  refund: "none",
});
const deposit = { type: "session_open", requestId: requestId("s"), amountSats: sats(200) } as const;

/** An economy that opens what it is asked for; a test pays it. */
function start() {
  const jobs = new Map<string, JobRecord>();
  const sessions = new Map<string, SessionRecord>();
  const offered = new Set<string>();
  const quote = quoteJob(
    { inputTokens: 1, outputTokens: 1 },
    { inputMicroUsdPerMillion: 0n, outputMicroUsdPerMillion: 0n, infrastructureMicroUsd: 0n },
    { marginPercent: 40, btcPriceUsd: 100_000 },
  );
  const economy = {
    async perform(_caller: Caller, intent: Intent): Promise<Performed> {
      await Promise.resolve();
      if (intent.type === "session_open") {
        const id = sessionId(`session-${sessions.size}`);
        sessions.set(id, session(id, "awaiting_payment"));
        return { sessionId: id };
      }
      const id = jobId(`job-${jobs.size}`);
      jobs.set(id, job(id, owner.ownerId));
      return { jobId: id };
    },
    job: async (id: string) => jobs.get(id),
    session: async (id: string) => sessions.get(id),
    async offerToken(): Promise<TokenOffer> {
      await Promise.resolve();
      const n = `${offered.size}`;
      offered.add(n);
      return {
        tokenId: tokenId(`token-${n}`),
        paymentHash: n,
        paymentRequest: `lnbcrt${n}`,
        expiresAt: 0,
        macaroon: "m",
        quote,
      };
    },
    isPayable: async (paymentHash: string) => offered.has(paymentHash),
  };
  return {
    jobs,
    sessions,
    offered,
    intake: createIntake(
      economy,
      createLimits(() => 0),
      3,
    ),
  };
}

test("an address may have so many unpaid jobs, whoever opens them, and more once some are paid", async () => {
  const { intake, jobs } = start();
  const open = (address = "192.0.2.1") => intake.perform(owner, request, address);
  for (let n = 0; n < 3; n++) await open();
  await expect(open()).rejects.toMatchObject({ code: "too_many_open" });
  await open("192.0.2.2");
  jobs.set("job-1", { ...job("job-1", owner.ownerId), phase: "executing" });
  await open();
  await expect(open()).rejects.toMatchObject({ code: "too_many_open" });
  expect(jobs.size).toBe(5);
});

test("jobs that are opened at the same instant count each other", async () => {
  const { intake, jobs } = start();
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, () => intake.perform(owner, request, "192.0.2.1")),
  );
  expect(jobs.size).toBe(3);
  expect(results.filter(({ status }) => status === "rejected").length).toBe(5);
});

test("what is not to be paid by invoice is only counted as an intent", async () => {
  const { intake, jobs } = start();
  for (let n = 0; n < 5; n++) await intake.perform(owner, { ...request, funding: "treasury" }, "192.0.2.1");
  expect(jobs.size).toBe(5);
});

test("deposits that wait to be paid count beside jobs, until they are paid", async () => {
  const { intake, sessions } = start();
  const open = () => intake.perform(owner, deposit, "192.0.2.1");
  await intake.perform(owner, request, "192.0.2.1");
  await open();
  await open();
  await expect(open()).rejects.toMatchObject({ code: "too_many_open" });
  const id = sessionId("session-1");
  sessions.set(id, session(id, "active"));
  await open();
  await expect(intake.perform(owner, request, "192.0.2.1")).rejects.toMatchObject({ code: "too_many_open" });
  expect([...sessions.keys()]).toEqual(["session-0", "session-1", "session-2"]);
});

test("tokens that wait to be paid count for the address that asked, whoever asks", async () => {
  const { intake, offered } = start();
  const offer = (address = "192.0.2.1") => intake.offerToken(agentId("timmy"), "Do it", address);
  const together = await Promise.allSettled(Array.from({ length: 5 }, () => offer()));
  expect(together.map(({ status }) => status)).toEqual([
    "fulfilled",
    "fulfilled",
    "fulfilled",
    "rejected",
    "rejected",
  ]);
  await expect(intake.perform(owner, deposit, "192.0.2.1")).rejects.toMatchObject({ code: "too_many_open" });
  await offer("192.0.2.2");
  // Paid, or expired.
  offered.delete("1");
  await offer();
  await expect(offer()).rejects.toMatchObject({ code: "too_many_open" });
});

test("an address that asks for tokens too often is refused, however few of them wait to be paid", async () => {
  const { intake, offered } = start();
  const offer = async () => {
    const made = await intake.offerToken(agentId("timmy"), "Do it", "192.0.2.1");
    offered.delete(made.paymentHash);
  };
  for (let n = 0; n < INTENTS_PER_MINUTE; n++) await offer();
  await expect(offer()).rejects.toMatchObject({ code: "rate_limited" });
});
