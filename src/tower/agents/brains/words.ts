/** The words of a text as people count them: runs between white space or dashes that hold a letter or digit. */
export function wordsOf(text: string): string[] {
  return text
    .split(/[\s—–]+|--+/u)
    .map((run) => run.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ""))
    .filter((run) => run !== "");
}

/** `1 word`, `2 words`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], last = "and"): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} ${last} ${items.at(-1)}`;
}

/** A sentence in curly quotes, cut at a word when longer than `limit` characters. */
export function quoted(text: string, limit = 120): string {
  return `“${clipped(text, limit)
    .replace(/[“”"]/gu, "'")
    .replace(/[\s.,;:]+$/u, "")}”`;
}

/** A text cut at a word, with an ellipsis, when longer than `limit` characters. */
export function clipped(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = Array.from(text.slice(0, limit - 1));
  const cut = head.slice(0, -1).join("");
  const space = cut.lastIndexOf(" ");
  return `${space > limit / 2 ? cut.slice(0, space) : cut}…`;
}

/** A number with one or two decimals and no trailing zeros, in the way English writes it. */
export function decimal(value: number, digits = 1): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

/** A score with its sign and two decimals: `+0.42`, `−0.10`, `0.00`. */
export function signed(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  if (rounded === 0) return "0.00";
  return `${rounded > 0 ? "+" : "−"}${Math.abs(rounded).toFixed(2)}`;
}
