/** What one part of the program owns, so that it can be freed as a whole. */
export interface Owned {
  /** Takes over a resource. After the end it is freed at once. */
  own(free: () => void): void;
  /** Whether the end has come. */
  isReleased(): boolean;
  /**
   * Frees everything, the newest first, once. What cannot be freed does not keep the rest from being freed; the first
   * error is thrown in the end.
   */
  release(): void;
}

export function createOwned(): Owned {
  const frees: (() => void)[] = [];
  let isReleased = false;
  return {
    own(free) {
      if (isReleased) free();
      else frees.push(free);
    },
    isReleased: () => isReleased,
    release() {
      isReleased = true;
      const errors: unknown[] = [];
      for (let free = frees.pop(); free !== undefined; free = frees.pop()) {
        try {
          free();
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0) throw errors[0];
    },
  };
}
