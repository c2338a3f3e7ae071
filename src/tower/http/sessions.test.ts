import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sats } from "../../protocol/units.ts";
import { mintCredential, revokeCredentials } from "../access/macaroons/credentials.ts";
import { addCaveats } from "../access/macaroons/macaroon.ts";
import { newSecret } from "../access/secret.ts";
import { audit, IN_ORDER } from "../economy/testing/books.ts";
import { createTestBrain } from "../economy/testing/brain.ts";
import { OPERATOR_TOKEN } from "./server-fixture.ts";
import type { Got } from "./testing/ask-declared.ts";
import { bearer, openPaidServer, type PaidServer } from "./testing/paid-server.ts";

let tower: PaidServer;
beforeEach(async () => {
  tower = await openPaidServer();
});
afterEach(() => tower.close());

const refused = (status: number, code: string) => ({
  status,
  body: { code, message: expect.stringMatching(/^\S.*[.:]$/s) },
});

/** A session with a deposit on it, and what its owner was shown. */
async function funded(amountSats = 1000, in_: PaidServer = tower) {
  const { body } = await in_.post("/api/sessions", { amountSats });
  const { invoice, macaroon, ownerToken, recoveryCode, sessionId } = body as Record<string, string> & {
    invoice: { paymentRequest: string };
  };
  const owner = bearer(ownerToken ?? "");
  const paid = await in_.post(
    "/api/play/pay",
    { paymentRequest: invoice.paymentRequest },
    { authorization: owner },
  );
  expect(paid.status).toBe(200);
  const path = `/api/sessions/${sessionId}`;
  return {
    path,
    sessionId: sessionId ?? "",
    owner,
    macaroon: macaroon ?? "",
    pass: bearer(macaroon ?? ""),
    recoveryCode: recoveryCode ?? "",
  };
}
const narrowed = (macaroon: string, ...caveats: string[]): string => bearer(addCaveats(macaroon, caveats));
const REQUEST = { request: "Summarise this.", agentId: "alpha" };

