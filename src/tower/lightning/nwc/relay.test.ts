import type { AddressInfo } from "node:net";
import { finalizeEvent, generateSecretKey } from "nostr-tools/pure";
import { afterEach, expect, test, vi } from "vitest";
import { type ServerOptions, type WebSocket, WebSocketServer } from "ws";
import { eventually } from "../testing/eventually.ts";
import { openRelay, type Relay, retryWait } from "./relay.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A relay whose every word the test decides. `connected` is called for each connection. */
async function open(
  connected: (socket: WebSocket) => void,
  { heartbeatMs = 60_000, ...options }: ServerOptions & { readonly heartbeatMs?: number } = {},
) {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, ...options });
  await new Promise((resolve) => server.once("listening", resolve));
  ends.push(() => {
    for (const socket of server.clients) socket.terminate();
    return new Promise((resolve) => server.close(resolve));
  });
  let connections = 0;
  server.on("connection", (socket) => {
    connections += 1;
    connected(socket);
  });
  const heard: unknown[] = [];
  const relay: Relay = openRelay({
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    filters: () => [{ kinds: [1] }],
    authenticate: () => event(22242),
    retryMs: 5,
    heartbeatMs,
    heard: (each) => heard.push(each),
    ready: () => undefined,
  });
  ends.push(() => relay.close());
  return { relay, heard, connections: () => connections };
}

const event = (kind: number) =>
  finalizeEvent({ kind, created_at: 1, tags: [], content: "" }, generateSecretKey());

test("a relay that has gone without a word is left, and tried again", async () => {
  // It answers no ping, as when a router in between has forgotten the connection.
  const { connections } = await open(() => undefined, { autoPong: false, heartbeatMs: 20 });
  await eventually(connections).toBeGreaterThan(2);
});

test("a relay that answers pings is kept, however long it has nothing to say", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  ends.push(() => vi.useRealTimers());
  let answers = 0;
  const { relay, connections } = await open((socket) => {
    socket.on("message", () => socket.send('["EOSE","wallet"]'));
    // It comes after the pong: whoever has answered it has heard the pong.
    socket.on("ping", () => socket.ping());
    socket.on("pong", () => {
      answers += 1;
    });
  });
  await eventually(() => relay.isReady()).toBe(true);
  for (let beat = 1; beat <= 5; beat += 1) {
    vi.advanceTimersByTime(60_000);
    await eventually(() => answers).toBe(beat);
  }
  expect(connections()).toBe(1);
  expect(relay.isReady()).toBe(true);
});

test("what is no message of NIP-01, or for another subscription, is passed over", async () => {
  const { relay, heard } = await open((socket) => {
    socket.on("message", () => {
      for (const said of ["nonsense", "{}", "[]", '["EVENT","other",{"id":"a"}]', '["NOTICE","hello"]'])
        socket.send(said);
      socket.send(Buffer.from('["EVENT","wallet",{"id":"binary"}]'));
      socket.send('["EVENT","wallet",{"id":"b"}]');
      socket.send('["EOSE","wallet"]');
    });
  });
  await eventually(() => relay.isReady()).toBe(true);
  expect(heard).toEqual([{ id: "b" }]);
});

test("a relay that ends the subscription is left, and tried again", async () => {
  let refusals = 0;
  const { relay, connections } = await open((socket) => {
    socket.on("message", () => {
      refusals += 1;
      socket.send(refusals < 3 ? '["CLOSED","wallet","error: shutting down"]' : '["EOSE","wallet"]');
    });
  });
  await eventually(() => relay.isReady()).toBe(true);
  expect(connections()).toBe(3);
});

test("a relay that does not take who we are is not stuck to", async () => {
  const { connections } = await open((socket) => {
    socket.send('["AUTH","who"]');
    socket.on("message", (data) => {
      const [type, said] = JSON.parse(String(data)) as [string, { readonly id: string }];
      socket.send(
        JSON.stringify(
          type === "AUTH"
            ? ["OK", said.id, false, "restricted: no"]
            : ["CLOSED", "wallet", "auth-required: who"],
        ),
      );
    });
  });
  await eventually(connections).toBeGreaterThan(1);
});

test("each try comes later than the one before, up to a minute", () => {
  const waits = Array.from({ length: 12 }, (_, failures) => retryWait(failures, 1000));
  waits.forEach((wait, failures) => {
    const least = Math.min(60_000, 1000 * 2 ** failures);
    expect(wait).toBeGreaterThanOrEqual(least);
    expect(wait).toBeLessThanOrEqual(least * 1.25);
  });
});
