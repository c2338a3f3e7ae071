import type { Stage, Undo } from "../stage/stage.ts";
import type { LinkView, Readable } from "../state/model.ts";

export interface LostCodeOptions {
  readonly stage: Pick<Stage, "now" | "onFrame" | "onInput">;
  readonly link: Readable<LinkView>;
  readonly isKiosk: () => boolean;
  /** Calls `listener` with the reason whenever a part of the page's code could not be fetched. */
  readonly onLost: (listener: (cause: unknown) => void) => Undo;
  /** Told once that only a reload helps. */
  readonly onFault: (error: Error) => void;
  /** Remembers across reloads, for as long as the tab is open. To name it may throw, where it is forbidden. */
  readonly memory: () => Pick<Storage, "getItem" | "setItem">;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly reload: () => void;
}

/** Seconds without any input after which nobody is in the middle of something. */
const QUIET_S = 60;
/** A reload that did not help is not done again for so long. */
const APART_MS = 600_000;
const KEY = "matrix:reloaded-at";

/**
 * Sees to code that a retry cannot bring: some browsers never ask again for a module that they once failed to fetch, and
 * a tower with a newer build no longer has it. So code that is missing while the tower is there takes a reload. A kiosk
 * does it by itself when nobody touches it; on any other page it is for the person to do, and the fault says so.
 * Returns its undo.
 */
export function followLostCode(options: LostCodeOptions): Undo {
  const { stage, link, isKiosk, onLost, onFault, memory, now, reload } = options;
  let isLost = false;
  let touchedAt = stage.now.elapsed;

  /** Whether this may be tried now; never where it could not be remembered, or it might never end. */
  function claim(): boolean {
    try {
      const kept = memory();
      const last = Number(kept.getItem(KEY) ?? Number.NEGATIVE_INFINITY);
      if (Math.abs(now() - last) < APART_MS) return false;
      kept.setItem(KEY, String(now()));
      return true;
    } catch {
      return false;
    }
  }

  const undo = [
    onLost((cause) => {
      if (isLost || link.get().status !== "live") return;
      isLost = true;
      onFault(
        new Error("A part of the page could not be loaded: loading the page again brings it.", { cause }),
      );
    }),
    stage.onInput(() => {
      touchedAt = stage.now.elapsed;
    }),
    stage.onFrame(({ elapsed }) => {
      if (!isLost || elapsed - touchedAt < QUIET_S || link.get().status !== "live" || !isKiosk()) return;
      // Until the next quiet minute, whether or not it may.
      touchedAt = elapsed;
      if (claim()) reload();
    }),
  ];
  return () => {
    for (const stop of undo) stop();
  };
}
