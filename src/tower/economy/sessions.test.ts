import { expect, test } from "vitest";
import { requestId, sessionId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import { audit, balances, IN_ORDER } from "./testing/books.ts";
import { createTestBrain } from "./testing/brain.ts";
import { START } from "./testing/clock.ts";
import { ALPHA, ANNA, BERT, newRequestId, OPERATOR, visitor } from "./testing/economy.ts";
import { opened } from "./testing/opened.ts";
import { sessionsOf } from "./testing/sessions.ts";

const IDLE_UNTIL = new Date(START + 86_400_000).toISOString();
const IDLE = { reservedSats: 0, owedSats: 0, refund: "none", ownerId: "anna", expiresAt: IDLE_UNTIL };

test("an invoice that was made for a session is named to the same intent again, and its secret is not", async () => {
  const tower = await opened();
  const { economy } = tower;
  const anna = visitor(ANNA);
  const open = { type: "session_open", requestId: newRequestId(), amountSats: sats(1000) } as const;
  const { secret, ...answer } = await economy.perform(anna, open);
  expect(secret).toBeDefined();
  expect(answer).toEqual({
    sessionId: expect.any(String),
    invoice: {
      paymentRequest: expect.stringMatching(/^lnbcrt10u1/),
      paymentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      amountSats: 1000,
      expiresAt: tower.clock.now() + 900_000,
    },
  });
  expect(await economy.perform(anna, open)).toEqual(answer);
  const id = answer.sessionId ?? sessionId("none");
  await economy.perform(anna, { type: "session_pay", requestId: newRequestId(), sessionId: id });
  const topUps = [200, 300].map((amount) => ({
    type: "session_topup" as const,
    requestId: newRequestId(),
    sessionId: id,
    amountSats: sats(amount),
  }));
  const made = await Promise.all(topUps.map((topUp) => economy.perform(anna, topUp)));
  expect(made.map(({ invoice }) => invoice?.amountSats)).toEqual([200, 300]);
  expect(await Promise.all(topUps.map((topUp) => economy.perform(anna, topUp)))).toEqual(made);
});

test("a session from its deposit over two requests to what is left of it", async () => {
  const tower = await opened();
  const anna = sessionsOf(tower, ANNA);
  const { id, secret } = await anna.open(1000);
  expect(secret).toEqual({
    macaroon: expect.any(String),
    recoveryCode: expect.stringMatching(/^[a-z2-7-]{32}$/),
  });
  expect(await anna.now(id)).toEqual({
    sessionId: id,
    ownerId: "anna",
    state: "awaiting_payment",
    balanceSats: 0,
    reservedSats: 0,
    owedSats: 0,
    refund: "none",
    paymentRequest: expect.stringMatching(/^lnbcrt10u/),
    amountSats: 1000,
    invoiceExpiresAt: new Date(START + 900_000).toISOString(),
  });
  await anna.pay(id);
  expect(await anna.now(id)).toEqual({ sessionId: id, state: "active", balanceSats: 1000, ...IDLE });
  for (const left of [780, 560]) {
    expect(await anna.done(id)).toMatchObject({
      outcome: "completed",
      actualCostSats: 210,
      refund: "credited",
      owedSats: 0,
      evalInvoice: { paidBy: "session" },
      workInvoice: { paidBy: "session" },
    });
    expect(await anna.now(id)).toEqual({ sessionId: id, state: "active", balanceSats: left, ...IDLE });
  }
  expect(await balances(tower)).toMatchObject({ [`session:${id}`]: -560_000n, "revenue:eval": -20_000n });
  await anna.close(id);
  const closed = await anna.until(id, (now) => now.refund === "paid");
  expect(closed).toEqual({
    sessionId: id,
    ownerId: "anna",
    state: "closed",
    balanceSats: 0,
    reservedSats: 0,
    owedSats: 0,
    refund: "paid",
  });
  expect(await audit(tower)).toEqual(IN_ORDER);
  expect(await balances(tower)).toMatchObject({ node: 100_440_000n });
  expect(tower.wallet.purse(ANNA).balance).toBe(10_000 - 440);
});

test("a purse pays nothing for a session that was closed before its deposit came", async () => {
  const tower = await opened();
  const anna = sessionsOf(tower, ANNA);
  const { id } = await anna.open(1000);
  await anna.close(id);
  await expect(anna.pay(id)).rejects.toMatchObject({ code: "session_not_active" });
  expect(tower.wallet.purse(ANNA).balance).toBe(10_000);
  expect(await anna.now(id)).toMatchObject({ state: "closed", balanceSats: 0, owedSats: 0 });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("below 50 sats a session is paused, and a top-up lets it go on", async () => {
  const tower = await opened();
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(480);
  await anna.done(id);
  expect(await anna.now(id)).toMatchObject({ state: "active", balanceSats: 260 });
  // What this may cost at most is more than is there.
  await expect(anna.ask(id)).rejects.toMatchObject({ code: "balance_too_low" });
  await anna.topUp(id, 100);
  expect(await anna.now(id)).toMatchObject({
    state: "active",
    amountSats: 100,
    paymentRequest: expect.any(String),
  });
  await anna.pay(id);
  await anna.done(id);
  expect(await anna.now(id)).toMatchObject({ state: "active", balanceSats: 140 });
});

test("what a request under way may cost is set aside: too little beside it pauses the session", async () => {
  const brain = createTestBrain();
  brain.behaviour = { evaluate: "hang" };
  const tower = await opened({ brain });
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(318 + 49);
  const jobId = await anna.ask(id);
  expect(await anna.now(id)).toEqual({
    sessionId: id,
    ...IDLE,
    state: "paused",
    balanceSats: 49,
    reservedSats: 318,
  });
  await expect(anna.ask(id)).rejects.toMatchObject({
    code: "session_paused",
    message: "The session has ⚡49, and a request needs ⚡50 at least: top it up.",
  });
  await expect(anna.close(id)).rejects.toMatchObject({ code: "session_busy" });
  await tower.economy.perform(OPERATOR, {
    type: "agent_control",
    requestId: newRequestId(),
    agentId: ALPHA,
    action: "abort",
    jobId,
  });
  expect(await anna.now(id)).toEqual({ sessionId: id, state: "active", balanceSats: 367, ...IDLE });
});

test("a request that cannot be covered debits nothing, and leaves no job", async () => {
  const tower = await opened();
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(317);
  const before = await balances(tower);
  await expect(anna.ask(id)).rejects.toMatchObject({
    code: "balance_too_low",
    message: "This may cost up to ⚡318, and the session has ⚡317: nothing was debited.",
  });
  expect(await balances(tower)).toEqual(before);
  expect(await anna.now(id)).toMatchObject({ state: "active", balanceSats: 317, reservedSats: 0 });
  expect(await tower.database.read((sql) => sql.all("SELECT job_id FROM job"))).toEqual([]);
});

test("requests at the same instant never take a session below nothing", async () => {
  const tower = await opened();
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(800);
  const asked = await Promise.allSettled(Array.from({ length: 5 }, () => anna.ask(id)));
  const jobs = asked.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  expect(jobs.length).toBeGreaterThanOrEqual(2);
  for (const jobId of jobs) await tower.until(jobId, (job) => job.phase === "closed");
  const ends = await anna.now(id);
  expect(ends).toMatchObject({ balanceSats: 800 - 220 * jobs.length, reservedSats: 0 });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("the second of two requests that the session covers once is refused while the first is under way", async () => {
  const brain = createTestBrain();
  brain.behaviour = { execute: "hang" };
  const tower = await opened({ brain });
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(600);
  const asked = await Promise.allSettled([anna.ask(id), anna.ask(id)]);
  expect(asked.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  expect(asked.find(({ status }) => status === "rejected")).toMatchObject({
    reason: { code: "balance_too_low" },
  });
});

test.for([
  ["rejected", { evaluate: "reject" }, 10],
  ["failed", { evaluate: "fail" }, 0],
  ["failed", { execute: "fail" }, 10],
] as const)("a request that is %s costs its session %s", async ([outcome, behaviour, cost]) => {
  const brain = createTestBrain();
  brain.behaviour = behaviour;
  const tower = await opened({ brain });
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(500);
  expect(await anna.done(id)).toMatchObject({ outcome, owedSats: 0 });
  expect(await anna.now(id)).toEqual({ sessionId: id, state: "active", balanceSats: 500 - cost, ...IDLE });
  const left = Object.keys(await balances(tower)).filter((account) =>
    /^(escrow|reserved|refund)/.test(account),
  );
  expect(left).toEqual([]);
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("an operator stops a request, and the session has the price of its work again", async () => {
  const brain = createTestBrain();
  brain.behaviour = { execute: "hang" };
  const tower = await opened({ brain });
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(500);
  const jobId = await anna.ask(id);
  await tower.until(jobId, (job) => job.phase === "executing");
  expect(await anna.now(id)).toMatchObject({ balanceSats: 210, reservedSats: 280 });
  await tower.economy.perform(OPERATOR, {
    type: "agent_control",
    requestId: newRequestId(),
    agentId: ALPHA,
    action: "abort",
    jobId,
  });
  expect(await anna.now(id)).toEqual({ sessionId: id, state: "active", balanceSats: 490, ...IDLE });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("what is said on a session is a request of whoever is there and takes jobs", async () => {
  const tower = await opened();
  const anna = sessionsOf(tower, ANNA);
  const id = await anna.paid(1000);
  const say = () =>
    tower.economy.perform(visitor(ANNA), {
      type: "chat_message",
      requestId: newRequestId(),
      text: "What is a sat?",
      sessionId: id,
    });
  const first = await say();
  const answered = await tower.until(first.jobId ?? ("none" as never), (job) => job.phase === "closed");
  expect(answered).toMatchObject({
    funding: "session",
    sessionId: id,
    request: "What is a sat?",
    outcome: "completed",
  });
  await tower.economy.perform(OPERATOR, {
    type: "agent_control",
    requestId: newRequestId(),
    agentId: answered.agentId,
    action: "pause",
  });
  const second = await say();
  const other = await tower.until(second.jobId ?? ("none" as never), (job) => job.phase === "closed");
  expect(other.agentId).not.toBe(answered.agentId);
});

test("a session is its owner's alone", async () => {
  const tower = await opened();
  const [anna, bert] = [sessionsOf(tower, ANNA), sessionsOf(tower, BERT)];
  const id = await anna.paid(1000);
  for (const tried of [
    () => bert.ask(id),
    () => bert.topUp(id, 100),
    () => bert.pay(id),
    () => bert.close(id),
  ]) {
    await expect(tried()).rejects.toMatchObject({ code: "forbidden" });
  }
  expect(await anna.now(id)).toMatchObject({ balanceSats: 1000 });
});

test("the same request id opens, tops up, pays and asks once, and shows the secret once", async () => {
  const tower = await opened();
  const anna = sessionsOf(tower, ANNA);
  const first = await anna.open(500, requestId("open"));
  expect(await anna.open(500, requestId("open"))).toEqual({ id: first.id, secret: undefined });
  await expect(anna.open(600, requestId("open"))).rejects.toMatchObject({ code: "conflict" });
  for (const _ of [1, 2]) await anna.pay(first.id, requestId("pay"));
  for (const _ of [1, 2]) await anna.topUp(first.id, 200, requestId("more"));
  // Done before, it pays no other invoice.
  await anna.pay(first.id, requestId("pay"));
  expect(await anna.now(first.id)).toMatchObject({ balanceSats: 500, amountSats: 200 });
  const jobs = [await anna.ask(first.id, requestId("ask")), await anna.ask(first.id, requestId("ask"))];
  expect(new Set(jobs).size).toBe(1);
  await tower.until(jobs[0] ?? ("none" as never), (job) => job.phase === "closed");
  expect(await anna.now(first.id)).toMatchObject({ balanceSats: 280 });
  expect(tower.wallet.purse(ANNA).balance).toBe(9_500);
  const invoices = await tower.database.read((sql) => sql.all("SELECT kind FROM invoice"));
  expect(invoices).toEqual([{ kind: "session" }, { kind: "session" }]);
});

test("only so many deposits of an owner may wait to be paid", async () => {
  const tower = await opened();
  const anna = sessionsOf(tower, ANNA);
  const { id } = await anna.open(100);
  for (let n = 1; n < 10; n++) await anna.open(100);
  await expect(anna.open(100)).rejects.toMatchObject({ code: "too_many_open" });
  await anna.pay(id);
  await anna.topUp(id, 100);
  await expect(anna.topUp(id, 100)).rejects.toMatchObject({ code: "too_many_open" });
  tower.clock.advance(900_001);
  await anna.topUp(id, 100);
});
