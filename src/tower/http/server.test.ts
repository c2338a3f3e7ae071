import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as rawRequest } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { jobId, ownerId } from "../../protocol/ids.ts";
import { refuse } from "../../protocol/refusal.ts";
import { sats, toMsat } from "../../protocol/units.ts";
import { newSecret } from "../access/secret.ts";
import { openPlayWallet, type PlayWallet } from "../lightning/play/play-wallet.ts";
import { job, OPERATOR_TOKEN, startServer, type TestServer } from "./server-fixture.ts";
import { contradiction } from "./testing/conformance.ts";

let directory = "";
let wallet: PlayWallet;
let server: TestServer;
const DAY = 86_400_000;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "doors-"));
  wallet = openPlayWallet({
    file: join(directory, "play.db"),
    now: Date.now,
    dayOf: (time) => ({ start: time - (time % DAY), end: time - (time % DAY) + DAY }),
  });
  server = await startServer({ purses: wallet });
});
afterEach(async () => {
  await server.close();
  await wallet.close();
  rmSync(directory, { recursive: true });
});

interface Asked {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

async function ask(method: string, path: string, { token, body, headers = {} }: Asked = {}) {
  const response = await fetch(`${server.origin}${path}`, {
    method,
    headers: {
      ...(method !== "GET" && { "content-type": "application/json" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const answered = {
    status: response.status,
    headers: response.headers,
    body: text.startsWith("{") ? JSON.parse(text) : text,
  };
  const type = response.headers.get("content-type");
  expect(contradiction(server.declarations, { method, path, type, ...answered })).toBeUndefined();
  return answered;
}
const refused = (status: number, code: string) => ({
  status,
  body: { code, message: expect.stringMatching(/^\S.*[.:]$/s) },
});

/** Gives every job that is opened an eval invoice of the play wallet, as the economy does. */
async function invoiceEachJob(): Promise<void> {
  const { perform } = server.economy;
  server.economy.perform = async (caller, intent) => {
    const performed = await perform(caller, intent);
    const opened = performed.jobId === undefined ? undefined : server.jobs.get(performed.jobId);
    if (intent.type !== "job_request" || opened === undefined) return performed;
    const { paymentRequest } = await wallet.makeInvoice({
      amount: sats(10),
      description: "eval",
      expirySeconds: 600,
    });
    server.jobs.set(opened.jobId, {
      ...opened,
      evalInvoice: { invoiceType: "eval", amountSats: sats(10), state: "open", paymentRequest },
    });
    return performed;
  };
}

test("a job is opened, with the secret of its owner and the eval invoice", async () => {
  await invoiceEachJob();
  const { status, body } = await ask("POST", "/api/jobs", { body: { request: "Summarise this." } });
  expect({ status, body }).toEqual({
    status: 201,
    body: {
      jobId: "job_1",
      ownerToken: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      evalInvoice: {
        paymentRequest: expect.stringMatching(/^lnbcrt100n1/),
        amountSats: 10,
        paymentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    },
  });
  expect(server.performed).toMatchObject([
    {
      caller: { ownerId: "owner_1", role: "visitor" },
      intent: { agentId: "timmy", request: "Summarise this." },
    },
  ]);

  const again = await ask("POST", "/api/jobs", {
    token: body.ownerToken,
    headers: { "idempotency-key": "key-1" },
    body: { request: "More.", agentId: "alpha" },
  });
  expect(again.body.ownerToken).toBe(body.ownerToken);
  expect(server.performed[1]).toMatchObject({
    caller: { ownerId: "owner_1" },
    intent: { requestId: "key-1", agentId: "alpha" },
  });
});

test("a job whose invoice takes long is answered all the same, with the owner's secret", async () => {
  const { status, body } = await ask("POST", "/api/jobs", { body: { request: "Summarise this." } });
  expect({ status, body }).toEqual({ status: 202, body: { jobId: "job_1", ownerToken: expect.any(String) } });
});

test.each([
  ["an empty request", { request: "" }],
  ["a blank request", { request: " \n" }],
  ["501 characters", { request: "x".repeat(501) }],
  ["a control character", { request: "a\u0007b" }],
  ["no request", {}],
  ["a field too many", { request: "Do it", funding: "treasury" }],
  ["a list", []],
  ["broken JSON", "{"],
  ["a poisoned prototype", '{"request":"Do it","__proto__":{"a":1}}'],
  ["an agent that is no id", { request: "Do it", agentId: "no id" }],
])("a job of %s is refused and nobody becomes an owner", async (_name, body) => {
  expect(await ask("POST", "/api/jobs", { body })).toMatchObject(refused(400, "bad_request"));
  expect(server.performed).toEqual([]);
  expect((await server.access.owners.create()).ownerId).toBe("owner_1");
});

test("a wrong Idempotency-Key, an unknown token and a kiosk's are refused", async () => {
  const body = { request: "Do it" };
  const kiosk = await server.access.kiosks.create("hall");
  expect(await ask("POST", "/api/jobs", { body, headers: { "idempotency-key": "a b" } })).toMatchObject(
    refused(400, "bad_request"),
  );
  expect(await ask("POST", "/api/jobs", { body, token: newSecret() })).toMatchObject(
    refused(401, "unauthorized"),
  );
  expect(await ask("POST", "/api/jobs", { body, token: kiosk.token })).toMatchObject(
    refused(403, "read_only"),
  );
  expect(await ask("POST", "/api/jobs", { body, headers: { authorization: "Basic eA==" } })).toMatchObject(
    refused(401, "unauthorized"),
  );
  expect(server.performed).toEqual([]);
});

test("a job is public by its course, and whole to its owner and operators", async () => {
  const owner = await server.access.owners.create();
  const other = await server.access.owners.create();
  const kiosk = await server.access.kiosks.create("hall");
  server.jobs.set("j", { ...job("j", owner.ownerId), result: "A secret result" });
  const whole = { ...job("j", owner.ownerId), result: "A secret result" };
  const { ownerId: _owner, request: _request, result: _result, ...open } = whole;
  expect((await ask("GET", "/api/jobs/j")).body).toEqual(open);
  expect((await ask("GET", "/api/jobs/j", { token: other.ownerToken })).body).toEqual(open);
  expect((await ask("GET", "/api/jobs/j", { token: kiosk.token })).body).toEqual(open);
  expect((await ask("GET", "/api/jobs/j", { token: owner.ownerToken })).body).toEqual(whole);
  expect((await ask("GET", "/api/jobs/j", { token: OPERATOR_TOKEN })).body).toEqual(whole);
  expect(await ask("GET", "/api/jobs/j", { token: newSecret() })).toMatchObject(refused(401, "unauthorized"));
  expect(await ask("GET", "/api/jobs/k")).toMatchObject(refused(404, "unknown_job"));
  expect(await ask("GET", "/api/jobs/%00")).toMatchObject(refused(404, "unknown_job"));
});

test.each(["paymentRequest", "invoice"])("a refund is claimed with %s", async (field) => {
  const owner = await server.access.owners.create();
  const owed = { ...job("j", owner.ownerId), phase: "closed", refund: "owed", owedSats: sats(40) } as const;
  server.jobs.set("j", owed);
  server.economy.perform = async (caller, intent) => {
    server.performed.push({ caller, intent });
    server.jobs.set("j", { ...owed, refund: "paid", owedSats: sats(0), paidBackSats: sats(40) });
    return {};
  };
  const { status, body } = await ask("POST", "/api/jobs/j/refund", {
    token: owner.ownerToken,
    body: { [field]: "lnbcrt1..." },
  });
  expect({ status, body }).toEqual({ status: 200, body: { jobId: "j", refundSats: 40, state: "paid" } });
  expect(server.performed).toMatchObject([
    {
      caller: owner.ownerId && { ownerId: owner.ownerId },
      intent: { type: "refund_claim", paymentRequest: "lnbcrt1..." },
    },
  ]);
});

test("a refund that takes long is answered as being paid; refusals keep their code", async () => {
  const owner = await server.access.owners.create();
  const owed = { ...job("j", owner.ownerId), phase: "closed", refund: "owed", owedSats: sats(40) } as const;
  server.jobs.set("j", owed);
  server.economy.perform = async () => {
    server.jobs.set("j", { ...owed, refund: "paying" });
    return {};
  };
  const asked = { token: owner.ownerToken, body: { paymentRequest: "lnbcrt1..." } };
  expect(await ask("POST", "/api/jobs/j/refund", asked)).toMatchObject({
    status: 202,
    body: { jobId: "j", refundSats: 40, state: "paying" },
  });
  server.economy.perform = async () => refuse("wrong_amount", "The invoice must be for exactly 40 sats.");
  expect(await ask("POST", "/api/jobs/j/refund", asked)).toMatchObject({
    status: 400,
    body: { code: "wrong_amount", message: "The invoice must be for exactly 40 sats." },
  });
  expect(await ask("POST", "/api/jobs/j/refund", { body: asked.body })).toMatchObject(
    refused(401, "unauthorized"),
  );
  expect(await ask("POST", "/api/jobs/k/refund", asked)).toMatchObject(refused(404, "unknown_job"));
  const two = { paymentRequest: "lnbcrt1", invoice: "lnbcrt2" };
  expect(await ask("POST", "/api/jobs/j/refund", { ...asked, body: two })).toMatchObject(
    refused(400, "bad_request"),
  );
  expect(await ask("POST", "/api/jobs/j/refund", { ...asked, body: { paymentRequest: 5 } })).toMatchObject(
    refused(400, "bad_request"),
  );
});

test("a job is cancelled by its owner's word", async () => {
  const owner = await server.access.owners.create();
  server.jobs.set("j", job("j", owner.ownerId));
  const { status, body } = await ask("POST", "/api/jobs/j/cancel", { token: owner.ownerToken });
  expect({ status, jobId: body.jobId }).toEqual({ status: 200, jobId: "j" });
  expect(server.performed).toMatchObject([{ intent: { type: "job_cancel", jobId: "j" } }]);
  expect(await ask("POST", "/api/jobs/j/cancel")).toMatchObject(refused(401, "unauthorized"));
  expect(await ask("POST", "/api/jobs/k/cancel", { token: owner.ownerToken })).toMatchObject(
    refused(404, "unknown_job"),
  );
});

test("a purse is looked at, filled, pays an invoice of this tower, and asks for sats", async () => {
  const { ownerToken: token } = await server.access.owners.create();
  const reconciled: string[] = [];
  server.economy.reconcile = async (hash?: string) => {
    reconciled.push(hash ?? "");
  };
  const get = async () => (await ask("GET", "/api/play/purse", { token })).body;
  expect(await get()).toEqual({ balanceSats: 10_000, faucetLeftSats: 40_000 });
  expect((await ask("POST", "/api/play/faucet", { token })).body).toEqual({
    balanceSats: 20_000,
    faucetLeftSats: 30_000,
  });
  const { paymentRequest, paymentHash } = await wallet.makeInvoice({
    amount: sats(10),
    description: "eval",
    expirySeconds: 600,
  });
  const paid = (await ask("POST", "/api/play/pay", { token, body: { paymentRequest } })).body;
  expect(paid).toEqual({
    paymentHash,
    preimage: expect.stringMatching(/^[0-9a-f]{64}$/),
    balanceSats: 19_990,
    faucetLeftSats: 30_000,
  });
  // A payer's receipt, which any payer can check.
  expect(createHash("sha256").update(Buffer.from(paid.preimage, "hex")).digest("hex")).toBe(paymentHash);
  expect(reconciled).toEqual([paymentHash]);
  expect(await ask("POST", "/api/play/pay", { token, body: { paymentRequest } })).toMatchObject(
    refused(409, "already_paid"),
  );
  const wanted = await ask("POST", "/api/play/invoice", { token, body: { amountSats: 25 } });
  expect(wanted).toMatchObject({
    status: 201,
    body: { amountSats: 25, paymentHash: expect.any(String), expiresAt: expect.stringMatching(/Z$/) },
  });
  await wallet.pay({ paymentRequest: wanted.body.paymentRequest, feeLimit: toMsat(sats(0)) });
  expect((await get()).balanceSats).toBe(20_015);
});

test("play routes refuse strangers, kiosks and wrong bodies, and are not there without play sats", async () => {
  const { ownerToken: token } = await server.access.owners.create();
  const kiosk = await server.access.kiosks.create("hall");
  expect(await ask("GET", "/api/play/purse")).toMatchObject(refused(401, "unauthorized"));
  expect(await ask("POST", "/api/play/faucet", { token: kiosk.token })).toMatchObject(
    refused(403, "read_only"),
  );
  expect(await ask("POST", "/api/play/pay", { token, body: {} })).toMatchObject(refused(400, "bad_request"));
  expect(await ask("POST", "/api/play/pay", { token, body: { paymentRequest: "lnbc1" } })).toMatchObject(
    refused(400, "malformed_invoice"),
  );
  for (const amountSats of [0, -1, 1.5, "5", 2_000_000_000])
    expect(await ask("POST", "/api/play/invoice", { token, body: { amountSats } })).toMatchObject(
      refused(400, "bad_request"),
    );
  await server.close();
  server = await startServer();
  expect(await ask("POST", "/api/play/faucet", { token })).toMatchObject(refused(404, "not_found"));
});

test("operators hang up kiosks and take them down; nobody else does", async () => {
  const made = await ask("POST", "/api/kiosks", { token: OPERATOR_TOKEN, body: { label: "hall" } });
  expect(made).toMatchObject({
    status: 201,
    body: { kioskId: "kiosk_1", label: "hall", token: expect.any(String) },
  });
  expect((await ask("GET", "/api/kiosks", { token: OPERATOR_TOKEN })).body).toEqual({
    kiosks: [{ kioskId: "kiosk_1", label: "hall" }],
  });
  const screen = await server.connect(`?token=${made.body.token}`);
  await screen.first("connection");
  expect((await ask("POST", "/api/kiosks/kiosk_1/revoke", { token: OPERATOR_TOKEN })).status).toBe(200);
  expect((await screen.closed).code).toBe(4005);
  expect(await ask("POST", "/api/kiosks/kiosk_1/revoke", { token: OPERATOR_TOKEN })).toMatchObject(
    refused(404, "not_found"),
  );
  const { ownerToken } = await server.access.owners.create();
  for (const token of [undefined, ownerToken])
    expect(await ask("POST", "/api/kiosks", { token, body: { label: "hall" } })).toMatchObject(
      refused(403, "forbidden"),
    );
});

test("what is not there, not allowed, too long or not JSON is refused", async () => {
  expect(await ask("GET", "/api/nothing")).toMatchObject(refused(404, "not_found"));
  const put = await ask("PUT", "/api/jobs", { body: {} });
  expect(put).toMatchObject(refused(405, "method_not_allowed"));
  expect(put.headers.get("allow")).toBe("POST");
  expect(await ask("DELETE", "/api/jobs/j", {})).toMatchObject(refused(405, "method_not_allowed"));
  expect(await ask("POST", "/api/jobs", { body: { request: "x".repeat(70_000) } })).toMatchObject(
    refused(413, "frame_too_large"),
  );
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""])
    expect(await ask("POST", "/api/jobs", { body: "{}", headers: { "content-type": type } })).toMatchObject(
      refused(415, "unsupported_media_type"),
    );
  expect(await ask("GET", "/ws/matrix")).toMatchObject(refused(400, "bad_request"));
});

test("a foreign Origin or Host changes nothing; what only looks is answered", async () => {
  const body = { request: "Do it" };
  expect(await ask("POST", "/api/jobs", { body, headers: { origin: "https://evil.example" } })).toMatchObject(
    refused(403, "forbidden"),
  );
  const status = await new Promise<number | undefined>((resolve, reject) => {
    rawRequest(`${server.origin}/api/jobs`, {
      method: "POST",
      headers: { host: "evil.example", "content-type": "application/json" },
    })
      .on("response", (response) => resolve(response.resume().statusCode))
      .on("error", reject)
      .end(JSON.stringify(body));
  });
  expect(status).toBe(403);
  expect(server.performed).toEqual([]);
  expect((await ask("GET", "/healthz", { headers: { origin: "https://evil.example" } })).status).toBe(200);
});

test("an owner and an address may ask a hundred times a minute over both doors together", async () => {
  const { ownerToken: token } = await server.access.owners.create();
  const client = await server.connect();
  await client.subscribe({ ownerToken: token });
  for (let n = 0; n < 99; n++) client.send({ type: "purse_topup", requestId: `r${n}` });
  await client.until((all) => all.filter(({ type }) => type === "accepted").length === 99);
  expect((await ask("POST", "/api/play/faucet", { token })).status).toBe(200);
  expect(await ask("POST", "/api/play/faucet", { token })).toMatchObject(refused(429, "rate_limited"));
  client.send({ type: "purse_topup", requestId: "one-more" });
  expect(await client.first("error")).toMatchObject({ code: "rate_limited" });
});

test("an address that asks too much is turned away", async () => {
  await server.close();
  server = await startServer({ requestsPerMinute: 3 });
  for (let n = 0; n < 3; n++) expect((await ask("GET", "/api/jobs/j")).status).toBe(404);
  expect(await ask("GET", "/api/jobs/j")).toMatchObject(refused(429, "rate_limited"));
  expect((await ask("GET", "/healthz")).status).toBe(200);
});

test("a tower with too much to do turns everybody away but who asks for its health", async () => {
  await server.close();
  server = await startServer({ maxEventLoopDelayMs: 1 });
  const busy = setInterval(() => {
    const end = performance.now() + 30;
    while (performance.now() < end);
  }, 1);
  try {
    let answer = await ask("GET", "/readyz");
    while (answer.status !== 503) answer = await ask("GET", "/readyz");
    expect(answer).toMatchObject(refused(503, "overloaded"));
    await expect(server.connect()).rejects.toThrow(/503 .*overloaded/);
    expect((await ask("GET", "/healthz?from=probe")).status).toBe(200);
  } finally {
    clearInterval(busy);
  }
});

test("health is the event loop's; readiness is the tower's", async () => {
  await server.close();
  let trouble: string | undefined;
  server = await startServer({
    ready: async () => {
      if (trouble !== undefined) refuse("storage_unavailable", trouble);
    },
  });
  expect(await ask("GET", "/readyz")).toMatchObject({ status: 200, body: { status: "ready" } });
  trouble = "The disk is full.";
  expect(await ask("GET", "/readyz")).toMatchObject(refused(503, "storage_unavailable"));
  expect(await ask("GET", "/healthz")).toMatchObject({ status: 200, body: { status: "ok" } });
});

test("what fails inside is answered without its reason, and logged", async () => {
  server.economy.job = async () => {
    throw new Error("inner workings");
  };
  const { status, body } = await ask("GET", "/api/jobs/j");
  expect({ status, body }).toMatchObject(refused(500, "internal"));
  expect(JSON.stringify(body)).not.toContain("inner workings");
  expect(server.logged.join("")).toContain("inner workings");
});

test("a tower that stops does not wait for who never asked for anything", async () => {
  const { port } = new URL(server.origin);
  const silent = connect(Number(port), "127.0.0.1");
  const closed = new Promise((resolve) => silent.on("close", resolve));
  // Answered after it: the server has the silent one by then.
  await new Promise((resolve) => silent.on("connect", resolve));
  await ask("GET", "/healthz");
  await server.app.close();
  await closed;
});

test("every answer carries the policy that pages run under", async () => {
  const { headers } = await ask("GET", "/healthz");
  const { port } = new URL(server.origin);
  expect(headers.get("content-security-policy")).toBe(
    [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data: blob:",
      "font-src 'self'",
      `connect-src 'self' ws://127.0.0.1:${port} wss://127.0.0.1:${port}`,
      "worker-src 'self'",
      "manifest-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types sw",
    ].join(";"),
  );
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("referrer-policy")).toBe("no-referrer");
});

test("without a build the address says what to do", async () => {
  const { status, body } = await ask("GET", "/");
  expect({ status, body }).toEqual({ status: 503, body: expect.stringContaining("npm start") });
});

test("the built client is served compressed, hashed files for ever", async () => {
  const dist = join(directory, "dist");
  mkdirSync(join(dist, "assets"), { recursive: true });
  writeFileSync(join(dist, "index.html"), "<!doctype html>");
  const script = "console.log('the same in every encoding')";
  const path = join(dist, "assets", "main-Ab12_-cd.js");
  writeFileSync(path, script);
  writeFileSync(`${path}.br`, brotliCompressSync(script));
  writeFileSync(`${path}.gz`, gzipSync(script));
  writeFileSync(join(directory, "outside.txt"), "secret");
  await server.close();
  server = await startServer({ clientDir: dist });
  const page = await ask("GET", "/");
  expect(page.status).toBe(200);
  expect(page.headers.get("cache-control")).toBe("no-cache");
  expect(page.headers.get("content-type")).toMatch(/^text\/html/);
  for (const [accepted, encoding] of [
    ["br, gzip", "br"],
    ["gzip", "gzip"],
    ["identity", null],
  ] as const) {
    const file = await ask("GET", "/assets/main-Ab12_-cd.js", { headers: { "accept-encoding": accepted } });
    expect([file.body, file.headers.get("content-encoding")]).toEqual([script, encoding]);
    expect(file.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(file.headers.get("content-type")).toMatch(/javascript/);
  }
  for (const missing of ["/assets/none-Ab12_-cd.js", "/%2e%2e/outside.txt", "/.env"])
    expect((await ask("GET", missing)).status).toBeGreaterThanOrEqual(400);
});

test("a job's owner is not told apart from a stranger by another's job", async () => {
  server.jobs.set("j", job("j", ownerId("somebody-else")));
  const { ownerToken } = await server.access.owners.create();
  const { body } = await ask("GET", "/api/jobs/j", { token: ownerToken });
  expect(body).not.toHaveProperty("request");
  expect(body.jobId).toBe(jobId("j"));
});
