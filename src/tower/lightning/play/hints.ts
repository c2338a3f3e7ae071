/** A list of listeners. */
export interface Hints<Value> {
  /** Tells `missed` soon, before whatever is sent from now on. Returns its own undo. */
  follow(listener: (value: Value) => void, missed?: readonly Value[]): () => void;
  /** Tells all of them soon, after the caller is done: a listener that throws must not undo what the caller did. */
  send(value: Value): void;
  /** Forgets all of them. */
  clear(): void;
}

export function createHints<Value>(): Hints<Value> {
  // A wrapper each, so that one function may follow twice and each undo ends only its own.
  const listeners = new Set<{ readonly call: (value: Value) => void }>();
  const tell = (entry: { readonly call: (value: Value) => void }, value: Value): void =>
    queueMicrotask(() => {
      if (listeners.has(entry)) entry.call(value);
    });
  return {
    follow(listener, missed = []) {
      const entry = { call: listener };
      listeners.add(entry);
      for (const value of missed) tell(entry, value);
      return () => {
        listeners.delete(entry);
      };
    },
    send(value) {
      for (const entry of listeners) tell(entry, value);
    },
    clear: () => listeners.clear(),
  };
}
