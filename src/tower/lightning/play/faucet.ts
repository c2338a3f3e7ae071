import type { OwnerId } from "../../../protocol/ids.ts";
import { refuse } from "../../../protocol/refusal.ts";
import { type Sats, sats, toMsat } from "../../../protocol/units.ts";
import { type Books, purseAccount } from "./books.ts";
import type { Database } from "./database.ts";

/** Sats. The most one draw gives, and what a new purse starts with. */
const DRAW = 10_000;
/** Sats. The most one owner draws in a day, the first draw included. */
const DAILY_CAP = 50_000;

/** The day a time is in: when it began and when the next begins, in milliseconds since 1970. */
export type DayOf = (time: number) => { readonly start: number; readonly end: number };

/** Where play sats come from. Runs inside the caller's transaction. */
export function createFaucet({ sql }: Database, books: Books, now: () => number, dayOf: DayOf) {
  const select = sql.prepare("SELECT sats FROM draw WHERE owner_id = ? AND day_start = ?");
  const upsert = sql.prepare("INSERT OR REPLACE INTO draw (owner_id, day_start, sats) VALUES (?, ?, ?)");

  const drawn = (owner: OwnerId): number => Number(select.get(owner, dayOf(now()).start)?.["sats"] ?? 0);
  /** What the owner can still draw today. */
  const left = (owner: OwnerId): Sats => sats(DAILY_CAP - drawn(owner));

  return {
    left,

    /** Refuses with `faucet_dry` when the owner has had a day's worth. */
    draw(owner: OwnerId): void {
      const day = dayOf(now());
      const amount = sats(Math.min(DRAW, left(owner)));
      if (amount === 0) {
        const opens = new Date(day.end).toISOString().slice(0, 16).replace("T", " at ");
        refuse(
          "faucet_dry",
          `You have had today's ${DAILY_CAP} play sats. The faucet opens again on ${opens} UTC.`,
        );
      }
      upsert.run(owner, day.start, drawn(owner) + amount);
      books.move("mint", purseAccount(owner), toMsat(amount));
    },
  };
}

export type Faucet = ReturnType<typeof createFaucet>;
