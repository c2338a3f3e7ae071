import type { Seq } from "../../protocol/ids.ts";
import type { Viewer } from "../access/identity.ts";
import type { LogEntry } from "../log/entry.ts";
import type { LogFollower } from "../log/follow.ts";
import { factFrame } from "./fact-frame.ts";
import type { Outbox } from "./outbox.ts";

/** Where one connection starts to read the log, and for whom. */
export interface FactStreamOptions {
  readonly viewer: Viewer;
  /** The last place that the client has. */
  readonly after: Seq;
  /** Up to here it catches up, at the pace of its socket; after it is live. */
  readonly liveAfter: Seq;
  /** Called once, when everything up to `liveAfter` has been sent. */
  readonly onLive: () => void;
  /** Called when the stream cannot go on. */
  readonly onEnded: (error: unknown) => void;
  /** Called when the log could not be read just now; nothing was lost. */
  readonly onDelayed: (error: unknown) => void;
}

/**
 * Sends one connection the facts it may see, each with the `seq` of the one sent before it. Catching up and live
 * are one path; the only difference is that catching up waits for the socket, and live does not. Returns its undo.
 */
export function streamFacts(follower: LogFollower, outbox: Outbox, options: FactStreamOptions): () => void {
  const { viewer, liveAfter } = options;
  let prev = options.after;
  let isLive = false;
  let stopped = false;

  function reached(place: Seq): void {
    if (isLive || stopped || place < liveAfter) return;
    isLive = true;
    options.onLive();
  }

  async function catchUp(entries: readonly LogEntry[]): Promise<void> {
    for (const entry of entries) {
      if (stopped) return;
      send(entry);
      reached(entry.fact.seq);
      if (!isLive && outbox.isBusy()) await outbox.drained();
    }
  }

  function send(entry: LogEntry): void {
    const frame = factFrame(entry, viewer, prev);
    if (frame === undefined) return;
    outbox.send(frame);
    prev = entry.fact.seq;
  }

  reached(options.after);
  const stop = follower.subscribe({
    after: options.after,
    deliver(entries) {
      if (!isLive) return catchUp(entries);
      for (const entry of entries) if (!stopped) send(entry);
    },
    failed: (error, ended) => (ended ? options.onEnded(error) : options.onDelayed(error)),
  });
  return () => {
    stopped = true;
    stop();
  };
}
