import { createHash, randomBytes } from "node:crypto";
import { fetchWithL402, parseL402 } from "@getalby/lightning-tools/402/l402";
import { afterEach, beforeEach, expect, test } from "vitest";
import { msat } from "../../protocol/units.ts";
import { revokeCredentials } from "../access/macaroons/credentials.ts";
import { addCaveats } from "../access/macaroons/macaroon.ts";
import { audit, IN_ORDER } from "../economy/testing/books.ts";
import { createTestBrain } from "../economy/testing/brain.ts";
import { START } from "../economy/testing/clock.ts";
import { ALPHA } from "../economy/testing/economy.ts";
import type { PlayWallet } from "../lightning/play/play-wallet.ts";
import { outsideInvoice } from "../lightning/play/test-network.ts";
import { OPERATOR_TOKEN } from "./server-fixture.ts";
import { bearer, openPaidServer, type PaidServer } from "./testing/paid-server.ts";

const ASK = "/api/agents/alpha/ask";
const REQUEST = { request: "Summarise this." };

let tower: PaidServer;
/** A payer with a purse. */
let payer: string;
beforeEach(async () => {
  tower = await openPaidServer();
  payer = bearer((await tower.server.access.owners.create()).ownerToken);
});
afterEach(() => tower.close());

const refused = (status: number, code: string) => ({
  status,
  body: { code, message: expect.stringMatching(/^\S.*[.:]$/s) },
});

/** Pays a challenge's invoice from the payer's purse; what the wallet then tells is half of the credentials. */
async function pay(paymentRequest: string): Promise<string> {
  const { body } = await tower.post("/api/play/pay", { paymentRequest }, { authorization: payer });
  return body.preimage as string;
}
const wallet = { payInvoice: async ({ invoice }: { invoice: string }) => ({ preimage: await pay(invoice) }) };

/** A challenge that is paid: its macaroon and preimage. */
async function bought() {
  const { body } = await tower.post(ASK, REQUEST);
  return { macaroon: body.macaroon as string, preimage: await pay(body.invoice) };
}
const l402 = (macaroon: string, preimage: string, scheme = "L402"): string =>
  `${scheme} ${macaroon}:${preimage}`;
const ask = (authorization: string, body: unknown = REQUEST, key?: string) =>
  tower.post(ASK, body, { authorization, ...(key !== undefined && { key }) });

test("anybody learns what a request costs at most, and nothing is opened by it", async () => {
  const estimate = await tower.post("/api/estimate", { ...REQUEST, agentId: "beta" });
  expect({ status: estimate.status, body: estimate.body }).toEqual({
    status: 200,
    body: {
      agentId: "beta",
      evalSats: 10,
      workSats: 308,
      totalSats: 318,
      price: {
        inputTokens: 20,
        outputTokens: 120,
        modelMicroUsd: 120_000,
        infrastructureMicroUsd: 100_000,
        marginPercent: 40,
        btcPriceUsd: 100_000,
        btcPriceSource: "operator",
      },
    },
  });
  expect((await tower.post("/api/estimate", REQUEST)).body.totalSats).toBe(318);
  expect(await tower.post("/api/estimate", { ...REQUEST, agentId: "nobody" })).toMatchObject(
    refused(404, "unknown_agent"),
  );
  expect(await tower.post("/api/estimate", { request: " " })).toMatchObject(refused(400, "bad_request"));
  expect(await tower.database.read((sql) => sql.all("SELECT job_id FROM job"))).toEqual([]);
  expect(await tower.database.read((sql) => sql.all("SELECT payment_hash FROM invoice"))).toEqual([]);
});

test("without credentials the price is asked for, in the body as in the challenge", async () => {
  const { body, headers, status } = await tower.post(ASK, REQUEST);
  expect({ status, body }).toEqual({
    status: 402,
    body: {
      code: "payment_required",
      message: expect.stringContaining("⚡318"),
      invoice: expect.stringMatching(/^lnbcrt3180n1/),
      macaroon: expect.any(String),
      paymentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      amountSats: 318,
      evalSats: 10,
      workSats: 308,
      expiresAt: "2026-01-15T12:15:00.000Z",
    },
  });
  expect(parseL402(headers.get("www-authenticate") ?? "")).toEqual({
    version: "0",
    token: body.macaroon,
    macaroon: body.macaroon,
    invoice: body.invoice,
  });
  expect(await tower.post("/api/agents/nobody/ask", REQUEST)).toMatchObject(refused(404, "unknown_agent"));
  expect(await tower.post(`/api/agents/${"x".repeat(65)}/ask`, REQUEST)).toMatchObject(
    refused(404, "unknown_agent"),
  );
});

