import type { AddressInfo } from "node:net";
import { type Filter, matchFilters } from "nostr-tools/filter";
import { type NostrEvent, verifyEvent } from "nostr-tools/pure";
import { type RawData, type WebSocket, WebSocketServer } from "ws";

/** What one test makes the relay do differently. */
export interface RelayMischief {
  /** Why it takes no event; undefined: it takes them. */
  refuses: string | undefined;
  /** Which events it takes and passes on to nobody. */
  loses: (event: NostrEvent) => boolean;
  /** Whether it sends nothing before it was told who asks, as NIP-42 has it. */
  asksWho: boolean;
}

/** A relay as NIP-01 has it: it keeps replaceable events, passes ephemeral ones on, and drops what has expired (NIP-40). */
export async function startRelay(port = 0) {
  const mischief: RelayMischief = { refuses: undefined, loses: () => false, asksWho: false };
  const stored = new Map<string, NostrEvent>();
  const subscriptions = new Map<WebSocket, Map<string, readonly Filter[]>>();
  const server = new WebSocketServer({ host: "127.0.0.1", port });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", reject);
  });

  function pass(event: NostrEvent): void {
    for (const [socket, held] of subscriptions) {
      for (const [id, filters] of held) {
        if (matchFilters([...filters], event)) socket.send(JSON.stringify(["EVENT", id, event]));
      }
    }
  }

  function take(event: NostrEvent, say: (...message: readonly unknown[]) => void): void {
    const refusal = verifyEvent(event) ? mischief.refuses : "invalid: bad signature";
    say("OK", event.id, refusal === undefined, refusal ?? "");
    if (refusal !== undefined || mischief.loses(event)) return;
    const expiration = event.tags.find(([name]) => name === "expiration")?.[1];
    if (expiration !== undefined && Number(expiration) * 1000 < Date.now()) return;
    if (event.kind >= 10_000 && event.kind < 20_000) stored.set(`${event.kind}:${event.pubkey}`, event);
    pass(event);
  }

  server.on("connection", (socket) => {
    const held = new Map<string, readonly Filter[]>();
    subscriptions.set(socket, held);
    const say = (...message: readonly unknown[]) => socket.send(JSON.stringify(message));
    const challenge = String(Math.random());
    let isKnown = !mischief.asksWho;
    if (!isKnown) say("AUTH", challenge);
    socket.on("message", (data: RawData) => {
      const [type, first, ...rest] = JSON.parse(String(data)) as [string, unknown, ...Filter[]];
      if (type === "EVENT") take(first as NostrEvent, say);
      if (type === "AUTH") {
        const event = first as NostrEvent;
        const said = event.tags.find(([name]) => name === "challenge")?.[1];
        isKnown = verifyEvent(event) && event.kind === 22242 && said === challenge;
        say("OK", event.id, isKnown, "");
      }
      if (type === "REQ" && !isKnown) say("CLOSED", first, "auth-required: say who you are");
      if (type === "REQ" && isKnown) {
        held.set(String(first), rest);
        for (const event of stored.values()) if (matchFilters(rest, event)) say("EVENT", first, event);
        say("EOSE", first);
      }
    });
    socket.on("close", () => subscriptions.delete(socket));
  });

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mischief,
    /** Sends to whoever subscribed, without a look at it: what a dishonest relay could do. */
    pass,
    /** How many are connected. */
    connections: () => subscriptions.size,
    /** Ends the connections of those who are subscribed to answers; whoever comes again is let in. The wallet service's own stays. */
    drop() {
      for (const [socket, held] of subscriptions) {
        const kinds = [...held.values()].flat().flatMap((filter) => filter.kinds ?? []);
        if (kinds.includes(23195)) socket.terminate();
      }
    },
    async stop() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type StandInRelay = Awaited<ReturnType<typeof startRelay>>;
