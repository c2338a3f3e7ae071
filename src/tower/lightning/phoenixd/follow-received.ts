import * as v from "valibot";
import { WebSocket } from "ws";
import { refuse } from "../../../protocol/refusal.ts";
import { followByLooking, type Settled } from "../follow-by-looking.ts";
import type { JsonClient } from "../json-client.ts";
import type { SettlementHint } from "../wallet.ts";
import { IncomingListSchema, IncomingSchema } from "./answers.ts";

/** So many are listed at a time. */
const PAGE = 100;
/** A payment is stamped when its last part arrives, and written after that. */
const OVERLAP_MS = 10_000;
/** How long until a notification socket that broke is opened again, in milliseconds. */
const REOPEN_MS = 5_000;
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
}

/**
 * Tells of received payments. A notification is only a reason to look at once: it is sent to whoever happens to listen, and never again, so
 * the list is looked at every `pollMs` besides. The cursor is the time a payment came in. Returns its own undo.
 */
export function followReceived(
  { client, url, key, now, pollMs }: Phoenixd,
  listener: (hint: SettlementHint) => void,
  after?: string,
): () => void {
  async function settledSince(since: number | undefined): Promise<readonly Settled[]> {
    const settled: Settled[] = [];
    for (let offset = 0; ; offset += PAGE) {
      // Without `all` only what was received is listed, by the time it came in (`listSuccessful` in `PaymentsIncoming.sq`). One that comes
      // in meanwhile moves the others down: some are listed twice and none is left out.
      const path = `/payments/incoming?from=${Math.max(0, since ?? 0)}&limit=${PAGE}&offset=${offset}`;
      const { status, body } = await client.get(path, key);
      const listed = status === 200 ? v.safeParse(IncomingListSchema, body) : undefined;
      if (!listed?.success) return refuse("wallet_unavailable", "phoenixd does not list its payments.");
      settled.push(...listed.output.flatMap(settlement));
      if (listed.output.length < PAGE || since === undefined) return settled;
    }
  }

  const looking = followByLooking({ settledSince, now, pollMs, overlapMs: OVERLAP_MS }, listener, after);
  const stopListening = listen(url, key, looking.lookNow);
  return () => {
    stopListening();
    looking.stop();
  };
}

/** Calls back at every notification, whatever it says. Opens the socket again when it breaks. Returns its own undo. */
function listen(url: string, key: string, heard: () => void): () => void {
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
    opened.on("ping", isAlive);
    opened.on("message", heard);
    // Without a listener an error would end the process. A close follows, and the list is looked at in the meantime.
    opened.on("error", () => undefined);
    opened.on("close", () => {
      clearTimeout(silence);
      if (!isOver) timer = setTimeout(open, REOPEN_MS);
    });
  }
  open();

  return () => {
    isOver = true;
    clearTimeout(timer);
    socket?.terminate();
  };
}

/** None, where an entry is not one that we know how to read. */
function settlement(entry: unknown): readonly Settled[] {
  const payment = v.safeParse(IncomingSchema, entry);
  if (!payment.success || !payment.output.isPaid) return [];
  const { paymentHash, completedAt } = payment.output;
  return completedAt === undefined ? [] : [{ paymentHash, settledAt: completedAt }];
}