test("a session is opened, paid, asked on, topped up and closed, with nothing but its macaroon", async () => {
  const opened = await tower.post("/api/sessions", { amountSats: 1000 });
  expect(opened).toMatchObject({
    status: 201,
    body: {
      sessionId: expect.stringMatching(/^session_[0-9a-f]{16}$/),
      ownerToken: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      invoice: {
        paymentRequest: expect.stringMatching(/^lnbcrt10u1/),
        paymentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        amountSats: 1000,
        expiresAt: "2026-01-15T12:15:00.000Z",
      },
      macaroon: expect.stringMatching(/^[A-Za-z0-9+/]{140}=*$/),
      recoveryCode: expect.stringMatching(/^[a-z2-7-]{32}$/),
    },
  });
  const { invoice, macaroon, ownerToken, sessionId } = opened.body;
  const pass = { authorization: bearer(macaroon) };
  const path = `/api/sessions/${sessionId}`;
  expect(await tower.get(path, pass)).toMatchObject({
    status: 200,
    body: { sessionId, state: "awaiting_payment", paymentRequest: invoice.paymentRequest, balanceSats: 0 },
  });
  expect(await tower.post(`${path}/request`, REQUEST, pass)).toMatchObject(
    refused(409, "session_not_active"),
  );
  await tower.post(
    "/api/play/pay",
    { paymentRequest: invoice.paymentRequest },
    { authorization: bearer(ownerToken) },
  );
  const answered = await tower.post(`${path}/request`, { request: "Summarise this." }, pass);
  expect({ status: answered.status, body: answered.body }).toEqual({
    status: 200,
    body: {
      jobId: expect.any(String),
      outcome: "completed",
      result: "Half and whole.",
      costSats: 220,
      balanceSats: 780,
    },
  });
  const { jobId } = answered.body;
  expect((await tower.get(`/api/jobs/${jobId}`, pass)).body).toMatchObject({
    request: "Summarise this.",
    result: "Half and whole.",
    sessionId,
  });
  const more = await tower.post(`${path}/topup`, { amount_sats: 500 }, pass);
  expect(more).toMatchObject({
    status: 201,
    body: { sessionId, invoice: { amountSats: 500, paymentRequest: expect.stringMatching(/^lnbcrt5u1/) } },
  });
  expect(await tower.post(`${path}/pay`, {}, { authorization: bearer(ownerToken) })).toMatchObject({
    status: 200,
    body: { balanceSats: 1280 },
  });
  expect(await tower.post(`${path}/close`, {}, pass)).toMatchObject({
    status: 200,
    body: { sessionId, state: "closed", balanceSats: 0, owedSats: 0, refund: "paid" },
  });
  expect((await tower.get("/api/play/purse", { authorization: bearer(ownerToken) })).body.balanceSats).toBe(
    10_000 - 220,
  );
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("what a session's owner is shown is shown once, also to the same request again", async () => {
  const { ownerToken } = await tower.server.access.owners.create();
  const sent = { authorization: bearer(ownerToken), key: "open-1" };
  const first = await tower.post("/api/sessions", { amountSats: 200 }, sent);
  const again = await tower.post("/api/sessions", { amountSats: 200 }, sent);
  const { macaroon, recoveryCode, ...rest } = first.body;
  expect([macaroon, recoveryCode]).toEqual([expect.any(String), expect.any(String)]);
  expect({ status: again.status, body: again.body }).toEqual({ status: 201, body: rest });
  expect(await tower.post("/api/sessions", { amountSats: 300 }, sent)).toMatchObject(
    refused(409, "conflict"),
  );
  const path = `/api/sessions/${rest.sessionId}`;
  await tower.post(`${path}/pay`, {}, { authorization: bearer(ownerToken) });
  // Two at once: each is answered with its own.
  const [one, other] = await Promise.all(
    [300, 400].map((amountSats) =>
      tower.post(`${path}/topup`, { amountSats }, { ...sent, key: `top-${amountSats}` }),
    ),
  );
  expect([one?.body.invoice.amountSats, other?.body.invoice.amountSats]).toEqual([300, 400]);
  const repeated = await tower.post(`${path}/topup`, { amountSats: 300 }, { ...sent, key: "top-300" });
  expect(repeated.body).toEqual(one?.body);
});

test.each([
  ["nothing", {}, "bad_request"],
  ["both", { amountSats: 200, amount_sats: 200 }, "bad_request"],
  ["too little", { amountSats: 99 }, "wrong_amount"],
  ["too much", { amountSats: 10_001 }, "wrong_amount"],
  ["too much, as it was called once", { amount_sats: 10_001 }, "wrong_amount"],
  ["half a sat", { amountSats: 200.5 }, "bad_request"],
  ["a field too many", { amountSats: 200, agentId: "alpha" }, "bad_request"],
])("a session of %s is refused, and makes nobody an owner", async (_, body, code) => {
  const before = tower.server.access.owners.create;
  let made = 0;
  Object.assign(tower.server.access.owners, {
    create: () => {
      made += 1;
      return before();
    },
  });
  expect(await tower.post("/api/sessions", body)).toMatchObject(refused(400, code));
  expect(made).toBe(0);
});

test("a macaroon opens its session and that session's jobs, and nothing else", async () => {
  const mine = await funded();
  const other = await funded();
  const foreign = { authorization: other.pass };
  const { body } = await tower.post(`${mine.path}/request`, REQUEST, { authorization: mine.owner });
  expect(await tower.get(mine.path, foreign)).toMatchObject(refused(403, "forbidden"));
  for (const [what, sent] of [
    ["request", REQUEST],
    ["topup", { amountSats: 200 }],
    ["close", {}],
  ] as const)
    expect(await tower.post(`${mine.path}/${what}`, sent, foreign)).toMatchObject(refused(403, "forbidden"));
  const job = `/api/jobs/${body.jobId}`;
  expect((await tower.get(job, { authorization: mine.pass })).body).toMatchObject({
    result: "Half and whole.",
  });
  const seen = await tower.get(job, foreign);
  expect([seen.status, seen.body.result, seen.body.request]).toEqual([200, undefined, undefined]);
  expect(await tower.get(`${job}/stream`, foreign)).toMatchObject(refused(403, "forbidden"));
  const mineToo = { authorization: mine.pass };
  for (const path of ["/api/jobs", "/api/sessions", "/api/sessions/recover"]) {
    const sent =
      path === "/api/jobs"
        ? REQUEST
        : path === "/api/sessions"
          ? { amountSats: 200 }
          : { recoveryCode: mine.recoveryCode };
    expect(await tower.post(path, sent, mineToo)).toMatchObject(refused(401, "unauthorized"));
  }
  for (const path of [`${mine.path}/pay`, `${job}/refund`, `${job}/cancel`, "/api/play/faucet"])
    expect(await tower.post(path, {}, mineToo)).toMatchObject(refused(401, "unauthorized"));
  expect(await tower.get("/api/play/purse", mineToo)).toMatchObject(refused(401, "unauthorized"));
  expect(await tower.get("/api/kiosks", mineToo)).toMatchObject(refused(401, "unauthorized"));
  expect(await tower.post("/api/kiosks", { label: "Hall" }, mineToo)).toMatchObject(
    refused(401, "unauthorized"),
  );
  expect(await tower.post("/api/agents/alpha/ask", { request: "x" }, mineToo)).toMatchObject(
    refused(401, "unauthorized"),
  );
  expect((await tower.get(mine.path, mineToo)).body.balanceSats).toBe(780);
});

test("the macaroon of an operator's session is no operator", async () => {
  const opened = await tower.post(
    "/api/sessions",
    { amountSats: 1000 },
    { authorization: bearer(OPERATOR_TOKEN) },
  );
  expect(opened.body).not.toHaveProperty("ownerToken");
  const pass = { authorization: bearer(opened.body.macaroon) };
  const path = `/api/sessions/${opened.body.sessionId}`;
  await tower.post(`${path}/pay`, {}, { authorization: bearer(OPERATOR_TOKEN) });
  expect((await tower.post(`${path}/request`, REQUEST, pass)).status).toBe(200);
  const { sessionId: _own, ...somebodys } = await funded();
  expect(await tower.get(somebodys.path, pass)).toMatchObject(refused(403, "forbidden"));
  expect(await tower.get("/api/kiosks", pass)).toMatchObject(refused(401, "unauthorized"));
  const job = await tower.request((await tower.server.access.owners.create()).ownerId);
  expect((await tower.get(`/api/jobs/${job}`, pass)).body).not.toHaveProperty("request");
});

test("tokens: operators look at any session and use none but their own; strangers and kiosks neither", async () => {
  const { owner, path } = await funded();
  const kiosk = await tower.server.access.kiosks.create("hall");
  const stranger = await tower.server.access.owners.create();
  const operator = { authorization: bearer(OPERATOR_TOKEN) };
  const looks = (authorization?: string) => tower.get(path, { authorization });
  const asks = (authorization?: string) =>
    tower.ask("POST", `${path}/request`, { body: REQUEST, authorization });
  expect((await looks(owner)).status).toBe(200);
  expect((await tower.get(path, operator)).body).toMatchObject({ balanceSats: 1000 });
  for (const what of ["request", "topup", "close", "pay"]) {
    const body = what === "request" ? REQUEST : what === "topup" ? { amountSats: 200 } : {};
    expect(await tower.post(`${path}/${what}`, body, operator)).toMatchObject(refused(403, "forbidden"));
  }
  for (const act of [looks, asks]) {
    expect(await act(bearer(stranger.ownerToken))).toMatchObject(refused(403, "forbidden"));
    expect(await act(bearer(kiosk.token))).toMatchObject(refused(403, "read_only"));
    expect(await act(bearer(newSecret()))).toMatchObject(refused(401, "unauthorized"));
    expect(await act()).toMatchObject(refused(401, "unauthorized"));
  }
  expect(
    await tower.post("/api/sessions", { amountSats: 200 }, { authorization: bearer(kiosk.token) }),
  ).toMatchObject(refused(403, "read_only"));
  expect(await tower.get("/api/sessions/session_none", { authorization: owner })).toMatchObject(
    refused(404, "unknown_session"),
  );
  expect(await tower.get(`/api/sessions/${"x".repeat(65)}`, { authorization: owner })).toMatchObject(
    refused(404, "unknown_session"),
  );
});

test("each caveat is held to", async () => {
  const { macaroon, owner, path, sessionId } = await funded();
  const on = (authorization: string, what: string, body: unknown = {}): Promise<Got> =>
    tower.post(`${path}/${what}`, body, { authorization });
  const reader = narrowed(macaroon, "actions=read");
  expect((await tower.get(path, { authorization: reader })).status).toBe(200);
  for (const [what, body] of [
    ["request", REQUEST],
    ["topup", { amountSats: 200 }],
    ["close", {}],
  ] as const)
    expect(await on(reader, what, body)).toMatchObject(refused(403, "forbidden"));
  const asker = narrowed(macaroon, "actions=request", "agents=beta,timmy");
  expect(await tower.get(path, { authorization: asker })).toMatchObject(refused(403, "forbidden"));
  expect(await on(asker, "request", REQUEST)).toMatchObject(refused(403, "forbidden"));
  // Nobody in particular is somebody that the macaroon is for.
  const asked = await on(asker, "request", { request: "Summarise this." });
  expect(asked).toMatchObject({ status: 200, body: { costSats: 220, balanceSats: 780 } });
  const job = `/api/jobs/${asked.body.jobId}`;
  expect(["beta", "timmy"]).toContain((await tower.get(job, { authorization: owner })).body.agentId);
  expect(await tower.get(job, { authorization: asker })).toMatchObject(refused(403, "forbidden"));
  const elsewhere = narrowed(macaroon, "agents=alpha");
  expect(await tower.get(job, { authorization: elsewhere })).toMatchObject(refused(403, "forbidden"));
  // 10 to evaluate and at most 308 to do.
  expect(await on(narrowed(macaroon, "max_sats=317"), "request", REQUEST)).toMatchObject(
    refused(403, "forbidden"),
  );
  expect(await on(narrowed(macaroon, "max_sats=318"), "request", REQUEST)).toMatchObject({ status: 200 });
  const soon = narrowed(macaroon, `expires_at=${tower.clock.now() / 1000 + 60}`);
  expect((await tower.get(path, { authorization: soon })).status).toBe(200);
  tower.clock.advance(60_000);
  expect(await tower.get(path, { authorization: soon })).toMatchObject(refused(401, "unauthorized"));
  expect((await tower.get(path, { authorization: bearer(macaroon) })).body).toMatchObject({
    sessionId,
    balanceSats: 560,
  });
});

test("a macaroon that may spend only so much, or with some agents, does not take the whole balance", async () => {
  const { macaroon, owner, pass, path } = await funded(1000);
  const thief = await tower.server.access.owners.create();
  const { body: invoice } = await tower.post(
    "/api/play/invoice",
    { amountSats: 1000 },
    { authorization: bearer(thief.ownerToken) },
  );
  const away = { paymentRequest: invoice.paymentRequest };
  for (const caveats of [["max_sats=1"], ["agents=alpha"], ["max_sats=5000", "actions=close"]])
    expect(
      await tower.post(`${path}/close`, away, { authorization: narrowed(macaroon, ...caveats) }),
    ).toMatchObject(refused(403, "forbidden"));
  expect((await tower.get(path, { authorization: owner })).body).toMatchObject({
    state: "active",
    balanceSats: 1000,
  });
  expect(
    (await tower.get("/api/play/purse", { authorization: bearer(thief.ownerToken) })).body,
  ).toMatchObject({ balanceSats: 10_000 });
  expect(await tower.post(`${path}/close`, away, { authorization: pass })).toMatchObject({
    status: 200,
    body: { state: "closed", refund: "paid" },
  });
});

test("what is no macaroon of the tower's, or none any more, opens nothing", async () => {
  const { macaroon, path, sessionId } = await funded();
  const forged = await (async () => {
    // Signed with a key that the tower does not have: minted, and then forgotten.
    const text = await tower.database.transaction((sql) =>
      mintCredential(sql, { kind: "session", subjectId: sessionId, paymentHash: "00".repeat(32), now: 0 }),
    );
    await tower.database.transaction((sql) => sql.run("DELETE FROM macaroon WHERE created_at_ms = 0"));
    return text;
  })();
  const flipped = `${macaroon.slice(0, -6)}${macaroon.at(-6) === "A" ? "B" : "A"}${macaroon.slice(-5)}`;
  const tries = [
    bearer(forged),
    bearer(flipped),
    bearer(macaroon.slice(0, -8)),
    bearer("A".repeat(4000)),
    bearer(`${macaroon},${macaroon}`),
    `L402 ${macaroon}:${"00".repeat(32)}`,
    `LSAT ${macaroon}`,
    `Macaroon ${macaroon}`,
    `Basic ${macaroon}`,
  ];
  for (const authorization of tries)
    expect(await tower.get(path, { authorization })).toMatchObject(refused(401, "unauthorized"));
  // A session's macaroon is none of a payment's, also were there a preimage for it.
  const preimage = "ab".repeat(32);
  const paymentHash = createHash("sha256").update(Buffer.from(preimage, "hex")).digest("hex");
  const payments = await tower.database.transaction((sql) =>
    mintCredential(sql, { kind: "session", subjectId: sessionId, paymentHash, now: 0 }),
  );
  expect((await tower.get(path, { authorization: bearer(payments) })).status).toBe(200);
  expect(await tower.get(path, { authorization: `L402 ${payments}:${preimage}` })).toMatchObject(
    refused(401, "unauthorized"),
  );
  expect(await tower.get(`${path}?macaroon=${encodeURIComponent(macaroon)}`)).toMatchObject(
    refused(401, "unauthorized"),
  );
  await tower.database.transaction((sql) => revokeCredentials(sql, sessionId, tower.clock.now()));
  expect(await tower.get(path, { authorization: bearer(macaroon) })).toMatchObject(
    refused(401, "unauthorized"),
  );
});

test("a refusal debits nothing, a rejection its evaluation and a failure only that", async () => {
  const { path, pass } = await funded(400);
  const on = { authorization: pass };
  tower.brain.behaviour = { evaluate: "reject" };
  expect((await tower.post(`${path}/request`, REQUEST, on)).body).toEqual({
    jobId: expect.any(String),
    outcome: "rejected",
    error: "I cannot do that.",
    costSats: 10,
    balanceSats: 390,
  });
  tower.brain.behaviour = { execute: "fail" };
  const failed = await tower.post(`${path}/request`, REQUEST, on);
  expect(failed).toMatchObject({ status: 200, body: { outcome: "failed", costSats: 10, balanceSats: 380 } });
  tower.brain.behaviour = { evaluate: "fail" };
  expect(await tower.post(`${path}/request`, REQUEST, on)).toMatchObject({
    status: 200,
    body: { outcome: "failed", costSats: 0, balanceSats: 380 },
  });
  tower.brain.behaviour = {};
  expect((await tower.post(`${path}/request`, REQUEST, on)).body.balanceSats).toBe(160);
  expect(await tower.post(`${path}/request`, REQUEST, on)).toMatchObject(refused(402, "balance_too_low"));
  expect(await tower.post(`${path}/request`, { ...REQUEST, agentId: "nobody" }, on)).toMatchObject(
    refused(404, "unknown_agent"),
  );
  expect((await tower.get(path, on)).body).toMatchObject({ balanceSats: 160, reservedSats: 0 });
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a session with too little for any request is paused until it is topped up", async () => {
  // A brain whose work costs 140 sats at most.
  const estimate = () => ({ inputTokens: 0, outputTokens: 0 });
  const cheap = await openPaidServer({}, { brain: { ...createTestBrain(), estimate } });
  const { owner, path, pass } = await funded(190, cheap);
  const on = { authorization: pass };
  expect((await cheap.post(`${path}/request`, REQUEST, on)).body).toMatchObject({
    costSats: 150,
    balanceSats: 40,
  });
  expect(await cheap.post(`${path}/request`, REQUEST, on)).toMatchObject(refused(402, "session_paused"));
  expect((await cheap.get(path, on)).body).toMatchObject({ state: "paused", balanceSats: 40 });
  await cheap.post(`${path}/topup`, { amountSats: 120 }, on);
  await cheap.post(`${path}/pay`, {}, { authorization: owner });
  expect((await cheap.post(`${path}/request`, REQUEST, on)).body).toMatchObject({ balanceSats: 10 });
  await cheap.close();
});

test("the same request again, under one key, is done once", async () => {
  const { path, pass } = await funded();
  const sent = { authorization: pass, key: "once" };
  const [first, again] = await Promise.all([
    tower.post(`${path}/request`, REQUEST, sent),
    tower.post(`${path}/request`, REQUEST, sent),
  ]);
  expect(again?.body).toEqual(first?.body);
  expect((await tower.post(`${path}/request`, REQUEST, sent)).body).toEqual(first?.body);
  expect((await tower.get(path, { authorization: pass })).body.balanceSats).toBe(780);
});

test("work that takes longer is answered with the job, and a session is busy with it", async () => {
  const slow = await openPaidServer({ workPatienceMs: 20 });
  slow.brain.behaviour = { execute: "hang" };
  const { path, pass, sessionId } = await funded(1000, slow);
  const on = { authorization: pass };
  const asked = await slow.post(`${path}/request`, REQUEST, on);
  expect(asked).toMatchObject({ status: 202, body: { jobId: expect.any(String), sessionId } });
  expect(await slow.post(`${path}/close`, {}, on)).toMatchObject(refused(409, "session_busy"));
  await slow.close();
});

test("a server that closes lets nobody wait for an agent", async () => {
  const slow = await openPaidServer({ workPatienceMs: 3_600_000 });
  slow.brain.behaviour = { execute: "hang" };
  const { path, pass } = await funded(1000, slow);
  const asking = slow.post(`${path}/request`, REQUEST, { authorization: pass });
  await expect
    .poll(async () => (await slow.get(path, { authorization: pass })).body.reservedSats)
    .toBeGreaterThan(0);
  await slow.close();
  expect(await asking).toMatchObject({ status: 202 });
});

/** What is answered to who recovers a session. */
const recoveredAs = (sessionId: string) => ({
  status: 200,
  body: {
    sessionId,
    ownerToken: expect.any(String),
    macaroon: expect.any(String),
    recoveryCode: expect.any(String),
  },
});

test("a recovery whose answer was lost is asked for again by the same request, for ten minutes, and by no other", async () => {
  const { owner, path, recoveryCode, sessionId } = await funded();
  const recover = (key: string) => tower.post("/api/sessions/recover", { recoveryCode }, { key });
  const mine = "5f0c7f5e-37a1-4d0b";
  const lost = await recover(mine);
  const again = await recover(mine);
  expect([lost.status, again.status]).toEqual([200, 200]);
  // Who had the lost answer after all has nothing by it: there is one owner.
  expect(await tower.post(`${path}/close`, {}, { authorization: bearer(lost.body.macaroon) })).toMatchObject(
    refused(401, "unauthorized"),
  );
  expect(
    await tower.post(`${path}/request`, REQUEST, { authorization: bearer(lost.body.ownerToken) }),
  ).toMatchObject(refused(403, "forbidden"));
  expect(await recover("5f0c7f5e-37a1-4d0c")).toMatchObject(refused(401, "unauthorized"));
  expect((await tower.get(path, { authorization: bearer(again.body.ownerToken) })).body).toMatchObject({
    balanceSats: 1000,
  });
  tower.clock.advance(600_001);
  expect(await recover(mine)).toMatchObject(refused(401, "unauthorized"));
  // Who has a token already is shown new secrets, too; and a name that can be guessed is answered once.
  const asOwner = (code: string, key: string) =>
    tower.post("/api/sessions/recover", { recoveryCode: code }, { key, authorization: owner });
  const first = await asOwner(again.body.recoveryCode, "9d1f0a52-51c8-4a1e");
  const second = await asOwner(again.body.recoveryCode, "9d1f0a52-51c8-4a1e");
  for (const { body, status } of [first, second]) expect({ status, body }).toEqual(recoveredAs(sessionId));
  expect(second.body.recoveryCode).not.toBe(first.body.recoveryCode);
  expect(
    (await tower.post("/api/sessions/recover", { recoveryCode: second.body.recoveryCode }, { key: "short" }))
      .status,
  ).toBe(200);
  expect(
    await tower.post("/api/sessions/recover", { recoveryCode: second.body.recoveryCode }, { key: "short" }),
  ).toMatchObject(refused(401, "unauthorized"));
});

test("a session is recovered by its code, once, and what it had before is worthless", async () => {
  const { macaroon, owner, path, recoveryCode, sessionId } = await funded();
  const recovered = await tower.post("/api/sessions/recover", {
    recoveryCode: ` ${recoveryCode.toUpperCase().replaceAll("-", "")} `,
  });
  expect({ status: recovered.status, body: recovered.body }).toEqual(recoveredAs(sessionId));
  expect(recovered.body.macaroon).not.toBe(macaroon);
  expect(recovered.body.recoveryCode).not.toBe(recoveryCode);
  expect(await tower.get(path, { authorization: bearer(macaroon) })).toMatchObject(
    refused(401, "unauthorized"),
  );
  expect(await tower.get(path, { authorization: owner })).toMatchObject(refused(403, "forbidden"));
  expect(await tower.post("/api/sessions/recover", { recoveryCode })).toMatchObject(
    refused(401, "unauthorized"),
  );
  for (const secret of [recovered.body.macaroon, recovered.body.ownerToken])
    expect((await tower.get(path, { authorization: bearer(secret) })).body.balanceSats).toBe(1000);
});

test("a recovery that is sent again, under one key, shows nothing a second time", async () => {
  const { recoveryCode, sessionId } = await funded();
  const { ownerToken } = await tower.server.access.owners.create();
  const sent = { authorization: bearer(ownerToken), key: "recover-1" };
  const first = await tower.post("/api/sessions/recover", { recoveryCode }, sent);
  expect(first.body).toMatchObject({ macaroon: expect.any(String), recoveryCode: expect.any(String) });
  const again = await tower.post("/api/sessions/recover", { recoveryCode }, sent);
  expect({ status: again.status, body: again.body }).toEqual({
    status: 200,
    body: { sessionId, ownerToken },
  });
  const pass = { authorization: bearer(first.body.macaroon) };
  expect((await tower.get(`/api/sessions/${sessionId}`, pass)).status).toBe(200);
});

test("without purses there is nothing to pay a session from", async () => {
  const real = await openPaidServer({ purses: undefined });
  const { body } = await real.post("/api/sessions", { amountSats: 200 });
  const paid = await real.post(
    `/api/sessions/${body.sessionId}/pay`,
    {},
    { authorization: bearer(body.ownerToken) },
  );
  expect(paid).toMatchObject(refused(404, "not_found"));
  await real.close();
});

test("recovery codes cannot be tried out, and a malformed one is not repeated", async () => {
  const malformed = await tower.post("/api/sessions/recover", { recoveryCode: "hunter2" });
  expect(malformed).toMatchObject(refused(400, "bad_request"));
  expect(malformed.body.message).not.toContain("hunter2");
  const wrong = { recoveryCode: "aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aa" };
  for (let tries = 0; tries < 10; tries += 1)
    expect(await tower.post("/api/sessions/recover", wrong)).toMatchObject(refused(401, "unauthorized"));
  expect(await tower.post("/api/sessions/recover", wrong)).toMatchObject(refused(429, "rate_limited"));
  const { recoveryCode } = await funded();
  expect(await tower.post("/api/sessions/recover", { recoveryCode })).toMatchObject(
    refused(429, "rate_limited"),
  );
  tower.clock.advance(120_000);
  expect((await tower.post("/api/sessions/recover", { recoveryCode })).status).toBe(200);
});

test("a session is closed to an invoice for exactly what is left, and to no other", async () => {
  const { owner, path, pass } = await funded();
  const stranger = await tower.server.access.owners.create();
  const invoiceFor = (amount: number) =>
    tower.wallet.makePurseInvoice(stranger.ownerId, sats(amount)).paymentRequest;
  const close = (body: unknown) => tower.post(`${path}/close`, body, { authorization: pass });
  expect(await close({ paymentRequest: invoiceFor(999) })).toMatchObject(refused(400, "wrong_amount"));
  expect(await close({ paymentRequest: "lnbcrt1x" })).toMatchObject(refused(400, "malformed_invoice"));
  expect(await close({ lightningAddress: "anna@example.com" })).toMatchObject(refused(400, "wrong_network"));
  expect(
    await close({ paymentRequest: invoiceFor(1000), lightningAddress: "anna@example.com" }),
  ).toMatchObject(refused(400, "bad_request"));
  expect((await tower.get(path, { authorization: owner })).body).toMatchObject({ state: "active" });
  expect(await close({ paymentRequest: invoiceFor(1000) })).toMatchObject({
    status: 200,
    body: { state: "closed", refund: "paid", owedSats: 0 },
  });
  expect(tower.wallet.purse(stranger.ownerId).balance).toBe(11_000);
  expect(await close({ paymentRequest: invoiceFor(1000) })).toMatchObject(refused(409, "nothing_owed"));
  expect(await tower.post(`${path}/topup`, { amountSats: 200 }, { authorization: pass })).toMatchObject(
    refused(409, "session_not_active"),
  );
});

test("what a job owes is put on an own session, or refused where it cannot go", async () => {
  const { owner, path, sessionId } = await funded();
  const foreign = await funded();
  const by = { authorization: owner };
  const ownerId = (await tower.get(path, by)).body.ownerId;
  const { jobId } = await tower.offered(ownerId);
  await tower.pay(ownerId, jobId, "work");
  await tower.until(jobId, ({ phase }) => phase === "closed");
  const claim = (body: unknown) => tower.post(`/api/jobs/${jobId}/refund`, body, by);
  expect(await claim({ sessionId: foreign.sessionId })).toMatchObject(refused(403, "forbidden"));
  expect(await claim({ sessionId: "session_none" })).toMatchObject(refused(404, "unknown_session"));
  expect(await claim({ sessionId, lightningAddress: "anna@example.com" })).toMatchObject(
    refused(400, "bad_request"),
  );
  expect(await claim({ lightningAddress: "anna@example.com" })).toMatchObject(refused(400, "wrong_network"));
  expect(await claim({ sessionId })).toMatchObject({
    status: 200,
    body: { jobId, refundSats: 70, state: "credited" },
  });
  expect((await tower.get(path, by)).body.balanceSats).toBe(1070);
  // Credited to the session, it is still none of the session's jobs.
  expect(
    (await tower.get(`/api/jobs/${jobId}`, { authorization: (await funded()).pass })).body,
  ).not.toHaveProperty("request");
  expect(await claim({ sessionId })).toMatchObject(refused(409, "nothing_owed"));
});

test("a session's jobs are followed with its macaroon", async () => {
  const { macaroon, pass, path } = await funded();
  const { body } = await tower.post(`${path}/request`, REQUEST, { authorization: pass });
  const follow = (authorization: string) =>
    fetch(`${tower.server.origin}/api/jobs/${body.jobId}/stream`, { headers: { authorization } });
  const events = await (await follow(pass)).text();
  expect(events).toContain("event: done");
  expect(events).toContain("Half and whole.");
  expect((await follow(narrowed(macaroon, "actions=request"))).status).toBe(403);
});
