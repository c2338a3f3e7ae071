import * as v from "valibot";
import { WebSocket } from "ws";
import { refuse } from "../../../protocol/refusal.ts";
import { followByLooking, type Settled } from "../follow-by-looking.ts";
import type { JsonClient } from "../json-client.ts";
import { createListReader, createTries, type Failed, type Tries } from "../tries.ts";
import type { SettlementHint } from "../wallet.ts";
import { IncomingListSchema, IncomingSchema, type PhoenixdIncoming } from "./answers.ts";

/** So many are listed at a time. */
const PAGE = 100;
/** A payment is stamped when its last part arrives, and written after that. */
const OVERLAP_MS = 10_000;
/** phoenixd pings every 10 s (`pingPeriodMillis` in `Api.kt`): without one for so many milliseconds the other side is gone. */
const SILENCE_MS = 35_000;
/** A notification is a few hundred bytes. */
const MAX_BYTES = 65_536;

interface Phoenixd {
  readonly client: JsonClient;
  readonly url: string;
  /** The header that lets in. */
  readonly key: string;
  readonly now: () => number;
  readonly pollMs: number;
  /** How long until a notification socket that broke is opened again, in milliseconds. */
  readonly reopenMs: number;
  readonly failed: Failed | undefined;
}

/**
 * Tells of received payments. A notification is only a reason to look at once: it is sent to whoever happens to listen, and never again, so
 * the list is looked at every `pollMs` besides. The cursor is the time a payment came in. Returns its own undo.
 */
export function followReceived(
  { client, url, key, now, pollMs, reopenMs, failed }: Phoenixd,
  listener: (hint: SettlementHint) => void,
  after?: string,
): () => void {
  const tries = createTries("phoenixd cannot be asked what it received", failed);
  const readings = createTries("phoenixd lists payments that cannot be read", failed);
  const hearing = createTries("phoenixd's notifications cannot be heard", failed);

  async function settledSince(since: number | undefined): Promise<readonly Settled[]> {
    const settled: Settled[] = [];
    const reader = createListReader(IncomingSchema, readings);
    for (let offset = 0; ; offset += PAGE) {
      // Without `all` only what was received is listed, by the time it came in (`listSuccessful` in `PaymentsIncoming.sq`). One that comes
      // in meanwhile moves the others down: some are listed twice and none is left out.
      const path = `/payments/incoming?from=${Math.max(0, since ?? 0)}&limit=${PAGE}&offset=${offset}`;
      const { status, body } = await client.get(path, key);
      const listed = status === 200 ? v.safeParse(IncomingListSchema, body) : undefined;
      if (!listed?.success)
        return refuse("wallet_unavailable", `phoenixd does not list its payments: status ${status}.`);
      settled.push(...reader.read(listed.output).flatMap(settlement));
      if (listed.output.length < PAGE || since === undefined) break;
    }
    reader.end();
    return settled;
  }

  const looking = followByLooking(
    { settledSince, now, pollMs, overlapMs: OVERLAP_MS, tries },
    listener,
    after,
  );
  const stopListening = listen({ url, key, reopenMs, tries: hearing }, looking.lookNow);
  return () => {
    stopListening();
    looking.stop();
  };
}

/** Calls back at every notification, whatever it says. Opens the socket again when it breaks. Returns its own undo. */
function listen(
  { url, key, reopenMs, tries }: Pick<Phoenixd, "url" | "key" | "reopenMs"> & { readonly tries: Tries },
  heard: () => void,
): () => void {
  let isOver = false;
  let socket: WebSocket | undefined;
  let timer: NodeJS.Timeout | undefined;

  function open(): void {
    const opened = new WebSocket(`${url.replace(/^http/, "ws").replace(/\/+$/, "")}/websocket`, {
      headers: { authorization: key },
      maxPayload: MAX_BYTES,
      handshakeTimeout: SILENCE_MS,
      perMessageDeflate: false,
    });
    socket = opened;
    let silence: NodeJS.Timeout | undefined;
    const isAlive = () => {
      clearTimeout(silence);
      silence = setTimeout(() => opened.terminate(), SILENCE_MS);
    };
    opened.on("open", () => {
      isAlive();
      // What came in while nobody listened.
      heard();
    });
    opened.on("ping", () => {
      isAlive();
      // Not when it is opened: one that is shut at once every time does not work.
      tries.worked();
    });
    opened.on("message", () => {
      tries.worked();
      heard();
    });
    // A close follows, and the list is looked at in the meantime.
    opened.on("error", (error) => {
      if (!isOver) tries.failed(error);
    });
    opened.on("close", (code) => {
      clearTimeout(silence);
      if (isOver) return;
      timer = setTimeout(open, reopenMs);
      tries.failed(new Error(`the socket was closed with code ${code}`));
    });
  }
  open();

  return () => {
    isOver = true;
    clearTimeout(timer);
    socket?.terminate();
  };
}

const settlement = ({ paymentHash, isPaid, completedAt }: PhoenixdIncoming): readonly Settled[] =>
  isPaid && completedAt !== undefined ? [{ paymentHash, settledAt: completedAt }] : [];
