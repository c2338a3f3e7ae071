/** Something that went wrong and was survived. */
export interface Fault {
  readonly kind: string;
  readonly message: string;
  /** What was thrown, when something was: written with the line, for its stack, and not kept. */
  readonly cause?: unknown;
}

/** A fault of what was caught. */
export const faultOf = (kind: string, error: unknown): Fault => ({
  kind,
  message: error instanceof Error ? error.message : String(error),
  cause: error,
});

/** What went wrong so far: one entry for each fault, however often it came. */
export interface FaultEntry extends Omit<Fault, "cause"> {
  readonly count: number;
}

export interface FaultLog {
  note(fault: Fault): void;
  /** The faults that came last, the newest at the end. */
  entries(): readonly FaultEntry[];
}

export interface FaultLogOptions {
  /** Writes one line where a developer looks, with what was thrown, when something was. */
  readonly say: (line: string, cause?: unknown) => void;
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
}

/** How many different faults are kept; the ones that came longest ago go. */
const KEPT = 50;
/** The most lines in any minute: a tower gone mad should not fill the disk of an unattended screen. */
const LINES_A_MINUTE = 20;
const MINUTE_MS = 60_000;

/** Said for the first time, the tenth, the hundredth, and so on. */
const isWorthALine = (count: number): boolean => /^10*$/.test(String(count));

/** Faults that differ in numbers only are the same. */
const sameness = (kind: string, message: string): string => `${kind}: ${message.replace(/\d+/g, "#")}`;

/**
 * Keeps what went wrong and says each thing once, then ever more rarely with how often it came. What could not be said
 * because too many lines had been written is said when it comes again.
 */
export function createFaultLog({ say, now }: FaultLogOptions): FaultLog {
  const entries = new Map<string, FaultEntry>();
  /** Those of whom a line could not be written. */
  const owed = new Set<string>();
  let minuteBegan = Number.NEGATIVE_INFINITY;
  let lines = 0;

  /** Returns whether the line was written. */
  function speak(line: string, cause: unknown): boolean {
    if (now() - minuteBegan >= MINUTE_MS) {
      minuteBegan = now();
      lines = 0;
    }
    lines += 1;
    if (lines > LINES_A_MINUTE) return false;
    if (cause === undefined) say(line);
    else say(line, cause);
    if (lines === LINES_A_MINUTE) say("More faults follow, which are not written for a minute.");
    return true;
  }

  return {
    note({ kind, message, cause }) {
      const key = sameness(kind, message);
      const count = (entries.get(key)?.count ?? 0) + 1;
      entries.delete(key);
      entries.set(key, { kind, message, count });
      if (entries.size > KEPT) {
        const [oldest] = entries.keys();
        if (oldest !== undefined) {
          entries.delete(oldest);
          owed.delete(oldest);
        }
      }
      if (!isWorthALine(count) && !owed.has(key)) return;
      const line = `${kind}: ${message}${count > 1 ? ` (${count} times so far)` : ""}`;
      if (speak(line, cause)) owed.delete(key);
      else owed.add(key);
    },
    entries: () => [...entries.values()],
  };
}
