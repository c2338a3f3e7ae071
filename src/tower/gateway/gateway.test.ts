import { afterEach, expect, test } from "vitest";
import type { NewFact } from "../../protocol/facts.ts";
import { agentId, jobId, type OwnerId, ownerId } from "../../protocol/ids.ts";
import { CLOSES, INTENTS_PER_MINUTE, MAX_FRAME_BYTES } from "../../protocol/limits.ts";
import type { TowerMessage } from "../../protocol/messages.ts";
import { sats } from "../../protocol/units.ts";
import { PUBLIC_FIELDS } from "../../protocol/visibility.ts";
import { newSecret } from "../access/secret.ts";
import { connectClient, job, OPERATOR_TOKEN, startServer, type TestServer } from "../http/server-fixture.ts";
import { REFUSED_PER_MINUTE } from "./connection.ts";

let servers: TestServer[] = [];
const start = async (...args: Parameters<typeof startServer>): Promise<TestServer> => {
  const server = await startServer(...args);
  servers.push(server);
  return server;
};
afterEach(async () => {
  for (const server of servers) await server.close();
  servers = [];
});

const left = (id: string): NewFact => ({ type: "agent_left", agentId: agentId(id) });
const privateLine = (owner: OwnerId): NewFact => ({
  type: "chat",
  speaker: { kind: "owner" },
  text: "A secret line",
  ownerId: owner,
});
const started = (id: string, owner: OwnerId): NewFact => ({
  type: "job_started",
  jobId: jobId(id),
  agentId: agentId("timmy"),
  funding: "invoice",
  ownerId: owner,
  request: "A secret request",
});
const isFact = (message: TowerMessage): message is Extract<TowerMessage, { prev?: unknown }> =>
  "prev" in message;
const chain = (messages: readonly TowerMessage[]) =>
  messages.filter(isFact).map(({ seq, prev }) => [prev, seq]);
const hasSeq = (place: number) => (messages: readonly TowerMessage[]) =>
  messages.some((message) => isFact(message) && message.seq === place);

test("the first frame is connection, with the agents and the place in the log", async () => {
  const server = await start();
  server.log.append([left("a"), left("b")]);
  server.board.post({ type: "agent_state", agentId: agentId("alpha"), state: "thinking" });
  const client = await server.connect();
  const connection = await client.first("connection");
  expect(client.received[0]).toBe(connection);
  expect(connection).toMatchObject({
    status: "connected",
    agentCount: 5,
    epoch: "epoch-1",
    seq: 2,
    wallet: "play",
  });
  expect(connection.agents.map(({ agentId: id, state }) => [id, state])).toEqual([
    ["timmy", "idle"],
    ["alpha", "thinking"],
    ["beta", "idle"],
    ["gamma", "idle"],
    ["delta", "idle"],
  ]);
});

test("a new client gets an owner's token once, a snapshot, and then what happens", async () => {
  const server = await start();
  server.log.append([left("a"), left("b")]);
  const client = await server.connect();
  const subscribed = await client.subscribe();
  expect(subscribed).toEqual({
    type: "subscribed",
    role: "visitor",
    mode: "snapshot",
    epoch: "epoch-1",
    seq: 2,
    ownerId: "owner_1",
    ownerToken: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
  });
  const part = await client.first("snapshot_part");
  expect(part).toMatchObject({ part: 0, last: true, agents: [{}, {}, {}, {}, {}] });
  server.log.append([left("c"), left("d")]);
  expect(chain(await client.until(hasSeq(4)))).toEqual([
    [2, 3],
    [3, 4],
  ]);

  const again = await server.connect();
  const known = await again.subscribe({ ownerToken: subscribed?.ownerToken });
  expect(known).toMatchObject({ ownerId: "owner_1", mode: "snapshot" });
  expect(known).not.toHaveProperty("ownerToken");
});

