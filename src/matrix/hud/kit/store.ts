/** A value that is read, set, and tells when it changed. */
export interface Store<T> {
  get(): T;
  set(value: T): void;
  /** Calls `listener` after every change, until undone. */
  subscribe(listener: () => void): () => void;
}

/** Makes a store. Setting the value it has tells nobody. */
export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(value, next)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
