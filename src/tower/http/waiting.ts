/** Has answers wait for what takes a while: as long as patience lasts, and no longer than the server. */
export interface Waiting {
  /** What `wait` comes to, or undefined when its signal aborted before. Rejects with what it rejects with otherwise. */
  upTo<Result>(
    milliseconds: number,
    wait: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result | undefined>;
  /** Ends all waiting, now and from now on. */
  end(): void;
}

/** Nobody waits yet. */
export function createWaiting(): Waiting {
  const waiters = new Set<AbortController>();
  let isOver = false;
  return {
    async upTo(milliseconds, wait) {
      const patience = new AbortController();
      const stop = (): void => patience.abort();
      const timer = setTimeout(stop, milliseconds);
      waiters.add(patience);
      if (isOver) stop();
      try {
        return await wait(patience.signal);
      } catch (error) {
        if (!patience.signal.aborted) throw error;
        return undefined;
      } finally {
        clearTimeout(timer);
        waiters.delete(patience);
      }
    },
    end() {
      isOver = true;
      for (const patience of waiters) patience.abort();
    },
  };
}
