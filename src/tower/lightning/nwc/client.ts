import type { NostrEvent } from "nostr-tools/pure";
import * as v from "valibot";
import { RefusalError, refuse } from "../../../protocol/refusal.ts";
import { createHints } from "../play/hints.ts";
import { NotificationSchema, ReplySchema } from "./answers.ts";
import type { NwcConnection } from "./connection.ts";
import { createEnvelopes, KINDS, readInfo, type Scheme, tagOf, type WalletInfo } from "./events.ts";
import { openRelay } from "./relay.ts";

/** What a wallet answered: what was asked for, or one of NIP-47's error codes. */
export type Reply<Result> =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly code: string };

/** A notification that an invoice was paid. Times are milliseconds since 1970. */
export interface Received {
  readonly paymentHash: string;
  readonly settledAt: number | undefined;
}

/** Asks a wallet service over its relays. Refuses with `wallet_unavailable` when no answer that fits comes in time. */
export interface NwcClient {
  ask<Schema extends v.GenericSchema>(
    method: string,
    params: object,
    schema: Schema,
    ms?: number,
  ): Promise<Reply<v.InferOutput<Schema>>>;
  /** What the wallet said of itself last; undefined until it was heard. */
  info(): WalletInfo | undefined;
  /** Calls back for each notification, from whatever relay: several may tell the same. Returns its own undo. */
  followReceived(listener: (received: Received) => void): () => void;
  /** Calls back when a relay was reached, at first or again: what was sent meanwhile may be lost. Returns its own undo. */
  followReach(listener: () => void): () => void;
  /** Ends what is under way; every later call refuses. */
  close(): void;
}

/** How long an answer may take. A payment may wait for its route, so it is given longer than a look. */
const LOOK_MS = 15_000;
/** A request stays good for at least this long, in seconds, so that clocks may differ a little. */
const LEAST_LIFE = 60;
/** How far back, in seconds, a relay is asked for answers and notifications when it is reached again. */
const HEARD_AGAIN = 600;
const RETRY_MS = 1_000;

