import { request } from "node:http";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { createRandom } from "../matrix/world/random.ts";
import type { Fact } from "../protocol/facts.ts";
import { publicView } from "../protocol/visibility.ts";
import { decodeInvoice } from "../tower/lightning/bolt11/decode.ts";
import { ALL_ZERO, readBooks, readLog } from "./books.ts";
import { createClient, type HttpAnswer, http, type MatrixClient } from "./client.ts";
import { createJobRun, REQUEST } from "./job-run.ts";
import { newSite } from "./site.ts";

// What other programs may rely on: a tower in a process of its own, used through its two doors alone.

/** How often a program asks again, in milliseconds: ten a second is what the tower's limit on requests allows. */
const POLL_MS = 100;

/** Asks until the answer is as wanted; every answer must be a 200. */
async function poll(call: () => Promise<HttpAnswer>, as: (body: HttpAnswer["body"]) => boolean) {
  for (;;) {
    const { status, body } = await call();
    expect([status, body]).toEqual([200, body]);
    if (as(body)) return body;
    await setTimeout(POLL_MS);
  }
}

const withoutPrev = (fact: Fact) => {
  const { prev: _prev, ...rest } = fact;
  return rest;
};

/** The client's facts after `since`, each of which must name the one before it. */
function unbroken(client: MatrixClient, since: number): readonly unknown[] {
  let last = since;
  return client.facts().map((fact) => {
    expect(fact.prev).toBe(last);
    last = fact.seq ?? Number.NaN;
    return withoutPrev(fact);
  });
}

test("the socket: first frame, one job, and from every place in the log exactly what was missed", async () => {
  const site = newSite();
  const tower = await site.start();
  const address = () => tower.address;
  const alice = createClient(address);
  const subscribed = await alice.connect();
  expect(alice.received[0]).toMatchObject({
    type: "connection",
    status: "connected",
    agentCount: 5,
    wallet: "play",
    epoch: subscribed.epoch,
  });
  expect(subscribed).toMatchObject({ role: "visitor", mode: "snapshot" });
  expect(alice.ownerToken()).toMatch(/^[A-Za-z0-9_-]{43}$/);

  const bob = createClient(address);
  await bob.connect();
  const [done, other] = await Promise.all([
    createJobRun(alice).advance(),
    createJobRun(bob, { agentId: "beta" }).advance(),
  ]);
  expect(done).toMatchObject({ completed: { outcome: "completed" }, refunded: done.completed.refundSats });
  expect(done.cost).toBe(10 + (done.completed.actualCostSats ?? 0));

  const log = await readLog(site.dataDir);
  const head = log.at(-1)?.fact.seq ?? 0;
  const aliceId = log.find(({ fact }) => "jobId" in fact && fact.jobId === done.jobId)?.ownerId;
  const bobId = log.find(({ fact }) => "jobId" in fact && fact.jobId === other.jobId)?.ownerId;
  expect([typeof aliceId, aliceId === bobId]).toEqual(["string", false]);

  const seed = Date.now();
  const random = createRandom(seed);
  const cuts = [0, head, ...Array.from({ length: 10 }, () => Math.floor(random() * (head + 1)))];
  const clients = await Promise.all(
    cuts.map(async (cut, index) => {
      const owner = index % 2 === 0 ? alice : bob;
      const client = createClient(address);
      const { mode, role } = await client.connect({
        ownerToken: owner.ownerToken(),
        since: { epoch: subscribed.epoch, seq: cut },
      });
      expect([mode, role]).toEqual(["resume", "visitor"]);
      return { client, cut, ownerId: owner === alice ? aliceId : bobId };
    }),
  );

  // One more fact, said by the operator to everybody: whatever came before it is the whole gap.
  const operator = createClient(address);
  expect(await operator.connect({ token: site.operatorToken() })).toMatchObject({ role: "operator" });
  expect(await operator.ask({ type: "chat_message", text: "Good evening." })).toMatchObject({
    type: "accepted",
  });
  const whole = await readLog(site.dataDir);
  for (const { client, cut, ownerId } of clients) {
    await client.until(() => client.fact("chat"));
    const expected = whole.flatMap(({ fact, ownerId: owner }) =>
      fact.seq > cut ? ((owner === ownerId ? fact : publicView(fact)) ?? []) : [],
    );
    expect(unbroken(client, cut), `seed ${seed}, cut at ${cut} of ${head}`).toEqual(expected);
  }

  // Nothing of one owner's ever reached another, in any frame of any kind.
  const secrets = (client: MatrixClient): string[] => [
    client.ownerToken() ?? "",
    ...client.facts().flatMap((fact) => (fact.type === "invoice_request" ? (fact.paymentRequest ?? []) : [])),
    ...client.facts().flatMap((fact) => (fact.type === "job_completed" ? (fact.result ?? []) : [])),
  ];
  expect(secrets(alice)).toHaveLength(4);
  const stranger = createClient(address);
  await stranger.connect({ since: { epoch: subscribed.epoch, seq: 0 } });
  await stranger.until(() => stranger.fact("chat"));
  for (const secret of [...secrets(alice), REQUEST]) {
    expect(stranger.frames.join("\n")).not.toContain(JSON.stringify(secret).slice(1, -1));
  }
  for (const secret of secrets(alice).slice(0, 3)) {
    expect(bob.frames.join("\n")).not.toContain(secret);
  }
  expect(stranger.facts().filter((fact) => "jobId" in fact && fact.jobId === done.jobId).length).toBe(
    factsOfJob(alice, done.jobId),
  );
  await tower.stop();
  const books = await readBooks(site.dataDir);
  expect(books).toMatchObject({ gauges: ALL_ZERO, walletGap: 0n, lost: 0n, owed: new Map(), pending: 0 });
  expect([books.purses.get(aliceId ?? ""), books.purses.get(bobId ?? "")]).toEqual([
    10_000 - done.cost,
    10_000 - other.cost,
  ]);
});

