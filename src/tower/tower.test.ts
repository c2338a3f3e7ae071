import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { TowerMessage } from "../protocol/messages.ts";
import { createLogger } from "./access/logger.ts";
import { parseConfig } from "./config.ts";
import { connectClient, type TestClient } from "./http/server-fixture.ts";
import { startTower, type Tower } from "./tower.ts";

let dataDir = "";
let towers: Tower[] = [];
let logged: string[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "tower-"));
  towers = [];
  logged = [];
});
afterEach(async () => {
  for (const tower of towers) await tower.stop();
  rmSync(dataDir, { recursive: true });
  vi.unstubAllGlobals();
});

async function start(env: Record<string, string> = {}): Promise<Tower> {
  const config = parseConfig({ PORT: "0", DATA_DIR: dataDir, TIME_ZONE: "UTC", ...env });
  const tower = await startTower(
    config,
    createLogger("trace", { write: (line) => logged.push(line) }),
    "/nonexistent",
  );
  towers.push(tower);
  return tower;
}

const connect = (tower: Tower): Promise<TestClient> =>
  connectClient(`${tower.address.replace("http", "ws")}/ws/matrix`);
const facts = (messages: readonly TowerMessage[]) =>
  messages.filter((message): message is Extract<TowerMessage, { prev?: unknown }> => "prev" in message);
const isUnbroken = (messages: readonly TowerMessage[], since: number): boolean => {
  let prev = since;
  for (const fact of facts(messages)) {
    if (fact.prev !== prev) return false;
    prev = fact.seq ?? Number.NaN;
  }
  return true;
};

const REQUEST =
  "Give me the sentiment of this: I love the spring, the flowers and the long warm evenings by the river.";