/** Makes a client for a connection; it connects at once and keeps the connection until it is closed. */
export function createNwcClient(parts: {
  readonly connection: NwcConnection;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly lookMs?: number;
  readonly retryMs?: number;
}): NwcClient {
  const { connection, now, lookMs = LOOK_MS, retryMs = RETRY_MS } = parts;
  const envelopes = createEnvelopes(connection);
  const closing = new AbortController();
  const received = createHints<Received>();
  const reached = createHints<void>();
  /** Whom to tell that something changed in what it waits for. */
  const changed = new Set<() => void>();
  /** Requests under way by event id. */
  const waiting = new Map<string, (event: NostrEvent) => void>();
  let info: WalletInfo | undefined;
  const seconds = () => Math.floor(now() / 1000);

  const author = { authors: [connection.walletPubkey] };
  const filters = () => [
    { ...author, kinds: [KINDS.info], limit: 1 },
    {
      ...author,
      kinds: [KINDS.response, KINDS.oldNotification, KINDS.notification],
      "#p": [connection.clientPubkey],
      since: seconds() - HEARD_AGAIN,
    },
  ];

  function hear(raw: unknown): void {
    const event = envelopes.fromWallet(raw);
    if (event === undefined) return;
    if (event.kind === KINDS.info) {
      if (info === undefined || event.created_at >= info.createdAt) info = readInfo(event);
      for (const tell of changed) tell();
    } else if (event.kind === KINDS.response) {
      waiting.get(tagOf(event, "e") ?? "")?.(event);
    } else {
      hearNotification(event);
    }
  }

  function hearNotification(event: NostrEvent): void {
    const scheme: Scheme = event.kind === KINDS.notification ? "nip44_v2" : "nip04";
    // Each notification comes in both kinds from a wallet that knows both: the other one is for older clients.
    if (scheme !== info?.scheme) return;
    const read = v.safeParse(NotificationSchema, parse(envelopes.content(event, scheme)));
    if (!read.success || read.output.notification_type !== "payment_received") return;
    const { payment_hash, settled_at } = read.output.notification;
    received.send({ paymentHash: payment_hash, settledAt: settled_at });
  }

  const relays = connection.relays.map((url) =>
    openRelay({
      url,
      filters,
      authenticate: (challenge) => envelopes.relayAuth(url, challenge, seconds()),
      retryMs,
      heard: hear,
      ready() {
        for (const tell of changed) tell();
        reached.send();
      },
    }),
  );

  /** Waits until requests can be made: a relay would carry the answer, and the wallet's info event says how to encrypt. */
  async function reach(signal: AbortSignal): Promise<Scheme> {
    while (info === undefined || !relays.some((relay) => relay.isReady())) {
      await new Promise<void>((resolve, reject) => {
        const tell = () => {
          changed.delete(tell);
          signal.removeEventListener("abort", tell);
          if (signal.aborted) reject(new Unreached());
          else resolve();
        };
        changed.add(tell);
        signal.addEventListener("abort", tell);
        if (signal.aborted) tell();
      });
    }
    return info.scheme;
  }

  /** Sends a request to every relay and waits for the first answer. */
  function exchange(event: NostrEvent, signal: AbortSignal): Promise<NostrEvent> {
    const undo: (() => void)[] = [];
    return new Promise<NostrEvent>((resolve, reject) => {
      const gone = () => reject(new Unreached());
      if (signal.aborted) return gone();
      signal.addEventListener("abort", gone, { once: true });
      undo.push(() => signal.removeEventListener("abort", gone));
      waiting.set(event.id, resolve);
      undo.push(() => void waiting.delete(event.id));
      const carriers = relays.filter((relay) => relay.isReady());
      let refusals = 0;
      for (const relay of carriers) {
        const refused = () => {
          refusals += 1;
          if (refusals === carriers.length) gone();
        };
        undo.push(relay.publish(event, refused));
      }
    }).finally(() => {
      for (const each of undo) each();
    });
  }

  return {
    async ask(method, params, schema, ms = lookMs) {
      if (closing.signal.aborted) return refuse("wallet_unavailable", "The wallet is closed.");
      const timeout = AbortSignal.timeout(ms);
      const signal = AbortSignal.any([closing.signal, timeout]);
      try {
        const scheme = await reach(signal);
        const createdAt = seconds();
        const expiresAt = createdAt + Math.max(LEAST_LIFE, Math.ceil(ms / 1000));
        const request = envelopes.request(
          JSON.stringify({ method, params }),
          { createdAt, expiresAt },
          scheme,
        );
        const answer = await exchange(request, signal);
        return understood(parse(envelopes.content(answer, scheme)), method, schema);
      } catch (error) {
        if (!(error instanceof Unreached)) throw error;
        throw new RefusalError("wallet_unavailable", reasonOf(), { cause: error });
      }
    },
    info: () => info,
    followReceived: received.follow,
    followReach: reached.follow,
    close() {
      closing.abort();
      received.clear();
      reached.clear();
      for (const relay of relays) relay.close();
    },
  };

  function reasonOf(): string {
    if (closing.signal.aborted) return "The wallet is closed.";
    if (!relays.some((relay) => relay.isReady()))
      return "The wallet's relay cannot be reached. Try again later.";
    return info === undefined
      ? "The wallet has not said at its relay what it can do: it may be off, or the connection deleted."
      : "The wallet does not answer. Try again later.";
  }
}

/** No answer came. Becomes a sentence where it is known why. */
class Unreached extends Error {}

/** An answer's content, when it is one to this request. */
function understood<Schema extends v.GenericSchema>(
  said: unknown,
  method: string,
  schema: Schema,
): Reply<v.InferOutput<Schema>> {
  const reply = v.safeParse(ReplySchema, said);
  if (reply.success && reply.output.error) return { ok: false, code: reply.output.error.code };
  if (reply.success && reply.output.result_type === method) {
    const result = v.safeParse(schema, reply.output.result);
    if (result.success) return { ok: true, result: result.output };
  }
  return refuse("wallet_unavailable", `The wallet answered ${method} with nothing that fits.`);
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