const factsOfJob = (client: MatrixClient, jobId: string): number =>
  client.facts().filter((fact) => "jobId" in fact && fact.jobId === jobId && fact.type !== "chat").length;

test("HTTP: a job from the request to the refund with nothing but its bearer secret", async () => {
  const site = newSite({ LOG_LEVEL: "trace" });
  const tower = await site.start();
  const call = (method: "GET" | "POST", path: string, token?: string, body?: unknown) =>
    http(tower.address, method, path, { token, body });

  const created = await call("POST", "/api/jobs", undefined, { request: REQUEST, agentId: "gamma" });
  expect(created).toEqual({
    status: 201,
    body: {
      jobId: expect.any(String),
      ownerToken: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      evalInvoice: {
        paymentRequest: expect.stringMatching(/^lnbcrt/),
        amountSats: 10,
        paymentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        expiresAt: expect.any(String),
      },
    },
  });
  const jobId = String(created.body["jobId"]);
  const token = String(created.body["ownerToken"]);
  const evalInvoice = created.body["evalInvoice"] as { paymentRequest: string; paymentHash: string };
  expect(decodeInvoice(evalInvoice.paymentRequest).paymentHash).toBe(evalInvoice.paymentHash);

  const look = (as: (job: HttpAnswer["body"]) => boolean) =>
    poll(() => call("GET", `/api/jobs/${jobId}`, token), as);
  expect(
    (await call("POST", "/api/play/pay", token, { paymentRequest: evalInvoice.paymentRequest })).body,
  ).toEqual({
    paymentHash: evalInvoice.paymentHash,
    preimage: expect.stringMatching(/^[0-9a-f]{64}$/),
    balanceSats: 9_990,
    faucetLeftSats: 40_000,
  });
  const priced = await look(
    (job) => job["phase"] === "awaiting_work_payment" && job["workInvoice"] !== undefined,
  );
  const work = priced["workInvoice"] as { paymentRequest: string; amountSats: number };
  expect(await call("POST", "/api/play/pay", token, { paymentRequest: work.paymentRequest })).toMatchObject({
    status: 200,
    body: { balanceSats: 9_990 - work.amountSats },
  });
  const closed = await look((job) => job["phase"] === "closed");
  expect(closed).toMatchObject({
    outcome: "completed",
    refund: "owed",
    request: REQUEST,
    result: expect.stringMatching(/lighthouse/),
    owedSats: work.amountSats - Number(closed["actualCostSats"]),
  });

  // Without the secret it is a job like any other: its course and amounts, and nothing that was said or could be paid.
  const stranger = await call("GET", `/api/jobs/${jobId}`);
  expect(
    Object.keys(stranger.body).filter((key) => ["request", "result", "ownerId", "price"].includes(key)),
  ).toEqual([]);
  expect(JSON.stringify(stranger.body)).not.toMatch(/lnbcrt|lighthouse/);
  expect(await call("POST", `/api/jobs/${jobId}/refund`, undefined, {})).toMatchObject({ status: 401 });

  const owed = Number(closed["owedSats"]);
  const wanted = await call("POST", "/api/play/invoice", token, { amountSats: owed });
  const refunded = await call("POST", `/api/jobs/${jobId}/refund`, token, {
    paymentRequest: wanted.body["paymentRequest"],
  });
  expect(refunded).toEqual({ status: 200, body: { jobId, refundSats: owed, state: "paid" } });
  const cost = 10 + Number(closed["actualCostSats"]);
  expect((await call("GET", "/api/play/purse", token)).body).toEqual({
    balanceSats: 10_000 - cost,
    faucetLeftSats: 40_000,
  });

  expect(await http(tower.address, "GET", "/healthz")).toEqual({ status: 200, body: { status: "ok" } });
  expect(await http(tower.address, "GET", "/readyz")).toEqual({ status: 200, body: { status: "ready" } });

  const { err, out } = await tower.stop();
  for (const secret of [
    token,
    evalInvoice.paymentRequest,
    work.paymentRequest,
    wanted.body["paymentRequest"],
  ])
    expect(err).not.toContain(secret);
  expect(err).not.toContain(site.operatorToken());
  expect(err).not.toContain("lighthouse");
  expect(out.split("\n")).toEqual([
    `The operator's link, shown this once: ${tower.address}/#token=${site.operatorToken()}`,
    `The Matrix is at ${tower.address} (play sats)`,
    "",
  ]);
  expect(await readBooks(site.dataDir)).toMatchObject({
    gauges: ALL_ZERO,
    walletGap: 0n,
    lost: 0n,
    pending: 0,
  });
});

