import { BrainError, throwIfAborted } from "../brain.ts";
import { countTokens } from "./tokens.ts";

/** Resolves when the next piece may be written. */
export type Pace = () => Promise<void>;

/** Words in one piece: enough to be read as movement, few enough to look like writing. */
const WORDS_A_PIECE = 3;

/** A line as pieces of a few words; white space stays with the word before it. */
function piecesOf(line: string): string[] {
  const words = line.match(/\s*\S+\s*/gu) ?? (line === "" ? [] : [line]);
  const pieces: string[] = [];
  for (let at = 0; at < words.length; at += WORDS_A_PIECE)
    pieces.push(words.slice(at, at + WORDS_A_PIECE).join(""));
  return pieces;
}

/** Waits for the pace, or throws `aborted` as soon as the signal fires, whichever is first. */
async function paced(pace: Pace, signal: AbortSignal): Promise<void> {
  throwIfAborted(signal);
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new BrainError("aborted", "The work was stopped.", { cause: signal.reason }));
  signal.addEventListener("abort", stop, { once: true });
  try {
    await Promise.race([pace(), promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
  throwIfAborted(signal);
}

/**
 * Writes lines piece by piece and returns what was written. A line that would go over `maxTokens` is not begun: the answer ends
 * with “…” there. One token is kept free for it while there are more lines.
 */
export async function stream(
  lines: Iterable<string>,
  options: {
    readonly maxTokens: number;
    readonly pace: Pace;
    readonly signal: AbortSignal;
    readonly onText: (delta: string) => void;
  },
): Promise<string> {
  const { maxTokens, pace, signal, onText } = options;
  let text = "";
  let used = 0;
  const write = (piece: string) => {
    text += piece;
    onText(piece);
  };
  for (const line of lines) {
    throwIfAborted(signal);
    const tokens = countTokens(line);
    const start = text === "" ? "" : "\n";
    if (used + tokens > maxTokens - 1) {
      if (maxTokens > used) write(`${start}…`);
      return text;
    }
    used += tokens;
    const pieces = piecesOf(line);
    if (pieces.length === 0) pieces.push("");
    for (const [at, piece] of pieces.entries()) {
      await paced(pace, signal);
      const delta = at === 0 ? start + piece : piece;
      if (delta !== "") write(delta);
    }
  }
  return text;
}
