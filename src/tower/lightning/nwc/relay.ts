import type { NostrEvent } from "nostr-tools/pure";
import { type RawData, WebSocket } from "ws";

export interface RelayOptions {
  readonly url: string;
  /** What to subscribe to, asked anew for each connection. */
  readonly filters: () => readonly object[];
  /** Signs the answer to a relay that asks who we are. */
  readonly authenticate: (challenge: string) => NostrEvent;
  /** How long to wait before the second try, in milliseconds; twice as long before each further one, up to {@link MOST_RETRY_MS}. */
  readonly retryMs: number;
  /** How often the relay is asked whether it is there, in milliseconds. */
  readonly heartbeatMs?: number;
  /** An event for the subscription, of whatever author: not verified. */
  readonly heard: (event: unknown) => void;
  /** The relay has sent what it had stored, and sends from now on what comes. Called again after each reconnection. */
  readonly ready: () => void;
}

/** One relay, connected again whenever the connection is lost. */
export interface Relay {
  /** Whether answers would be heard. */
  isReady(): boolean;
  /** Sends an event; `refused` is called if the relay says that it did not take it. Returns what forgets it. */
  publish(event: NostrEvent, refused: () => void): () => void;
  close(): void;
}

const MOST_RETRY_MS = 60_000;
const HANDSHAKE_MS = 10_000;
/** A relay that says nothing for two of these, not even to a ping, is gone: a router forgot the connection. */
const HEARTBEAT_MS = 30_000;
/** NIP-47 asks relays to carry 64 KiB; a page of transactions is less. */
const MAX_BYTES = 1_048_576;
const SUBSCRIPTION = "wallet";

/** Connects to a relay as NIP-01 has it, with one subscription. It keeps trying until it is closed. */
export function openRelay(options: RelayOptions): Relay {
  const { url, filters, authenticate, retryMs, heartbeatMs = HEARTBEAT_MS, heard, ready } = options;
  const unconfirmed = new Map<string, () => void>();
  let socket: WebSocket | undefined;
  let isSubscribed = false;
  let isClosed = false;
  let failures = 0;
  let retry: NodeJS.Timeout | undefined;

  const say = (...message: readonly unknown[]) => socket?.send(JSON.stringify(message));
  const subscribe = () => say("REQ", SUBSCRIPTION, ...filters());

  function connect(): void {
    const own = new WebSocket(url, {
      maxPayload: MAX_BYTES,
      handshakeTimeout: HANDSHAKE_MS,
      perMessageDeflate: false,
    });
    socket = own;
    let authId: string | undefined;
    let isAlive = true;
    const heartbeat = setInterval(() => {
      if (!isAlive) return own.terminate();
      isAlive = false;
      if (own.readyState === WebSocket.OPEN) own.ping();
    }, heartbeatMs);

    function take(message: readonly unknown[]): void {
      const [type, first, second] = message;
      if (type === "EVENT" && first === SUBSCRIPTION) heard(second);
      else if (type === "EOSE" && first === SUBSCRIPTION) {
        isSubscribed = true;
        failures = 0;
        ready();
      } else if (type === "OK" && first === authId) {
        if (second === true) subscribe();
        else own.terminate();
      } else if (type === "OK") {
        if (second !== true) unconfirmed.get(String(first))?.();
        unconfirmed.delete(String(first));
      } else if (type === "AUTH" && typeof first === "string") {
        const event = authenticate(first);
        authId = event.id;
        say("AUTH", event);
      } else if (type === "CLOSED" && first === SUBSCRIPTION) {
        isSubscribed = false;
        // Asked to say who we are, we have or will; for any other reason the connection is of no use.
        if (!String(second).startsWith("auth-required:")) own.terminate();
      }
    }

    own.on("open", subscribe);
    own.on("pong", () => {
      isAlive = true;
    });
    own.on("message", (data: RawData, isBinary: boolean) => {
      isAlive = true;
      const message = isBinary ? undefined : parse(data);
      if (Array.isArray(message)) take(message);
    });
    // A failure is followed by `close`, where it is dealt with.
    own.on("error", () => undefined);
    own.on("close", () => {
      clearInterval(heartbeat);
      isSubscribed = false;
      unconfirmed.clear();
      if (isClosed) return;
      retry = setTimeout(connect, retryWait(failures, retryMs));
      failures += 1;
    });
  }
  connect();

  return {
    isReady: () => isSubscribed,
    publish(event, refused) {
      unconfirmed.set(event.id, refused);
      say("EVENT", event);
      return () => {
        unconfirmed.delete(event.id);
      };
    },
    close() {
      isClosed = true;
      clearTimeout(retry);
      socket?.terminate();
    },
  };
}

/** How long to wait for the next try, in milliseconds. Up to a quarter longer, so that a relay's clients do not all come back at once. */
export const retryWait = (failures: number, retryMs: number): number =>
  Math.min(MOST_RETRY_MS, retryMs * 2 ** failures) * (1 + Math.random() / 4);

function parse(data: RawData): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    return undefined;
  }
}