test("a client of somebody else's pays and is answered; what it did not cost is its credit", async () => {
  const url = `${tower.server.origin}${ASK}`;
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(REQUEST),
  };
  const response = await fetchWithL402(url, init, { wallet });
  const answered = (await response.json()) as { jobId: string };
  expect([response.status, answered]).toEqual([
    200,
    {
      jobId: expect.any(String),
      outcome: "completed",
      result: "Half and whole.",
      costSats: 220,
      creditSats: 98,
    },
  ]);
  expect(response.payment).toMatchObject({ paid: true, amountSat: 318 });
  const credentials = response.payment?.credentials;
  if (credentials === undefined) throw new Error("the client keeps what it paid for");
  tower.secrets.add(credentials.value);
  // The same credentials show the job they paid for, whole, and no other.
  const own = { authorization: credentials.value };
  expect((await tower.get(`/api/jobs/${answered.jobId}`, own)).body).toMatchObject({
    funding: "l402",
    request: "Summarise this.",
    result: "Half and whole.",
  });
  expect((await tower.get(`/api/jobs/${answered.jobId}`)).body).not.toHaveProperty("result");
  const stream = await fetch(`${tower.server.origin}/api/jobs/${answered.jobId}/stream`, { headers: own });
  expect(await stream.text()).toContain("event: done");
  // It never pays again by itself with what it kept; there is too little left for another.
  const again = await fetchWithL402(url, init, { wallet, credentials });
  expect([again.status, ((await again.json()) as { amountSats: number }).amountSats]).toEqual([402, 318]);
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a rejection costs its evaluation, and the rest stays for another request", async () => {
  const { macaroon, preimage } = await bought();
  tower.brain.behaviour = { evaluate: "fail" };
  expect((await ask(l402(macaroon, preimage))).body).toMatchObject({
    outcome: "failed",
    costSats: 0,
    creditSats: 318,
  });
  tower.brain.behaviour = { evaluate: "reject" };
  expect((await ask(l402(macaroon, preimage, "LSAT"))).body).toEqual({
    jobId: expect.any(String),
    outcome: "rejected",
    error: "I cannot do that.",
    costSats: 10,
    creditSats: 308,
  });
  tower.brain.behaviour = {};
  const short = await ask(l402(macaroon, preimage));
  expect(short).toMatchObject({ status: 402, body: { code: "payment_required", amountSats: 318 } });
  expect(short.headers.get("www-authenticate")).toContain(short.body.macaroon);
  expect(short.body.macaroon).not.toBe(macaroon);
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("credit pays for as many requests as it covers, and each key for one", async () => {
  const cheap = await openPaidServer(
    {},
    { brain: { ...createTestBrain(), estimate: () => ({ inputTokens: 0, outputTokens: 0 }) } },
  );
  const dear = await cheap.post(ASK, REQUEST);
  expect(dear.body.amountSats).toBe(150);
  const owner = bearer((await cheap.server.access.owners.create()).ownerToken);
  const paid = await cheap.post(
    "/api/play/pay",
    { paymentRequest: dear.body.invoice },
    { authorization: owner },
  );
  const sent = { authorization: l402(dear.body.macaroon, paid.body.preimage), key: "one" };
  const [first, second] = await Promise.all([cheap.post(ASK, REQUEST, sent), cheap.post(ASK, REQUEST, sent)]);
  expect(first).toMatchObject({ status: 200, body: { costSats: 150, creditSats: 0 } });
  expect(second?.body).toEqual(first?.body);
  // A lost answer is had again with nothing left on the token; another request is not.
  expect((await cheap.post(ASK, REQUEST, sent)).body).toEqual(first?.body);
  expect(await cheap.post(ASK, REQUEST, { ...sent, key: "two" })).toMatchObject({ status: 402 });
  expect(await cheap.post(ASK, { request: "Something else." }, sent)).toMatchObject(refused(409, "conflict"));
  await cheap.close();
});

test("of several requests at once on one payment, one is served", async () => {
  const { macaroon, preimage } = await bought();
  const all = await Promise.all([1, 2, 3].map(() => ask(l402(macaroon, preimage))));
  expect(all.map(({ status }) => status).toSorted()).toEqual([200, 402, 402]);
  expect(await audit(tower)).toEqual(IN_ORDER);
});

/** A wallet whose invoices' preimages are known beyond it, as routing nodes know them; it says of them what `settled` has. */
function openWallet() {
  const preimages = new Map<string, string>();
  const settled = new Map<string, number>();
  const around = (wallet: PlayWallet): PlayWallet => ({
    ...wallet,
    async makeInvoice({ amount, expirySeconds }) {
      const preimage = randomBytes(32).toString("hex");
      const paymentHash = createHash("sha256").update(Buffer.from(preimage, "hex")).digest("hex");
      preimages.set(paymentHash, preimage);
      const paymentRequest = outsideInvoice(amount, START, { paymentHash });
      return { paymentRequest, paymentHash, expiresAt: START + expirySeconds * 1000 };
    },
    async lookupInvoice(paymentHash) {
      const settledAt = settled.get(paymentHash);
      return settledAt === undefined
        ? { state: "open" }
        : { state: "settled", settledAt, amount: msat(318_000n) };
    },
  });
  return { preimages, settled, around };
}

test("a preimage whose payment did not arrive opens nothing, however right it is", async () => {
  const { around, preimages, settled } = openWallet();
  const leaky = await openPaidServer({}, { wrap: { wallet: around } });
  const price = async () => {
    const { macaroon, paymentHash } = (await leaky.post(ASK, REQUEST)).body;
    return { paymentHash, authorization: l402(macaroon, preimages.get(paymentHash) ?? "") };
  };
  const unpaid = await price();
  const late = await price();
  const quiet = await price();
  expect(await leaky.post(ASK, REQUEST, unpaid)).toMatchObject(refused(401, "unauthorized"));
  // Paid, and nobody told of it: the wallet is asked.
  settled.set(quiet.paymentHash, START);
  expect(await leaky.post(ASK, REQUEST, quiet)).toMatchObject({ status: 200, body: { creditSats: 98 } });
  leaky.clock.advance(900_001);
  // Once its time is over there is something new to pay.
  expect(await leaky.post(ASK, REQUEST, unpaid)).toMatchObject({
    status: 402,
    body: { code: "payment_required", amountSats: 318 },
  });
  settled.set(late.paymentHash, leaky.clock.now());
  expect(await leaky.post(ASK, REQUEST, late)).toMatchObject({ status: 200, body: { creditSats: 98 } });
  const jobs = await leaky.database.read((sql) => sql.all("SELECT job_id FROM job"));
  expect(jobs).toHaveLength(2);
  await leaky.close();
});

test("what is wrong with credentials is 401, and serves nothing", async () => {
  const { macaroon, preimage } = await bought();
  const other = await bought();
  const unpaid = (await tower.post(ASK, REQUEST)).body.macaroon as string;
  const random = randomBytes(32).toString("hex");
  const soon = addCaveats(macaroon, [`expires_at=${tower.clock.now() / 1000}`]);
  const flipped = `${macaroon.slice(0, -6)}${macaroon.at(-6) === "A" ? "B" : "A"}${macaroon.slice(-5)}`;
  for (const authorization of [
    l402(macaroon, random),
    l402(macaroon, other.preimage),
    l402(unpaid, preimage),
    l402(flipped, preimage),
    l402(soon, preimage),
    l402(`${macaroon},${other.macaroon}`, preimage),
    l402(`${macaroon},${flipped}`, preimage),
    l402(macaroon, preimage.slice(2)),
    "L402",
    bearer(macaroon),
    bearer(unpaid),
    payer,
    bearer(OPERATOR_TOKEN),
    "Basic YTpi",
  ])
    expect(await ask(authorization)).toMatchObject(refused(401, "unauthorized"));
  const session = await tower.post("/api/sessions", { amountSats: 1000 });
  expect(await ask(bearer(session.body.macaroon))).toMatchObject(refused(401, "unauthorized"));
  expect(await ask(l402(session.body.macaroon, preimage))).toMatchObject(refused(401, "unauthorized"));
  expect(await tower.database.read((sql) => sql.all("SELECT job_id FROM job"))).toEqual([]);
  const [{ subject_id: subject = "" } = {}] = await tower.database.read((sql) =>
    sql.all<{ subject_id: string }>("SELECT subject_id FROM macaroon WHERE kind = 'l402' ORDER BY rowid"),
  );
  expect((await ask(l402(macaroon, preimage))).status).toBe(200);
  await tower.database.transaction((sql) => revokeCredentials(sql, subject, tower.clock.now()));
  expect(await ask(l402(macaroon, preimage))).toMatchObject(refused(401, "unauthorized"));
});

test("a narrowed credential pays for what its caveats allow", async () => {
  const { macaroon, preimage } = await bought();
  const narrow = (...caveats: string[]) => l402(addCaveats(macaroon, caveats), preimage);
  expect(await ask(narrow("max_sats=317"))).toMatchObject(refused(403, "forbidden"));
  expect(await ask(narrow("agents=beta"))).toMatchObject(refused(403, "forbidden"));
  expect(await ask(narrow("actions=read"))).toMatchObject(refused(403, "forbidden"));
  // Several macaroons of one payment: the limits of all hold.
  const both = l402(`${macaroon},${addCaveats(macaroon, ["max_sats=317"])}`, preimage);
  expect(await ask(both)).toMatchObject(refused(403, "forbidden"));
  const asked = await ask(narrow("max_sats=318", "agents=alpha", "actions=request"));
  expect(asked.status).toBe(200);
  const job = `/api/jobs/${asked.body.jobId}`;
  expect(await tower.get(job, { authorization: narrow("actions=request") })).toMatchObject(
    refused(403, "forbidden"),
  );
  expect((await tower.get(job, { authorization: narrow("actions=read") })).body).toHaveProperty("result");
});

test("what one payment bought shows no job of another, nor opens any other route", async () => {
  const mine = await bought();
  const other = await bought();
  const own = { authorization: l402(mine.macaroon, mine.preimage) };
  const { body } = await ask(own.authorization);
  const job = `/api/jobs/${body.jobId}`;
  const foreign = { authorization: l402(other.macaroon, other.preimage) };
  expect((await tower.get(job, foreign)).body).not.toHaveProperty("result");
  expect(await tower.get(`${job}/stream`, foreign)).toMatchObject(refused(403, "forbidden"));
  const session = (await tower.post("/api/sessions", { amountSats: 1000 })).body.sessionId;
  expect(await tower.get(`/api/sessions/${session}`, own)).toMatchObject(refused(403, "forbidden"));
  expect(await tower.post(`${job}/refund`, {}, own)).toMatchObject(refused(401, "unauthorized"));
  expect(await tower.post("/api/jobs", REQUEST, own)).toMatchObject(refused(401, "unauthorized"));
  expect(await tower.get("/api/kiosks", own)).toMatchObject(refused(401, "unauthorized"));
  expect(await tower.get("/api/play/purse", own)).toMatchObject(refused(401, "unauthorized"));
});

test("work that takes longer is answered with the job, whose credit its credentials keep", async () => {
  const slow = await openPaidServer({ workPatienceMs: 20 });
  slow.brain.behaviour = { execute: "hang" };
  const owner = bearer((await slow.server.access.owners.create()).ownerToken);
  const { body } = await slow.post(ASK, REQUEST);
  const paid = await slow.post("/api/play/pay", { paymentRequest: body.invoice }, { authorization: owner });
  const own = { authorization: l402(body.macaroon, paid.body.preimage) };
  const asked = await slow.post(ASK, REQUEST, own);
  expect(asked).toMatchObject({ status: 202, body: { funding: "l402", agentId: ALPHA } });
  expect(await slow.get(`/api/jobs/${asked.body.jobId}`, own)).toMatchObject({
    status: 200,
    body: { request: "Summarise this." },
  });
  await slow.close();
});

test("prices are not asked for without end from one address", async () => {
  const codes = new Set<string>();
  for (let asked = 0; asked < 40; asked += 1) codes.add((await tower.post(ASK, REQUEST)).body.code);
  expect([...codes]).toEqual(["payment_required", "too_many_open"]);
});
