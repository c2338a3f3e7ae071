/** What is to be freed, in the reverse of the order in which it was taken. */
export interface Releases {
  /** Adds what frees something that was taken just now. */
  add(release: () => void | Promise<void>): void;
  /**
   * Frees everything, newest first, each whatever became of those before. Rejects with the first error. Asked again, it
   * answers the same and frees nothing twice.
   */
  all(): Promise<void>;
}

/** A list of releases. */
export function createReleases(): Releases {
  const releases: (() => void | Promise<void>)[] = [];
  let done: Promise<void> | undefined;

  async function run(): Promise<void> {
    const errors: unknown[] = [];
    for (const release of releases.toReversed()) {
      try {
        await release();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  return {
    add: (release) => void releases.push(release),
    all() {
      done ??= run();
      return done;
    },
  };
}
