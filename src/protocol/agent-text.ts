/** What breaks a line or turns text round in ways that reach beyond it; half characters. A joiner within an emoji stays. */
const DISRUPTIVE = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]+/gu;
/** Text that has nothing to tidy, which is nearly all: printable ASCII with single spaces inside. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;

let segmenter: Intl.Segmenter | undefined;

/** The longest beginning of whole characters (as people count them) that fits into `length` UTF-16 units. */
function cut(text: string, length: number): string {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  let end = 0;
  // Far enough for the first that does not fit, and no farther: the text may be very long.
  for (const { index, segment } of segmenter.segment(text.slice(0, length * 2))) {
    if (index + segment.length > length) break;
    end = index + segment.length;
  }
  // Marks without end heaped on one letter are cut through.
  return end > 0 ? text.slice(0, end) : text.slice(0, length).toWellFormed();
}

/**
 * A short text of an agent on one line: control characters and those that turn text round are taken out, white space is
 * single, and what is longer than `length` UTF-16 units is cut after a whole character. Right-to-left text stays as it is.
 * Undefined when nothing is left, or it is no text. The same text when nothing is wrong with it.
 */
export function tidyText(value: unknown, length: number): string | undefined {
  if (typeof value !== "string") return undefined;
  if (value.length <= length && PLAIN.test(value)) return value;
  // Nobody writes so much that is to be taken out before something that stays.
  const text = value
    .slice(0, length * 8)
    .replace(DISRUPTIVE, " ")
    .replace(/\s+/g, " ")
    .trim();
  if (text === "") return undefined;
  return text.length > length ? cut(text, length).trimEnd() : text;
}