test("a client that was cut off gets exactly what it missed, then live, in one unbroken chain", async () => {
  const server = await start();
  const { ownerId: own, ownerToken } = await server.access.owners.create();
  const other = ownerId("somebody-else");
  server.log.append([left("1"), left("2")]);
  server.log.append([privateLine(other)], other);
  server.log.append([privateLine(own)], own);
  server.log.append([privateLine(other)], other);
  const client = await server.connect();
  const subscribed = await client.subscribe({ ownerToken, since: { epoch: "epoch-1", seq: 1 } });
  expect(subscribed).toMatchObject({ mode: "resume", seq: 5 });
  server.log.append([privateLine(other)], other);
  server.log.append([left("7")]);
  const messages = await client.until(hasSeq(7));
  expect(chain(messages)).toEqual([
    [1, 2],
    [2, 4],
    [4, 7],
  ]);
  expect(messages.filter(({ type }) => type === "snapshot_part")).toEqual([]);
  expect(messages.filter(isFact)[1]).toMatchObject({ text: "A secret line", ownerId: own });
});

test("a gap of many batches is whole", async () => {
  const server = await start();
  server.log.append(Array.from({ length: 3000 }, (_, n) => left(`${n}`)));
  const client = await server.connect();
  await client.subscribe({ since: { epoch: "epoch-1", seq: 10 } });
  const messages = await client.until(hasSeq(3000));
  expect(chain(messages)).toEqual(Array.from({ length: 2990 }, (_, n) => [n + 10, n + 11]));
});

test.each([
  ["of another epoch", { epoch: "epoch-0", seq: 1 }],
  ["from the future", { epoch: "epoch-1", seq: 3 }],
])("a since %s gets a snapshot", async (_name, since) => {
  const server = await start();
  server.log.append([left("1"), left("2")]);
  const client = await server.connect();
  expect(await client.subscribe({ since })).toMatchObject({ mode: "snapshot", seq: 2 });
});

test("a since too far behind gets a snapshot", async () => {
  const server = await start();
  server.log.append(Array.from({ length: 10_002 }, (_, n) => left(`${n}`)));
  const client = await server.connect();
  expect(await client.subscribe({ since: { epoch: "epoch-1", seq: 1 } })).toMatchObject({ mode: "snapshot" });
});

test("a snapshot is cut into parts that fit, and nothing is lost", async () => {
  const server = await start();
  const { ownerId: own, ownerToken } = await server.access.owners.create();
  for (let n = 0; n < 1500; n++)
    server.chat.push({
      ownerId: own,
      line: { id: `${n}:0`, speaker: { kind: "system" }, text: "long ⚡ ".repeat(100) },
    });
  const client = await server.connect();
  await client.subscribe({ ownerToken });
  const messages = await client.until((all) => all.some((one) => one.type === "snapshot_part" && one.last));
  const parts = messages.filter((message) => message.type === "snapshot_part");
  expect(parts.map(({ part }) => part)).toEqual(parts.map((_, n) => n));
  expect(parts.length).toBeGreaterThan(4);
  for (const part of parts) expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThanOrEqual(262_144);
  expect(parts.flatMap(({ chat }) => chat ?? []).map(({ id }) => id)).toEqual(
    Array.from({ length: 1500 }, (_, n) => `${n}:0`),
  );
});

test("no fact comes between connection and subscribed", async () => {
  const server = await start();
  server.log.append([left("1"), left("2")]);
  const client = await server.connect();
  await client.first("connection");
  server.log.append([left("3")]);
  await client.subscribe({ since: { epoch: "epoch-1", seq: 1 } });
  const messages = await client.until(hasSeq(3));
  expect(messages.map(({ type }) => type)).toEqual(["connection", "subscribed", "agent_left", "agent_left"]);
});

