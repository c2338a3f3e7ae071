import type { Stage } from "../stage/stage.ts";
import type { LinkView, Readable } from "../state/model.ts";

/** Seconds until the next try by itself; after the last there is none, and only the link's coming back is a reason to try. */
const PAUSES_S = [2, 5, 15, 60, 300] as const;

export interface Retry {
  /** Settles after the first try, however it went. Never rejects. */
  readonly firstTry: Promise<void>;
  dispose(): void;
}

export interface RetryOptions {
  /** Rejects when it has to be tried again. */
  readonly attempt: () => Promise<void>;
  /** Told of the first failure; the later ones are the same. */
  readonly onFirstFailure: (cause: unknown) => void;
}

/**
 * Tries at once, then with growing pauses and each time the link becomes live, until it works. Never two at a time. A file
 * that is fetched is asked for again each time; imported code only by browsers that forget a failed import, as
 * Chromium 156 does. For the others the page has to be loaded again.
 */
export function createRetry(
  stage: Pick<Stage, "now" | "onFrame">,
  link: Readable<LinkView>,
  { attempt, onFirstFailure }: RetryOptions,
): Retry {
  let failures = 0;
  /** When to try next, on the stage's `elapsed`. */
  let next = Number.POSITIVE_INFINITY;
  let isTrying = false;
  let isDone = false;
  let wasLive = link.get().status === "live";

  const stop = () => {
    isDone = true;
    stopFrames();
    stopLink();
  };

  async function tryNow(): Promise<void> {
    isTrying = true;
    try {
      await attempt();
      stop();
    } catch (cause) {
      if (isDone) return;
      isTrying = false;
      if (failures === 0) onFirstFailure(cause);
      next = stage.now.elapsed + (PAUSES_S[failures] ?? Number.POSITIVE_INFINITY);
      failures += 1;
    }
  }

  const stopFrames = stage.onFrame(({ elapsed }) => {
    if (!isTrying && elapsed >= next) void tryNow();
  });
  const stopLink = link.subscribe(() => {
    const isLive = link.get().status === "live";
    if (isLive && !wasLive && !isTrying) void tryNow();
    wasLive = isLive;
  });
  return { firstTry: tryNow(), dispose: stop };
}
