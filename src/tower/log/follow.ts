import type { Seq } from "../../protocol/ids.ts";
import type { Database } from "../storage/port.ts";
import type { LogEntry } from "./entry.ts";
import { readAfter } from "./read.ts";

/** Facts a subscriber is given at a time. */
const BATCH = 500;

/** One who reads the log as it grows. */
export interface LogSubscriber {
  /** The last place it has seen; 0 for everything. */
  readonly after: Seq;
  /**
   * Is given every later fact exactly once, in order. The next batch waits until it resolves. When it
   * throws, the subscription ends: the batch may have been half taken, and giving it again could repeat facts.
   */
  deliver(entries: readonly LogEntry[]): void | Promise<void>;
  /**
   * `ended`: deliver threw, nothing more comes. Otherwise the log could not be read just now: nothing was
   * lost, and it is tried again at the next {@link LogFollower.notify}. Must not throw itself.
   */
  failed(error: unknown, ended: boolean): void;
}

export interface LogFollower {
  /** To be called after every commit that appended facts. It says only that there may be more. */
  notify(): void;
  /** Starts at once with what is there. Returns its own undo; a batch being delivered is not called back. */
  subscribe(subscriber: LogSubscriber): () => void;
  /** Ends every subscription. */
  close(): void;
}

/**
 * Follows the log for any number of subscribers, each from its own place. Catching up and being live are the same: all read the
 * log, never what a writer has in hand. Those in the same place share one read. `pollMs` looks by itself as well, for
 * facts that another process appended.
 */
export function createLogFollower(database: Database, { pollMs }: { pollMs?: number } = {}): LogFollower {
  const wake = new Set<() => void>();
  let reads = new Map<Seq, Promise<readonly LogEntry[]>>();

  function readFrom(after: Seq): Promise<readonly LogEntry[]> {
    const shared = reads;
    const known = shared.get(after);
    if (known) return known;
    const reading = database.read((sql) => readAfter(sql, after, BATCH));
    shared.set(after, reading);
    const forget = () => shared.delete(after);
    reading.then(forget, forget);
    return reading;
  }

  function notify(): void {
    // A read that began before this commit may have missed it, so nobody may join it any more.
    reads = new Map();
    for (const look of wake) look();
  }

  function subscribe(subscriber: LogSubscriber): () => void {
    let place = subscriber.after;
    let more = false;
    let running = false;

    const stop = () => wake.delete(look);
    const active = () => wake.has(look);

    /** One batch. Says whether there may be another. */
    async function step(): Promise<boolean> {
      let entries: readonly LogEntry[];
      try {
        entries = await readFrom(place);
      } catch (error) {
        if (active()) subscriber.failed(error, false);
        return false;
      }
      const newest = entries.at(-1);
      if (!newest || !active()) return false;
      try {
        await subscriber.deliver(entries);
      } catch (error) {
        stop();
        subscriber.failed(error, true);
        return false;
      }
      place = newest.fact.seq;
      return entries.length === BATCH;
    }

    async function run(): Promise<void> {
      running = true;
      while (more && active()) {
        more = false;
        while (active() && (await step()));
      }
      running = false;
    }

    function look(): void {
      more = true;
      if (!running) void run();
    }

    wake.add(look);
    look();
    return stop;
  }

  const timer = pollMs === undefined ? undefined : setInterval(notify, pollMs);
  timer?.unref();

  return {
    notify,
    subscribe,
    close() {
      clearInterval(timer);
      wake.clear();
    },
  };
}
