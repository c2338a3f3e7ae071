/** Thin space, which keeps groups of digits apart in every script of the interface. */
const THIN_SPACE = "\u2009";

/** A whole number with thin spaces between thousands: `15 420`, `−1 200`. */
export function formatNumber(value: number): string {
  const digits = Math.abs(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, THIN_SPACE);
  return value < 0 ? `−${digits}` : digits;
}

/** Sats as people see them: `⚡15 420`. A net figure below zero reads `−⚡1 200`. */
export function formatSats(value: number): string {
  return value < 0 ? `−⚡${formatNumber(-value)}` : `⚡${formatNumber(value)}`;
}