test("a job over the socket, from the request to the refund, and again as a gap after a restart", async () => {
  const first = await start();
  const client = await connect(first);
  const { ownerToken, epoch, seq: since = 0 } = (await client.subscribe()) ?? {};
  expect((await client.first("snapshot_part")).purse).toEqual({
    balanceSats: 10_000,
    faucetLeftSats: 40_000,
  });
  client.send({ type: "job_request", requestId: "r1", agentId: "alpha", request: REQUEST });
  const { jobId } = await client.first("job_started");
  await client.first("invoice_request");
  client.send({ type: "pay_invoice", requestId: "r2", jobId, invoiceType: "eval" });
  const priced = await client.until((all) =>
    all.some((message) => message.type === "invoice_request" && message.invoiceType === "work"),
  );
  expect(priced.filter(({ type }) => type === "error")).toEqual([]);
  client.send({ type: "pay_invoice", requestId: "r3", jobId, invoiceType: "work" });
  const completed = await client.first("job_completed");
  expect(completed).toMatchObject({
    outcome: "completed",
    agentId: "alpha",
    result: expect.stringMatching(/positive/),
  });
  client.send({ type: "refund_claim", requestId: "r4", jobId });
  const back = await client.first("refund_settled");
  expect(back.amountSats).toBe(completed.refundSats);
  const live = await client.until((all) => all.some((m) => m.type === "accepted" && m.requestId === "r4"));
  expect(isUnbroken(live, since)).toBe(true);
  let written = "";
  for (const message of live)
    if (message.type === "job_progress") written = written.slice(0, message.offset) + message.text;
  expect(written).toBe(completed.result);
  const purses = live.filter((message) => message.type === "purse_state");
  expect(purses.at(-1)?.balanceSats).toBe(10_000 - 10 - (completed.actualCostSats ?? 0));

  await first.stop();
  expect((await client.closed).code).toBe(4000);
  const second = await start();
  const again = await connect(second);
  const resumed = await again.subscribe({ ownerToken, since: { epoch, seq: since } });
  expect(resumed).toMatchObject({ mode: "resume", epoch });
  const missed = await again.until((all) => all.some(({ type }) => type === "refund_settled"));
  expect(facts(missed)).toEqual(facts(live));

  const reloaded = await connect(second);
  await reloaded.subscribe({ ownerToken });
  const snapshot = await reloaded.first("snapshot_part");
  expect(snapshot.jobs).toMatchObject([{ jobId, phase: "closed", refund: "paid", request: REQUEST }]);
  expect(snapshot.chat?.map(({ text }) => text)).toEqual(expect.arrayContaining([REQUEST, completed.result]));
  const stranger = await connect(second);
  await stranger.subscribe();
  const strange = await stranger.first("snapshot_part");
  expect([strange.chat, strange.progress]).toEqual([undefined, undefined]);
  expect(JSON.stringify(stranger.received)).not.toContain("long warm evenings");

  const ready = await fetch(`${second.address}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([200, { status: "ready" }]);
  expect(logged.join("")).not.toContain(ownerToken);
  expect(logged.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
});

test("the operator's token is made at the first start alone, and opens the books", async () => {
  const first = await start();
  const { newOperatorToken: token } = first;
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  const client = await connect(first);
  expect(await client.subscribe({ token })).toMatchObject({ role: "operator" });
  expect((await client.first("snapshot_part")).treasury).toEqual({
    treasurySats: 100_000,
    dailyBurnSats: 0,
    netTodaySats: 0,
  });
  await first.stop();
  const second = await start();
  expect(second.newOperatorToken).toBeUndefined();
  expect(await (await connect(second)).subscribe({ token })).toMatchObject({ role: "operator" });
  expect(logged.join("")).not.toContain(token);
});

test("what the tower keeps is for its own user's eyes", async () => {
  await start();
  for (const name of ["tower.db", "play-wallet.db", "operator-token"])
    expect([name, statSync(join(dataDir, name)).mode & 0o077]).toEqual([name, 0]);
});

test("a second tower on the same folder is refused, and the first goes on", async () => {
  const first = await start();
  await expect(start()).rejects.toMatchObject({
    code: "storage_unavailable",
    message: expect.stringContaining(dataDir),
  });
  expect((await fetch(`${first.address}/readyz`)).status).toBe(200);
});

test("a start that fails frees everything, and shows no token that it did not keep", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const address = taken.address();
  const port = typeof address === "object" ? `${address?.port}` : "";
  await expect(start({ PORT: port })).rejects.toMatchObject({
    message: expect.stringContaining(`Port ${port}`),
  });
  taken.close();
  expect((await start()).newOperatorToken).toBeDefined();
});

test("an address that is not this machine's is refused in a sentence", async () => {
  await expect(start({ HOST: "192.0.2.1" })).rejects.toThrow("192.0.2.1 is not an address of this machine.");
});

/** Stands in for everybody outside this machine. */
function stubOutside(
  answer: (host: string, signal: AbortSignal | null | undefined) => Promise<Response>,
): void {
  const real = globalThis.fetch;
  vi.stubGlobal("fetch", (url: string, init?: RequestInit) => {
    const { hostname } = new URL(url);
    return hostname === "127.0.0.1" ? real(url, init) : answer(hostname, init?.signal);
  });
}

test("with BTC_PRICE=public work is priced with what the exchanges say", async () => {
  const answers: Response[] = [];
  stubOutside(async (host) => {
    const answer = /bitstamp|gemini/.test(host)
      ? Response.json({ last: "50000.00" })
      : new Response("busy", { status: 503 });
    answers.push(answer);
    return answer;
  });
  const tower = await start({ BTC_PRICE: "public", BTC_PRICE_USD: "90000" });
  await expect.poll(() => answers.map(({ bodyUsed }) => bodyUsed)).toEqual([true, true, true, true, true]);
  const client = await connect(tower);
  await client.subscribe();
  client.send({ type: "job_request", requestId: "r1", agentId: "alpha", request: REQUEST });
  const { jobId } = await client.first("job_started");
  await client.first("invoice_request");
  client.send({ type: "pay_invoice", requestId: "r2", jobId, invoiceType: "eval" });
  const messages = await client.until((all) =>
    all.some((message) => message.type === "invoice_request" && message.invoiceType === "work"),
  );
  const work = messages.filter((message) => message.type === "invoice_request").at(-1);
  expect(work?.price).toMatchObject({ btcPriceUsd: 50_000, marginPercent: 40 });
  const warnings = logged.map((line) => JSON.parse(line)).filter(({ level }) => level >= 40);
  expect(warnings.map(({ msg }) => msg).toSorted()).toEqual(
    ["Bitfinex", "Coinbase", "Kraken"].map((name) => `${name} does not say what a bitcoin costs`),
  );
});

test("a tower that stops while it asks for the price ends its questions", async () => {
  const signals: (AbortSignal | null | undefined)[] = [];
  stubOutside((_host, signal) => {
    signals.push(signal);
    return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  });
  const tower = await start({ BTC_PRICE: "public" });
  expect(signals.map((signal) => signal?.aborted)).toEqual([false, false, false, false, false]);
  await tower.stop();
  expect(signals.map((signal) => signal?.aborted)).toEqual([true, true, true, true, true]);
  expect(logged.map((line) => JSON.parse(line)).filter(({ level }) => level >= 40)).toEqual([]);
});

test("a tower behind a proxy that it is told of knows its visitors apart", async () => {
  const { address } = await start({ TRUSTED_PROXIES: "127.0.0.1" });
  const recover = async (from: string): Promise<number> => {
    const { status } = await fetch(`${address}/api/sessions/recover`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-forwarded-for": from },
      body: JSON.stringify({ recoveryCode: "aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aa" }),
    });
    return status;
  };
  const tries: number[] = [];
  for (let n = 0; n < 11; n++) tries.push(await recover("203.0.113.1"));
  expect(tries).toEqual([...Array<number>(10).fill(401), 429]);
  expect(await recover("203.0.113.2")).toBe(401);
});