test("a client that never subscribes is told the public facts and values, and its intents are refused", async () => {
  const server = await start({ subscribeGraceMs: 0 });
  const client = await server.connect();
  await client.first("connection");
  server.board.post({ type: "agent_count", count: 5 });
  server.log.append([started("job-1", ownerId("owner"))], ownerId("owner"));
  const messages = await client.until(hasSeq(1));
  expect(messages.find(({ type }) => type === "agent_count")).toEqual({ type: "agent_count", count: 5 });
  expect(messages.find(isFact)).toEqual({
    type: "job_started",
    prev: 0,
    seq: 1,
    at: "1970-01-01T00:00:00.000Z",
    jobId: "job-1",
    agentId: "timmy",
    funding: "invoice",
  });
  client.send({ type: "job_request", requestId: "r1", agentId: "timmy", request: "Do it" });
  expect(await client.first("error")).toMatchObject({ code: "read_only", requestId: "r1" });
  expect(server.performed).toEqual([]);
});

test("an intent reaches the economy as its owner's, and is answered", async () => {
  const server = await start();
  const client = await server.connect();
  await client.subscribe();
  const intent = { type: "job_request", requestId: "r1", agentId: "timmy", request: "Do it" };
  client.send(intent);
  expect(await client.first("accepted")).toEqual({ type: "accepted", requestId: "r1" });
  expect(server.performed).toEqual([
    { caller: { ownerId: "owner_1", role: "visitor" }, intent: { ...intent, funding: "invoice" } },
  ]);
  client.send({ type: "job_cancel", requestId: "r2", jobId: "no-such-job" });
  expect(await client.first("error")).toEqual({
    type: "error",
    code: "unknown_job",
    message: "There is no such job.",
    requestId: "r2",
  });
});

test("what fails inside is answered without its reason, and logged", async () => {
  const server = await start();
  server.economy.perform = async () => {
    throw new Error("inner workings");
  };
  const client = await server.connect();
  await client.subscribe();
  client.send({ type: "purse_topup", requestId: "r1" });
  expect(await client.first("error")).toMatchObject({ code: "internal", requestId: "r1" });
  expect(JSON.stringify(client.received)).not.toContain("inner workings");
  expect(server.logged.join("")).toContain("inner workings");
});

test("a second subscribe is refused and changes nothing", async () => {
  const server = await start();
  const client = await server.connect();
  await client.subscribe();
  client.send({ type: "subscribe", clientId: "test" });
  expect(await client.first("error")).toMatchObject({ code: "conflict" });
  server.log.append([left("1")]);
  await client.until(hasSeq(1));
});

test("an operator sees everything; its token opens nothing in an address", async () => {
  const server = await start();
  const client = await server.connect();
  expect(await client.subscribe({ token: OPERATOR_TOKEN })).toMatchObject({
    role: "operator",
    ownerId: "operator",
  });
  const other = ownerId("somebody-else");
  server.board.post(
    { type: "job_progress", jobId: jobId("job-1"), attempt: 1, offset: 0, text: "so far" },
    { ownerId: other },
  );
  server.board.post(
    { type: "purse_state", balanceSats: sats(1), faucetLeftSats: sats(1) },
    { ownerId: other },
  );
  server.log.append([started("job-1", other)], other);
  const messages = await client.until(hasSeq(1));
  expect(messages.find(isFact)).toMatchObject({ request: "A secret request" });
  expect(messages.some(({ type }) => type === "job_progress")).toBe(true);
  expect(messages.some(({ type }) => type === "purse_state")).toBe(false);
  await expect(server.connect(`?token=${OPERATOR_TOKEN}`)).rejects.toThrow(/401 .*unauthorized/);
});

test("an unknown token is refused; an unknown owner's token makes a new owner", async () => {
  const server = await start();
  const client = await server.connect();
  await client.subscribe({ token: newSecret() });
  expect(await client.first("error")).toMatchObject({ code: "unauthorized" });
  expect(
    await client.subscribe({ ownerToken: newSecret() }).then(() => client.first("subscribed")),
  ).toMatchObject({
    role: "visitor",
    ownerToken: expect.any(String),
  });
  await expect(server.connect("?token=nobody")).rejects.toThrow(/401/);
});

