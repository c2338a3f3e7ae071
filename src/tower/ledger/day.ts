/** One calendar day of a time zone. */
export interface Day {
  /** `YYYY-MM-DD`. */
  readonly name: string;
  /** Its first instant, ms since 1970: midnight, or later where the clocks skip midnight. */
  readonly startMs: number;
  /** The first instant of the day after. */
  readonly nextMs: number;
}

/** Milliseconds that no day is longer than: 25 hours where the clocks go back, and one to spare. */
const LONGEST_DAY = 26 * 60 * 60 * 1000;

/** The first instant after `before` and up to `until` for which `later` holds; it stays true once it is. */
function firstInstant(before: number, until: number, later: (atMs: number) => boolean): number {
  let low = before;
  let high = until;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (later(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function dateFormat(timeZone: string): (atMs: number) => string {
  const format = new Intl.DateTimeFormat("en", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  return (atMs) => {
    const parts = { year: "", month: "", day: "" };
    for (const { type, value } of format.formatToParts(atMs))
      if (type === "year" || type === "month" || type === "day") parts[type] = value;
    return `${parts.year.padStart(4, "0")}-${parts.month}-${parts.day}`;
  };
}

/**
 * A function that says which day of `timeZone` an instant (ms since 1970) falls on. It looks for the instants at which the date
 * changes, so that days of 23 and 25 hours, and zones whose clocks skip midnight, come out right. The latest day is
 * remembered: asking again within it costs nothing.
 * Throws a `RangeError` for a time zone that does not exist.
 */
export function createCalendar(timeZone: string): (atMs: number) => Day {
  const dateAt = dateFormat(timeZone);
  let latest: Day | undefined;
  return (atMs) => {
    if (latest && atMs >= latest.startMs && atMs < latest.nextMs) return latest;
    const name = dateAt(atMs);
    latest = {
      name,
      startMs: firstInstant(atMs - LONGEST_DAY, atMs, (instant) => dateAt(instant) >= name),
      nextMs: firstInstant(atMs, atMs + LONGEST_DAY, (instant) => dateAt(instant) > name),
    };
    return latest;
  };
}

/** Steps that lead to a named day from an instant near it: one to each side, and one to see that there is none. */
const MOST_STEPS = 4;

/** The day of a calendar that is called so, `YYYY-MM-DD`; undefined for one that it does not have, as zones have skipped some. */
export function dayNamed(dayOf: (atMs: number) => Day, name: string): Day | undefined {
  let atMs = Date.parse(`${name}T12:00:00Z`);
  for (let step = 0; step < MOST_STEPS && !Number.isNaN(atMs); step += 1) {
    const day = dayOf(atMs);
    if (day.name === name) return day;
    atMs = day.name < name ? day.nextMs : day.startMs - 1;
  }
  return undefined;
}