test("an intent that is sent twice is done once, and a job over HTTP too", async () => {
  const site = newSite();
  const tower = await site.start();
  const client = createClient(() => tower.address);
  await client.connect();
  const intent = { type: "job_request", requestId: "once", agentId: "alpha", request: REQUEST } as const;
  expect(await client.ask(intent)).toMatchObject({ type: "accepted" });
  expect(await client.ask(intent)).toMatchObject({ type: "accepted" });
  expect(await client.ask({ ...intent, request: "Something else entirely." })).toMatchObject({
    type: "error",
    code: "conflict",
  });
  const post = () =>
    http(tower.address, "POST", "/api/jobs", {
      token: client.ownerToken(),
      body: { request: REQUEST, agentId: "beta" },
      headers: { "idempotency-key": "http-once" },
    });
  const [one, two] = await Promise.all([post(), post()]);
  expect(two.body["jobId"]).toBe(one.body["jobId"]);
  const started = (await readLog(site.dataDir)).filter(({ fact }) => fact.type === "job_started");
  expect(started).toHaveLength(2);
});

test("stopped while an agent writes, it says goodbye, ends with 0, and the job goes on at the next start", async () => {
  const site = newSite({ OPERATOR_TOKEN: "an-operator-token-of-the-environment" });
  let tower = await site.start();
  const client = createClient(() => tower.address);
  await client.connect();
  const run = createJobRun(client);
  const cutOff = run.advance().then(
    () => "finished",
    () => "cut off",
  );
  await client.until(() => client.received.find(({ type }) => type === "job_progress"));
  const ended = await tower.stop();
  expect(ended.out).toBe(`The Matrix is at ${tower.address} (play sats)\n`);
  expect(await client.closed()).toEqual({
    code: 4000,
    reason: "The tower is stopping: connect again in a moment.",
  });
  expect(await cutOff).toBe("cut off");

  tower = await site.start();
  expect(await client.connect()).toMatchObject({ mode: "resume" });
  const done = await run.advance();
  expect(done.completed.outcome).toBe("completed");
  const operator = createClient(() => tower.address);
  expect(await operator.connect({ token: "an-operator-token-of-the-environment" })).toMatchObject({
    role: "operator",
  });
  await tower.stop();
  expect(await readBooks(site.dataDir)).toMatchObject({
    gauges: ALL_ZERO,
    walletGap: 0n,
    lost: 0n,
    pending: 0,
  });
});

/** The status of opening a job under a `Host` header, which `fetch` does not let anybody set. */
function statusFor(address: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { host, "content-type": "application/json" };
    const asked = request(`${address}/api/jobs`, { method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on("error", reject);
    asked.end(JSON.stringify({ request: REQUEST }));
  });
}

test("prices follow BTC_PRICE_USD, hosts and origins follow their lists, figures can be kept private", async () => {
  const site = newSite({
    BTC_PRICE_USD: "50000",
    ALLOWED_HOSTS: "tower.example",
    ALLOWED_ORIGINS: "https://shown.example",
    PUBLIC_FIGURES: "off",
    TIME_ZONE: "Asia/Kathmandu",
  });
  const tower = await site.start();
  const call = (headers: Record<string, string>) =>
    http(tower.address, "POST", "/api/jobs", { body: { request: REQUEST }, headers });
  expect((await call({ origin: "https://shown.example" })).status).toBe(201);
  expect((await call({ origin: "https://other.example" })).body).toMatchObject({ code: "forbidden" });
  // Beside the names of its own, the tower answers to the one it was given and to no other.
  expect(await statusFor(tower.address, "tower.example")).toBe(201);
  expect(await statusFor(tower.address, "other.example")).toBe(403);

  const client = createClient(() => tower.address);
  await client.connect();
  const done = await createJobRun(client, { agentId: "delta" }).advance();
  const offered = client.fact("invoice_request", ({ invoiceType }) => invoiceType === "work");
  expect(offered?.price).toMatchObject({ btcPriceUsd: 50_000, marginPercent: 40 });
  const { modelMicroUsd = 0, infrastructureMicroUsd = 0 } = offered?.price ?? {};
  expect(offered?.amountSats).toBe(
    Math.ceil(((modelMicroUsd + infrastructureMicroUsd) * 1.4 * 100) / 50_000),
  );
  expect(done.completed.estimatedCostSats).toBe(offered?.amountSats);
  expect(client.received.filter(({ type }) => type === "economy_state" || type === "treasury_state")).toEqual(
    [],
  );
  const day = (await readLog(site.dataDir)).find(({ fact }) => fact.type === "day_started")?.fact;
  expect(day).toMatchObject({ timeZone: "Asia/Kathmandu" });
});