test("an older client is its owner by the token in its address, without subscribing", async () => {
  const server = await start({ subscribeGraceMs: 0 });
  const { ownerId: own, ownerToken } = await server.access.owners.create();
  const client = await server.connect(`?token=${ownerToken}`);
  await client.first("connection");
  client.send({ type: "purse_topup", requestId: "r1" });
  await client.first("accepted");
  expect(server.performed).toMatchObject([{ caller: { ownerId: own, role: "visitor" } }]);
  server.log.append([privateLine(own)], own);
  expect((await client.until(hasSeq(1))).find(isFact)).toMatchObject({ text: "A secret line" });
  expect(server.logged.join("")).not.toContain(ownerToken);
});

/** Something of every kind happens, to an owner who is not looking. */
async function everythingHappens(server: TestServer): Promise<void> {
  const other = ownerId("somebody-else");
  const id = jobId("job-1");
  const secret = "private-text-that-must-not-travel";
  server.jobs.set(id, {
    ...job(id, other),
    request: secret,
    result: secret,
    error: secret,
    evalInvoice: {
      invoiceType: "eval",
      amountSats: sats(10),
      state: "open",
      paymentRequest: secret,
      description: secret,
    },
  });
  server.chat.push({
    ownerId: other,
    line: { id: "1:0", jobId: id, speaker: { kind: "owner" }, text: secret },
  });
  server.board.post(
    { type: "job_progress", jobId: id, attempt: 1, offset: 0, text: secret },
    { ownerId: other },
  );
  server.board.post(
    { type: "purse_state", balanceSats: sats(1), faucetLeftSats: sats(1) },
    { ownerId: other },
  );
  server.board.post({ type: "agent_count", count: 5 });
  server.log.append(
    [
      {
        type: "job_started",
        jobId: id,
        agentId: agentId("timmy"),
        funding: "invoice",
        ownerId: other,
        request: secret,
      },
      {
        type: "invoice_request",
        jobId: id,
        invoiceType: "work",
        amountSats: sats(200),
        paymentRequest: secret,
        description: secret,
        price: {
          inputTokens: 1,
          outputTokens: 1,
          modelMicroUsd: 1,
          infrastructureMicroUsd: 1,
          marginPercent: 40,
          btcPriceUsd: 100_000,
        },
      },
      { type: "invoice_settled", jobId: id, invoiceType: "work", onTime: true },
      {
        type: "job_completed",
        jobId: id,
        outcome: "completed",
        result: secret,
        error: secret,
        refundSats: sats(1),
      },
      { type: "refund_failed", jobId: id, amountSats: sats(1), fate: "failed", error: secret },
      { type: "chat", speaker: { kind: "owner" }, text: secret, ownerId: other },
      { type: "chat", speaker: { kind: "owner" }, text: secret },
    ],
    other,
  );
  server.log.append([{ type: "day_started", day: "2026-01-01", timeZone: "UTC" }]);
}

test.each(["a kiosk", "a stranger", "another owner", "a socket that never subscribes"])(
  "%s receives no private field of anything",
  async (who) => {
    const server = await start({ subscribeGraceMs: who === "a socket that never subscribes" ? 0 : 60_000 });
    const kiosk = await server.access.kiosks.create("hall");
    const before = await server.connect();
    const after = await server.connect();
    const extra = who === "a kiosk" ? { token: kiosk.token } : {};
    if (who !== "a socket that never subscribes") await before.subscribe(extra);
    else await before.first("connection");
    await everythingHappens(server);
    if (who !== "a socket that never subscribes") {
      await after.subscribe(extra);
      await after.first("snapshot_part");
    }
    await before.until((all) => all.some(({ type }) => type === "day_started"));
    const all = [...before.received, ...after.received];
    expect(JSON.stringify(all)).not.toContain("private-text-that-must-not-travel");
    expect(JSON.stringify(all)).not.toContain("somebody-else");
    for (const message of all.filter(isFact)) {
      const fields = new Set(PUBLIC_FIELDS.get(message.type));
      expect(Object.keys(message).filter((field) => field !== "type" && !fields.has(field))).toEqual([]);
    }
    expect(all.filter(({ type }) => type === "job_progress" || type === "purse_state")).toEqual([]);
    if (who === "a kiosk") {
      expect(all.filter((message) => message.type === "subscribed")).toEqual([
        { type: "subscribed", role: "kiosk", mode: "snapshot", epoch: "epoch-1", seq: 0 },
        { type: "subscribed", role: "kiosk", mode: "snapshot", epoch: "epoch-1", seq: 8 },
      ]);
      before.send({ type: "purse_topup", requestId: "r1" });
      expect(await before.first("error")).toMatchObject({ code: "read_only", requestId: "r1" });
      server.gateway.dropKiosk(kiosk.kioskId);
      expect((await before.closed).code).toBe(CLOSES.unauthorized.code);
    }
  },
);

