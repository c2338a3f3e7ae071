import { refuse } from "../../../protocol/refusal.ts";
import { createListReader, createTries, type Failed, type Tries } from "../tries.ts";
import type { SettlementHint } from "../wallet.ts";
import { type NwcTransaction, TransactionSchema, TransactionsSchema } from "./answers.ts";
import type { NwcClient, Received } from "./client.ts";

/** NIP-47: larger pages may be too large for a relay. */
const PAGE = 20;
/** So many are read in one look; more than are settled between two. */
const MOST = 1_000;
/** The longest an invoice of the tower is open, in milliseconds. */
export const LONGEST_OPEN_MS = 86_400_000;
/** How long most of them are open, in milliseconds: looks in between go back only so far. */
const USUALLY_OPEN_MS = 3_600_000;
/** Every so many looks one goes back {@link LONGEST_OPEN_MS}. */
const LONG_LOOK = 12;
/** How far before the newest looks begin, in milliseconds: a wallet may list a settlement late, and a notification may be lost. */
const OVERLAP_MS = 600_000;
/** Between looks, where the wallet tells by itself what it receives: a net under what was lost. */
const NET_MS = 60_000;

/**
 * Tells each settled invoice once: what was missed, the oldest first, then what the wallet notifies of. It looks at the wallet's list at
 * the start, after every reconnection and now and then; every `pollMs` where the wallet does not notify. The cursor is the newest
 * settlement's time in seconds since 1970, which is as exact as NIP-47 is. Only a hint. What cannot be asked now is asked the next time.
 * Returns its own undo.
 */
export function followSettled(
  parts: {
    readonly client: NwcClient;
    readonly now: () => number;
    readonly pollMs: number;
    readonly failed: Failed | undefined;
  },
  listener: (hint: SettlementHint) => void,
  after?: string,
): () => void {
  const { client, now, pollMs, failed } = parts;
  const tries = createTries("the wallet cannot be asked what it received", failed);
  const readings = createTries("the wallet lists payments that cannot be read", failed);
  const told = new Map<string, number>();
  /** Heard before the first look was done. */
  const notified: Received[] = [];
  // Settled before: the sweep's, not news.
  let since = after !== undefined && CURSOR.test(after) ? Number(after) * 1000 - OVERLAP_MS : secondOf(now());
  let newest = 0;
  let looks = 0;
  let isLooking = false;
  let isAskedAgain = false;
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;

  function tell(paymentHash: string, settledAt: number | undefined): void {
    if (isOver || told.has(paymentHash) || (settledAt ?? since) < since) return;
    told.set(paymentHash, settledAt ?? now());
    newest = Math.max(newest, settledAt ?? 0);
    listener({ paymentHash, ...(newest > 0 && { cursor: String(newest / 1000) }) });
  }

  async function look(): Promise<void> {
    const reach = looks % LONG_LOOK === 0 ? LONGEST_OPEN_MS : USUALLY_OPEN_MS;
    const listed = await listInvoices(client, since - reach, { unpaid: false, tries: readings });
    looks += 1;
    for (const each of listed) if (isSettled(each)) tell(each.payment_hash, each.settled_at);
    for (const { paymentHash, settledAt } of notified.splice(0)) tell(paymentHash, settledAt);
    since = Math.max(since, newest - OVERLAP_MS);
    for (const [hash, at] of told) if (at < since) told.delete(hash);
  }

  function run(): void {
    if (isOver) return;
    isLooking = true;
    isAskedAgain = false;
    const next = (ms: number) => {
      isLooking = false;
      if (!isOver) timer = setTimeout(run, isAskedAgain ? 0 : ms);
    };
    look().then(
      () => {
        next(client.info()?.notifies ? Math.max(pollMs, NET_MS) : pollMs);
        tries.worked();
      },
      (error: unknown) => {
        // A wallet that does not answer is asked again; the sweep finds what was missed.
        next(pollMs);
        if (!isOver) tries.failed(error);
      },
    );
  }

  function lookNow(): void {
    isAskedAgain = true;
    if (isOver || isLooking) return;
    clearTimeout(timer);
    run();
  }

  const undoReceived = client.followReceived((received) => {
    // What was missed is older, so it is told first.
    if (looks === 0) notified.push(received);
    else tell(received.paymentHash, received.settledAt);
  });
  const undoReach = client.followReach(lookNow);
  run();

  return () => {
    isOver = true;
    undoReceived();
    undoReach();
    clearTimeout(timer);
  };
}

/** Seconds since 1970, from 2001 on: other wallets' cursors are shorter or longer. */
const CURSOR = /^\d{10}$/;

/** The wallet tells times in whole seconds: what was settled in the same one may have been before or after. */
const secondOf = (time: number): number => Math.floor(time / 1000) * 1000;

/**
 * The invoices that the wallet lists from `from` (milliseconds since 1970), with `unpaid` also those, the first settled first. `tries` is
 * told of entries that cannot be read.
 * NIP-47 orders by creation; Alby Hub takes the last change instead, which lists more. Throws what the client throws.
 */
export async function listInvoices(
  client: NwcClient,
  from: number,
  { unpaid, tries }: { readonly unpaid: boolean; readonly tries?: Tries },
): Promise<readonly NwcTransaction[]> {
  const found: NwcTransaction[] = [];
  const reader = createListReader(TransactionSchema, tries);
  const first = Math.max(0, Math.floor(from / 1000));
  for (let offset = 0; offset < MOST; offset += PAGE) {
    const params = { from: first, limit: PAGE, offset, type: "incoming", unpaid };
    const page = await client.ask("list_transactions", params, TransactionsSchema);
    if (!page.ok) {
      // A connection that may not list gets its hints from notifications alone.
      if (["RESTRICTED", "NOT_IMPLEMENTED"].includes(page.code)) return [];
      return refuse("wallet_unavailable", `The wallet does not list its invoices: ${page.code}.`);
    }
    // There are wallets that take no notice of what is asked for.
    found.push(...reader.read(page.result).filter(({ type }) => type === "incoming"));
    if (page.result.length < PAGE) break;
  }
  reader.end();
  return found.sort((a, b) => (a.settled_at ?? 0) - (b.settled_at ?? 0));
}

/** Without a state, only the time of settlement tells; the preimage does not. */
export const isSettled = ({ state, settled_at }: NwcTransaction): boolean =>
  state ? state === "settled" : settled_at !== undefined;
