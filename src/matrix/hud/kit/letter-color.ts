/** The least contrast of letters with the panels behind them, as a ratio (WCAG 2.2, 1.4.3). */
const LEAST_CONTRAST = 4.5;
/** The relative luminance of a panel; what shines through it is darker still, or light that moves on. */
const PANEL = luminance([10, 18, 14]);
const MOST_KEPT = 1_000;

const known = new Map<string, string>();

/** An agent's own colour, made lighter where it could not be read on a panel. Anything but `#rrggbb` is given back. */
export function letterColor(own: string): string {
  const before = known.get(own);
  if (before !== undefined) return before;
  const readable = lighten(own);
  if (known.size >= MOST_KEPT) known.clear();
  known.set(own, readable);
  return readable;
}

function lighten(own: string): string {
  const digits = /^#([0-9a-f]{6})$/i.exec(own)?.[1];
  if (digits === undefined) return own;
  const channels = [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
  for (let white = 0; white <= 1; white += 0.05) {
    const mixed = channels.map((channel) => Math.round(channel + (255 - channel) * white));
    if (contrast(mixed) >= LEAST_CONTRAST)
      return `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
  }
  return "#ffffff";
}

const contrast = (channels: readonly number[]): number => (luminance(channels) + 0.05) / (PANEL + 0.05);

/** Relative luminance from 0 to 1 of sRGB channels from 0 to 255 (WCAG 2.2). */
function luminance(channels: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
