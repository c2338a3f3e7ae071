/** Something that went wrong and was survived. */
export interface Fault {
  readonly kind: string;
  readonly message: string;
}

/** What went wrong so far: one entry for each fault, however often it came. */
export interface FaultEntry extends Fault {
  readonly count: number;
}

export interface FaultLog {
  note(fault: Fault): void;
  /** The faults that came last, the newest at the end. */
  entries(): readonly FaultEntry[];
}

export interface FaultLogOptions {
  /** Writes one line where a developer looks. */
  readonly say: (line: string) => void;
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
const sameness = ({ kind, message }: Fault): string => `${kind}: ${message.replace(/\d+/g, "#")}`;

/** Keeps what went wrong and says each thing once, then ever more rarely with how often it came. */
export function createFaultLog({ say, now }: FaultLogOptions): FaultLog {
  const entries = new Map<string, FaultEntry>();
  let minuteBegan = Number.NEGATIVE_INFINITY;
  let lines = 0;

  function speak(line: string): void {
    if (now() - minuteBegan >= MINUTE_MS) {
      minuteBegan = now();
      lines = 0;
    }
    lines += 1;
    if (lines <= LINES_A_MINUTE) say(line);
    if (lines === LINES_A_MINUTE) say("More faults follow, which are not written for a minute.");
  }

  return {
    note({ kind, message }) {
      const key = sameness({ kind, message });
      const count = (entries.get(key)?.count ?? 0) + 1;
      entries.delete(key);
      entries.set(key, { kind, message, count });
      if (entries.size > KEPT) {
        const [oldest] = entries.keys();
        if (oldest !== undefined) entries.delete(oldest);
      }
      if (isWorthALine(count)) speak(`${kind}: ${message}${count > 1 ? ` (${count} times so far)` : ""}`);
    },
    entries: () => [...entries.values()],
  };
}
