/** Line breaks and tabs separate words. */
const BREAKS = /[\s\p{Zl}\p{Zp}]+/gu;
/**
 * What has no picture of its own: control characters, directions and marks of order, unpaired halves, private letters.
 * The two joiners stay: emoji and joined scripts are written with them.
 */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu;
/** Marks piled up on one letter, beyond what any script needs. */
const PILE = /(\p{M}{4})\p{M}+/gu;
/** Joiners that join nothing. */
const NOTHING = /^(?:\u200c|\u200d| )*$/;
const HALF_AT_END = /\p{Cs}$/u;
/** Text that has nothing to tidy, which is nearly all: printable ASCII with single spaces inside. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;
const ELLIPSIS = "…";

let segmenter: Intl.Segmenter | undefined;

/** The longest beginning of whole characters (as people count them) that fits into `length` UTF-16 units with `…` after it. */
function cut(text: string, length: number): string {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const room = length - ELLIPSIS.length;
  let end = 0;
  // Far enough for the first that does not fit, and no farther: the text may be very long.
  for (const { index, segment } of segmenter.segment(text.slice(0, length * 2))) {
    if (index + segment.length > room) break;
    end = index + segment.length;
  }
  // One character without end is cut through.
  const kept = end > 0 ? text.slice(0, end) : text.slice(0, room).replace(HALF_AT_END, "");
  return `${kept.trimEnd()}${ELLIPSIS}`;
}

/**
 * A short text of an agent as it is shown everywhere: one line of what can be seen, white space single, and what is longer
 * than `length` UTF-16 units cut after a whole character, with `…` at its end. Right-to-left text stays as it is.
 * Undefined when nothing is left, or it is no text. The same text when nothing is wrong with it.
 */
export function tidyText(value: unknown, length: number): string | undefined {
  if (typeof value !== "string") return undefined;
  if (value.length <= length && PLAIN.test(value)) return value;
  // Nobody writes so much that is to be taken out before something that stays.
  const start = value.slice(0, length * 32);
  const text = start
    .replace(BREAKS, " ")
    .replace(UNSEEN, "")
    .replace(PILE, "$1")
    .replace(/ {2,}/g, " ")
    .trim();
  if (NOTHING.test(text)) return undefined;
  return text.length > length ? cut(text, length) : text;
}
