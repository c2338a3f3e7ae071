/** Values by key, of which only the newest are kept. */
export interface Newest<Value> {
  get(key: string): Value | undefined;
  /** The newest from now on, whether or not it was there; the oldest is forgotten where there are too many. */
  set(key: string, value: Value): void;
}

export function keepNewest<Value>(most: number): Newest<Value> {
  // A map tells its keys in the order in which they came.
  const kept = new Map<string, Value>();
  return {
    get: (key) => kept.get(key),
    set(key, value) {
      kept.delete(key);
      kept.set(key, value);
      for (const oldest of kept.keys()) {
        if (kept.size <= most) return;
        kept.delete(oldest);
      }
    },
  };
}
