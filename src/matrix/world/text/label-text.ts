/** Labels up to so many characters, as people count them, are shown whole. */
export const MOST_CHARACTERS = 24;

/** What is shown as it is, as long as it is short enough: most labels. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;
/** Line breaks and tabs separate words. */
const BREAKS = /[\s\p{Zl}\p{Zp}]+/gu;
/**
 * What has no picture of its own: control characters, directions and marks of order, unpaired halves, private letters.
 * The two joiners stay: emoji and joined scripts are written with them.
 */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu;
/** Marks piled up on one letter, beyond what any script needs. */
const PILE = /(\p{M}{4})\p{M}+/gu;
const FIRST_LETTER = /\p{L}/u;
const RIGHT_TO_LEFT = /[\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}\p{sc=Thaa}\p{sc=Nkoo}\p{sc=Adlm}\p{sc=Rohg}]/u;

const characters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * A label as it is drawn: one line without control characters, at most {@link MOST_CHARACTERS} characters, cut with `…`
 * between characters and never inside one. Empty when nothing in it can be seen.
 */
export function labelText(label: string): string {
  if (label.length <= MOST_CHARACTERS && PLAIN.test(label)) return label;
  // A letter takes some units; what is far beyond the cut is not even looked at.
  const start = label.slice(0, MOST_CHARACTERS * 32);
  const clean = start.replace(BREAKS, " ").replace(UNSEEN, "").replace(PILE, "$1").trim();
  if (clean.length <= MOST_CHARACTERS) return clean;
  const kept: string[] = [];
  for (const { segment } of characters.segment(clean)) {
    if (kept.length === MOST_CHARACTERS) return `${kept.slice(0, -1).join("").trimEnd()}…`;
    kept.push(segment);
  }
  return clean;
}

/** Whether a text is read from right to left: its first letter decides. */
export const isRightToLeft = (text: string): boolean =>
  RIGHT_TO_LEFT.test(FIRST_LETTER.exec(text)?.[0] ?? "");
