/** Some listeners, told in the order they came. */
export interface Listeners<T> {
  /** Returns the undo. */
  add(listener: (value: T) => void): () => void;
  tell(value: T): void;
}

/** Calls `listener`. What it throws goes no further. */
export type Guard = <T>(listener: (value: T) => void, value: T) => void;

/** Makes a guard that gives `onFault` whatever a listener throws, each time: who takes it must bear the same every frame. */
export function createGuard(onFault: (error: unknown) => void): Guard {
  return (listener, value) => {
    try {
      listener(value);
    } catch (error) {
      onFault(error);
    }
  };
}

/** Makes listeners none of which can keep the others from being told. */
export function createListeners<T>(guard: Guard): Listeners<T> {
  const all = new Set<(value: T) => void>();
  return {
    add(listener) {
      // A wrapper, so that one function can be added twice and each undone on its own.
      const own = (value: T) => listener(value);
      all.add(own);
      return () => all.delete(own);
    },
    tell(value) {
      for (const listener of all) guard(listener, value);
    },
  };
}
