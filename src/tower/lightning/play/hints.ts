/** A list of listeners. */
export interface Hints<Value> {
  /** Returns its own undo. */
  follow(listener: (value: Value) => void): () => void;
  /** Tells all of them soon, after the caller is done: a listener that throws must not undo what the caller did. */
  send(value: Value): void;
  /** Forgets all of them. */
  clear(): void;
}

export function createHints<Value>(): Hints<Value> {
  // A wrapper each, so that one function may follow twice and each undo ends only its own.
  const listeners = new Set<{ readonly call: (value: Value) => void }>();
  return {
    follow(listener) {
      const entry = { call: listener };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
    send(value) {
      for (const entry of listeners) {
        queueMicrotask(() => {
          if (listeners.has(entry)) entry.call(value);
        });
      }
    },
    clear: () => listeners.clear(),
  };
}
