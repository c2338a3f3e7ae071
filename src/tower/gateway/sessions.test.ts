import { afterEach, expect, test } from "vitest";
import type { TowerMessage } from "../../protocol/messages.ts";
import { OPERATOR_OWNER } from "../access/identity.ts";
import { audit, IN_ORDER } from "../economy/testing/books.ts";
import { testDirectory } from "../economy/testing/directory.ts";
import { openTestEconomy, utc } from "../economy/testing/economy.ts";
import { OPERATOR_TOKEN, startServer, type TestClient } from "../http/server-fixture.ts";
import { lastSeq } from "../log/read.ts";
import { createHead } from "./head.ts";
import { storedSnapshots } from "./stored-snapshot.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** The gateway before a real economy. */
async function start() {
  const tower = await openTestEconomy(testDirectory());
  undo.push(() => tower.close());
  const head = createHead(tower.follower, await tower.database.read(lastSeq), () => undefined);
  const server = await startServer({
    economy: tower.economy,
    follower: tower.follower,
    board: tower.board,
    head,
    snapshots: storedSnapshots({
      database: tower.database,
      today: () => utc(tower.clock.now()).name,
      purse: () => undefined,
    }),
  });
  undo.push(async () => {
    await server.close();
    head.close();
  });
  return { tower, server };
}
type Started = Awaited<ReturnType<typeof start>>;

const isAnswer = (requestId: string) => (messages: readonly TowerMessage[]) =>
  messages.some((one) => (one.type === "accepted" || one.type === "error") && one.requestId === requestId);
async function answered(client: TestClient, intent: { readonly requestId: string }) {
  client.send(intent);
  const messages = await client.until(isAnswer(intent.requestId));
  return messages.filter((one) => "requestId" in one && one.requestId === intent.requestId);
}
const states = (messages: readonly TowerMessage[]) => messages.filter(({ type }) => type === "session_state");
const sessionsShown = async (client: TestClient) => {
  const { sessions } = await client.first("snapshot_part");
  return sessions?.map(({ sessionId, ownerId }) => [sessionId, ownerId]);
};
/** Everything that a client was told, up to the last fact, which everybody hears. */
async function toldUpTo({ tower }: Started, client: TestClient): Promise<readonly TowerMessage[]> {
  const last = await tower.database.read(lastSeq);
  tower.follower.notify();
  return client.until((all) => all.some((one) => "seq" in one && Number(one.seq) >= last));
}

test("a session's secret goes to the connection that asked, once, and to nobody else", async () => {
  const started = await start();
  const { server, tower } = started;
  const { ownerToken } = await server.access.owners.create();
  const kiosk = await server.access.kiosks.create("hall");
  const [asking, same, other, operator, hall] = await Promise.all(
    Array.from({ length: 5 }, () => server.connect()),
  );
  if (!asking || !same || !other || !operator || !hall) throw new Error("five clients");
  await asking.subscribe({ ownerToken });
  await same.subscribe({ ownerToken });
  await other.subscribe();
  await operator.subscribe({ token: OPERATOR_TOKEN });
  await hall.subscribe({ token: kiosk.token });

  const open = { type: "session_open", requestId: "s1", amountSats: 500 };
  const [secret, accepted] = await answered(asking, open);
  expect(secret).toEqual({
    type: "session_secret",
    requestId: "s1",
    sessionId: expect.stringMatching(/^session_[0-9a-f]{16}$/),
    macaroon: expect.any(String),
    recoveryCode: expect.stringMatching(/^[a-z2-7-]{32}$/),
  });
  expect(accepted).toEqual({ type: "accepted", requestId: "s1" });
  const { recoveryCode, macaroon } = secret as Extract<TowerMessage, { type: "session_secret" }>;
  // Asked again it is done once, and its secret is not said again.
  const before = asking.received.length;
  asking.send(open);
  await asking.until((all) => all.slice(before).some(({ type }) => type === "accepted"));
  expect(asking.received.filter(({ type }) => type === "session_secret")).toHaveLength(1);

  // Something that everybody hears comes after it.
  await tower.economy.perform(
    { ownerId: OPERATOR_OWNER, role: "operator" },
    { type: "chat_message", requestId: "c1" as never, text: "Hello all" },
  );
  for (const client of [same, other, operator, hall]) {
    const told = JSON.stringify(await toldUpTo(started, client));
    expect(told).not.toContain("session_secret");
    expect(told).not.toContain(recoveryCode);
    expect(told).not.toContain(macaroon);
  }
  // The session itself is its owner's and the operators'.
  expect([same, operator, other, hall].map(({ received }) => states(received).length)).toEqual([1, 1, 0, 0]);
  for (const client of [other, hall]) expect(JSON.stringify(client.received)).not.toContain("session_");
  expect(server.logged.join()).not.toContain(recoveryCode);
  expect(server.logged.join()).not.toContain(macaroon);
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("snapshots show sessions to their owner and to operators, and never to kiosks or strangers", async () => {
  const { server } = await start();
  const owners = [await server.access.owners.create(), await server.access.owners.create()] as const;
  const shown: string[] = [];
  for (const [index, { ownerToken }] of owners.entries()) {
    const client = await server.connect();
    await client.subscribe({ ownerToken });
    const [secret] = await answered(client, {
      type: "session_open",
      requestId: `s${index}`,
      amountSats: 500,
    } as { readonly requestId: string });
    shown.push((secret as Extract<TowerMessage, { type: "session_secret" }>).sessionId);
  }
  const kiosk = await server.access.kiosks.create("hall");
  const seen = async (extra: object) => {
    const client = await server.connect();
    await client.subscribe(extra);
    return sessionsShown(client);
  };
  const [first, second] = shown;
  expect(await seen({ ownerToken: owners[0].ownerToken })).toEqual([[first, owners[0].ownerId]]);
  expect(await seen({ ownerToken: owners[1].ownerToken })).toEqual([[second, owners[1].ownerId]]);
  expect(await seen({ token: OPERATOR_TOKEN })).toEqual([
    [second, owners[1].ownerId],
    [first, owners[0].ownerId],
  ]);
  expect((await seen({})) ?? []).toEqual([]);
  expect((await seen({ token: kiosk.token })) ?? []).toEqual([]);
});

test("a recovered session is shown to its new owner, and to its old one no more", async () => {
  const { server } = await start();
  const [old, next] = [await server.access.owners.create(), await server.access.owners.create()];
  const [losing, finding] = [await server.connect(), await server.connect()];
  await losing.subscribe({ ownerToken: old.ownerToken });
  await finding.subscribe({ ownerToken: next.ownerToken });
  const open = { type: "session_open", requestId: "s1", amountSats: 500 };
  const [secret] = await answered(losing, open);
  const { recoveryCode, sessionId } = secret as Extract<TowerMessage, { type: "session_secret" }>;
  const recover = { type: "session_recover", requestId: "r1", recoveryCode };
  const [anew] = await answered(finding, recover);
  expect(anew).toMatchObject({
    type: "session_secret",
    sessionId,
    recoveryCode: expect.not.stringMatching(recoveryCode),
  });
  const later = async (ownerToken: string) => {
    const client = await server.connect();
    await client.subscribe({ ownerToken });
    return (await sessionsShown(client)) ?? [];
  };
  expect(await later(old.ownerToken)).toEqual([]);
  expect(await later(next.ownerToken)).toEqual([[sessionId, next.ownerId]]);
});