test("figures are the operator's alone when they are not public", async () => {
  const server = await start({ publicFigures: false });
  const visitor = await server.connect();
  const operator = await server.connect();
  await visitor.subscribe();
  await operator.subscribe({ token: OPERATOR_TOKEN });
  server.board.post({
    type: "treasury_state",
    treasurySats: sats(1),
    dailyBurnSats: sats(1),
    netTodaySats: sats(0),
  });
  server.log.append([left("1")]);
  await visitor.until(hasSeq(1));
  await operator.first("treasury_state");
  expect(visitor.received.filter(({ type }) => type === "treasury_state")).toEqual([]);
  const late = await server.connect();
  await late.subscribe();
  expect(await late.first("snapshot_part")).not.toHaveProperty("treasury");
});

test.each([
  ["not JSON", "{", "bad_frame"],
  ["a list", "[]", "bad_frame"],
  ["an unknown type", { type: "fly" }, "unknown_type"],
  [
    "what only the tower says",
    { type: "invoice_settled", jobId: "j", invoiceType: "work", seq: 9 },
    "not_an_intent",
  ],
  ["an intent with a field too many", { type: "purse_topup", requestId: "r", amountSats: 1 }, "bad_request"],
])("a frame that is %s is refused, and the connection goes on", async (_name, frame, code) => {
  const server = await start();
  const client = await server.connect();
  await client.subscribe();
  client.send(frame);
  expect(await client.first("error")).toMatchObject({ code });
  client.send({ type: "purse_topup", requestId: "r2" });
  await client.first("accepted");
});

test("a binary frame is refused", async () => {
  const server = await start();
  const client = await server.connect();
  await client.first("connection");
  client.socket.send(Buffer.from("{}"), { binary: true });
  expect(await client.first("error")).toMatchObject({ code: "bad_frame" });
});

test("64 KiB are read, one byte more is refused and ends the connection", async () => {
  const server = await start();
  const client = await server.connect();
  await client.first("connection");
  const frame = JSON.stringify({ type: "subscribe", clientId: "c" });
  client.send(frame.padEnd(MAX_FRAME_BYTES));
  await client.first("subscribed");
  client.send(frame.padEnd(MAX_FRAME_BYTES + 1));
  expect(await client.first("error")).toMatchObject({ code: "frame_too_large" });
  expect(await client.closed).toEqual({
    code: CLOSES.frame_too_large.code,
    reason: CLOSES.frame_too_large.reason,
  });
});

test("a frame far too long ends the connection unread", async () => {
  const server = await start();
  const client = await server.connect();
  await client.first("connection");
  client.send(" ".repeat(MAX_FRAME_BYTES * 4));
  expect((await client.closed).code).toBe(1009);
});

