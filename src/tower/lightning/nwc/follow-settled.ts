import * as v from "valibot";
import { refuse } from "../../../protocol/refusal.ts";
import { type NwcTransaction, TransactionSchema, TransactionsSchema } from "./answers.ts";
import type { NwcClient } from "./client.ts";

/** NIP-47: larger pages may be too large for a relay. */
const PAGE = 20;
/** So many are read in one look; more than are settled between two. */
const MOST = 1_000;
/** The longest an invoice of the tower is open, in milliseconds. */
const LONGEST_OPEN_MS = 86_400_000;
/** How long most of them are open, in milliseconds: looks in between go back only so far. */
const USUALLY_OPEN_MS = 3_600_000;
/** Every so many looks one goes back {@link LONGEST_OPEN_MS}. */
const LONG_LOOK = 12;
/** Hints may come out of order, or one be lost until the next look, so a cursor takes up a little before itself, in milliseconds. */
const OVERLAP_MS = 600_000;
/** Between looks, where the wallet tells by itself what it receives: a net under what was lost. */
const NET_MS = 60_000;

/** A hint as the port has it; the cursor is the time of settlement in seconds since 1970. */
export interface SettledHint {
  readonly paymentHash: string;
  readonly cursor?: string;
}

/**
 * Tells each settled invoice once: from the wallet's notifications where it sends them, and from looking at its list every `pollMs`
 * where it does not, after every reconnection, and now and then. With `after`, what was settled since then is told as well. Only a hint.
 * What cannot be asked now is asked the next time. Returns its own undo.
 */
export function followSettled(
  parts: { readonly client: NwcClient; readonly now: () => number; readonly pollMs: number },
  listener: (hint: SettledHint) => void,
  after?: string,
): () => void {
  const { client, now, pollMs } = parts;
  const told = new Set<string>();
  let since = after === undefined ? secondOf(now()) : cursorTime(after, now() - LONGEST_OPEN_MS) - OVERLAP_MS;
  let looks = 0;
  let isLooking = false;
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;

  function tell(paymentHash: string, settledAt: number | undefined): void {
    if (isOver || told.has(paymentHash)) return;
    told.add(paymentHash);
    listener({
      paymentHash,
      ...(settledAt !== undefined && { cursor: String(Math.floor(settledAt / 1000)) }),
    });
  }

  async function look(): Promise<void> {
    const reach = looks % LONG_LOOK === 0 ? LONGEST_OPEN_MS : USUALLY_OPEN_MS;
    const settled = await listSettled(client, Math.min(since, now()) - reach);
    looks += 1;
    for (const { payment_hash, settled_at } of settled) {
      // Settled before anybody followed: the sweep's, not news.
      const isOld = settled_at === undefined || settled_at < since;
      if (isOld && looks === 1) told.add(payment_hash);
      else tell(payment_hash, settled_at);
    }
    since = now();
    // Old hashes cannot come back once they are further back than a look goes.
    if (told.size > 4 * MOST) for (const old of [...told].slice(0, -2 * MOST)) told.delete(old);
  }

  const run = (): void => {
    if (isLooking || isOver) return;
    isLooking = true;
    clearTimeout(timer);
    const again = () => {
      isLooking = false;
      if (!isOver) timer = setTimeout(run, client.info()?.notifies ? Math.max(pollMs, NET_MS) : pollMs);
    };
    look().then(again, again);
  };
  const undoReceived = client.followReceived(({ paymentHash, settledAt }) => tell(paymentHash, settledAt));
  const undoReach = client.followReach(run);
  run();

  return () => {
    isOver = true;
    undoReceived();
    undoReach();
    clearTimeout(timer);
  };
}

/** The wallet tells times in whole seconds: what was settled in the same one may have been before or after. */
const secondOf = (time: number): number => Math.floor(time / 1000) * 1000;

/** A cursor in milliseconds; `otherwise`, when another kind of wallet gave it. */
function cursorTime(cursor: string, otherwise: number): number {
  return /^\d{1,12}$/.test(cursor) ? Number(cursor) * 1000 : otherwise;
}

/**
 * The settled invoices that the wallet lists from `from` (milliseconds since 1970), the first settled first. NIP-47 orders by creation, and so
 * do most wallets in what they leave out; Alby Hub takes the last change instead, which lists more. Throws what the client throws.
 */
export async function listSettled(client: NwcClient, from: number): Promise<readonly NwcTransaction[]> {
  const found: NwcTransaction[] = [];
  const first = Math.max(0, Math.floor(from / 1000));
  for (let offset = 0; offset < MOST; offset += PAGE) {
    const params = { from: first, limit: PAGE, offset, type: "incoming", unpaid: false };
    const page = await client.ask("list_transactions", params, TransactionsSchema);
    if (!page.ok) {
      // A connection that may not list gets its hints from notifications alone.
      if (["RESTRICTED", "NOT_IMPLEMENTED"].includes(page.code)) return [];
      return refuse("wallet_unavailable", `The wallet does not list its invoices: ${page.code}.`);
    }
    for (const entry of page.result) {
      const read = v.safeParse(TransactionSchema, entry);
      if (read.success && isSettled(read.output) && read.output.type === "incoming") found.push(read.output);
    }
    if (page.result.length < PAGE) break;
  }
  return found.sort((a, b) => (a.settled_at ?? 0) - (b.settled_at ?? 0));
}

/** Without a state, only the time of settlement tells; the preimage does not. */
export const isSettled = ({ state, settled_at }: NwcTransaction): boolean =>
  state ? state === "settled" : settled_at !== undefined;