test("a flood is refused, then closed; nothing beyond the limit is done", async () => {
  const server = await start();
  const client = await server.connect();
  await client.subscribe();
  for (let n = 0; n < INTENTS_PER_MINUTE + REFUSED_PER_MINUTE + 1; n++)
    client.send({ type: "purse_topup", requestId: `r${n}` });
  expect((await client.closed).code).toBe(CLOSES.flood.code);
  expect(server.performed.length).toBe(INTENTS_PER_MINUTE);
  const errors = client.received.filter((message) => message.type === "error");
  expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(["rate_limited"]));
});

test("frames that pile up faster than they are handled are a flood", async () => {
  const server = await start();
  const client = await server.connect();
  await client.subscribe();
  let release = () => {};
  server.economy.perform = () =>
    new Promise((resolve) => {
      release = () => resolve({});
    });
  for (let n = 0; n < 300; n++) client.send({ type: "purse_topup", requestId: `r${n}` });
  expect((await client.closed).code).toBe(CLOSES.flood.code);
  release();
});

test.each([
  ["a foreign Origin", { origin: "https://evil.example" }],
  ["no origin of a page", { origin: "null" }],
  ["a foreign Host", { host: "evil.example" }],
])("%s is refused before the upgrade", async (_name, headers) => {
  const server = await start();
  await expect(server.connect("", headers)).rejects.toThrow(/403 .*forbidden/);
  expect(server.gateway.size()).toBe(0);
});

test("an upgrade of another path is refused, and its connection ended", async () => {
  const server = await start();
  await expect(connectClient(`${server.origin.replace("http", "ws")}/elsewhere`)).rejects.toThrow(
    /404 .*not_found/,
  );
  await server.close();
});

test("an allowed Origin and the tower's own are let in", async () => {
  const server = await start();
  await (await server.connect("", { origin: "https://allowed.example" })).first("connection");
  await (await server.connect("", { origin: server.origin })).first("connection");
});

test("a reader that stops is closed as slow; the others do not notice", async () => {
  const server = await start();
  const slow = await server.connect();
  const quick = await server.connect();
  await slow.subscribe();
  await quick.subscribe();
  slow.socket.pause();
  const text = "x".repeat(10_000);
  const total = 3000;
  for (let n = 0; n < total; n += 100) {
    server.log.append(
      Array.from({ length: 100 }, () => ({ type: "chat", speaker: { kind: "system" }, text })),
    );
    await quick.until(hasSeq(n + 100));
  }
  // Until it reads on, the closed connection is still there; what waits for it has not grown beyond the limit.
  slow.socket.resume();
  expect((await slow.closed).code).toBe(CLOSES.slow.code);
  const got = slow.received.filter(isFact).length;
  expect(got).toBeLessThan(total);
  expect(chain(slow.received)).toEqual(Array.from({ length: got }, (_, n) => [n, n + 1]));
});

test("a slow reader catches up at its own pace, however long the gap", async () => {
  const server = await start();
  const text = "x".repeat(1000);
  server.log.append(
    Array.from({ length: 8000 }, () => ({ type: "chat", speaker: { kind: "system" }, text })),
  );
  const client = await server.connect();
  client.send({ type: "subscribe", clientId: "c", since: { epoch: "epoch-1", seq: 0 } });
  await client.first("subscribed");
  client.socket.pause();
  server.log.append([left("1")]);
  client.socket.resume();
  const messages = await client.until(hasSeq(8001));
  expect(chain(messages)).toEqual(Array.from({ length: 8001 }, (_, n) => [n, n + 1]));
});

test("values are merged for a slow reader, but no piece of its job's progress is lost", async () => {
  const server = await start();
  const { ownerId: own, ownerToken } = await server.access.owners.create();
  const client = await server.connect();
  await client.subscribe({ ownerToken });
  await client.first("snapshot_part");
  client.socket.pause();
  // What the system's own buffers take is not known: fill them until the tower has to wait.
  let waiting = 0;
  const sockets = () => [...server.app.websocketServer.clients];
  while ((sockets()[0]?.bufferedAmount ?? 0) < 300_000) {
    server.log.append([{ type: "chat", speaker: { kind: "system" }, text: "x".repeat(50_000) }]);
    waiting += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  let offset = 0;
  for (let n = 0; n < 200; n++) {
    const text = `piece ${n} `;
    server.board.post(
      { type: "job_progress", jobId: jobId("job-1"), attempt: 1, offset, text },
      { ownerId: own },
    );
    server.board.post({ type: "agent_state", agentId: agentId("alpha"), state: `s${n}` });
    offset += text.length;
  }
  client.socket.resume();
  await client.until(
    (all) =>
      all.some((message) => message.type === "agent_state" && message.state === "s199") &&
      all.some(
        (message) => message.type === "job_progress" && message.offset + message.text.length === offset,
      ),
  );
  expect(client.received.filter(isFact).length).toBe(waiting);
  expect(client.received.filter(({ type }) => type === "agent_state").length).toBe(1);
  let whole = "";
  for (const message of client.received)
    if (message.type === "job_progress") whole = whole.slice(0, message.offset) + message.text;
  expect(whole).toBe(Array.from({ length: 200 }, (_, n) => `piece ${n} `).join(""));
});

test("a resumed client is told every current value it may see", async () => {
  const server = await start();
  server.board.post({ type: "agent_state", agentId: agentId("alpha"), state: "working" });
  const client = await server.connect();
  await client.subscribe({ since: { epoch: "epoch-1", seq: 0 } });
  expect(await client.first("agent_state")).toMatchObject({ state: "working" });
});

test("an idle tower shows that it is there: the agent count is told again with each ping", async () => {
  const server = await start({ pingMs: 20 });
  server.board.post({ type: "agent_count", count: 5 });
  const client = await server.connect();
  await client.subscribe({});
  await client.until((received) => received.filter(({ type }) => type === "agent_count").length >= 2);
});

test("a peer that does not answer a ping is closed", async () => {
  const server = await start({ pingMs: 20 });
  const client = await server.connect();
  await client.first("connection");
  client.socket.pong = () => {};
  client.socket.pause();
  await new Promise<void>((resolve) => {
    const look = () => (server.gateway.size() === 0 ? resolve() : setImmediate(look));
    look();
  });
  expect(server.logged.join("")).toContain('"reason":"silent"');
});

test("a tower that drains tells everybody, and takes nobody in any more", async () => {
  const server = await start();
  const clients = await Promise.all([server.connect(), server.connect()]);
  await Promise.all(clients.map((client) => client.first("connection")));
  await server.gateway.drain(1000);
  for (const client of clients)
    expect(await client.closed).toEqual({ code: CLOSES.draining.code, reason: CLOSES.draining.reason });
  await expect(server.connect()).rejects.toThrow(/503 .*draining/);
});

test("draining does not wait for a peer that is gone", async () => {
  const server = await start();
  const client = await server.connect();
  await client.first("connection");
  client.socket.pause();
  await server.gateway.drain(10);
  expect(server.gateway.size()).toBe(0);
  client.socket.terminate();
});

test("no token is ever logged", async () => {
  const server = await start();
  const { ownerToken } = await server.access.owners.create();
  const kiosk = await server.access.kiosks.create("hall");
  const secrets = [ownerToken, kiosk.token, OPERATOR_TOKEN];
  for (const secret of secrets) {
    const client = await server.connect();
    await client.subscribe({ ownerToken, token: secret });
    client.send({ type: "job_cancel", requestId: "r1", jobId: secret, token: secret });
    await client.first("error");
    await server.connect(`?token=${secret}`).catch(() => {});
    await fetch(`${server.origin}/api/jobs/x?token=${secret}`, {
      headers: { authorization: `Bearer ${secret}` },
    });
    server.app.log.error({
      token: secret,
      req: { url: `/ws/matrix?token=${secret}` },
      headers: { authorization: secret },
    });
  }
  await server.gateway.drain(1000);
  const all = server.logged.join("");
  expect(all).toContain("draining");
  for (const secret of secrets) expect(all).not.toContain(secret);
});
