import { expect, test } from "vitest";
import { createCalendar } from "./day.ts";
import { quarterHour } from "./measures.ts";

const HOUR = 60 * 60 * 1000;
const at = (iso: string) => Date.parse(iso);
const dayIn = (timeZone: string, iso: string) => {
  const { name, startMs, nextMs } = createCalendar(timeZone)(at(iso));
  return { name, start: new Date(startMs).toISOString(), hours: (nextMs - startMs) / HOUR };
};

test.each([
  ["UTC", "2026-03-29T12:00:00Z", "2026-03-29", "2026-03-29T00:00:00.000Z", 24],
  // The clocks go forward at 02:00, back at 03:00.
  ["Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29", "2026-03-28T23:00:00.000Z", 23],
  ["Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-25", "2026-10-24T22:00:00.000Z", 25],
  // Midnight is skipped: the day begins at 01:00.
  ["America/Sao_Paulo", "2018-11-04T15:00:00Z", "2018-11-04", "2018-11-04T03:00:00.000Z", 23],
  ["Asia/Beirut", "2026-03-29T12:00:00Z", "2026-03-29", "2026-03-28T22:00:00.000Z", 23],
  // 23:00 to 24:00 comes twice, so the day before is the long one.
  ["America/Sao_Paulo", "2018-02-17T15:00:00Z", "2018-02-17", "2018-02-17T02:00:00.000Z", 25],
  // Midnight comes twice: the day begins with the first.
  ["America/Havana", "2026-11-01T15:00:00Z", "2026-11-01", "2026-11-01T04:00:00.000Z", 25],
  // A change of half an hour, and an offset of three quarters.
  ["Australia/Lord_Howe", "2026-04-05T01:00:00Z", "2026-04-05", "2026-04-04T13:00:00.000Z", 24.5],
  ["Asia/Kathmandu", "2026-06-01T18:14:59Z", "2026-06-01", "2026-05-31T18:15:00.000Z", 24],
  // 30 December 2011 does not exist: the day after the 29th is the 31st.
  ["Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29", "2011-12-29T10:00:00.000Z", 24],
])("in %s at %s it is %s", (timeZone, instant, name, start, hours) => {
  expect(dayIn(timeZone, instant)).toEqual({ name, start, hours });
});

test("the last millisecond of a day is still that day, the next one is not", () => {
  const dayAt = createCalendar("Europe/Berlin");
  const day = dayAt(at("2026-10-25T12:00:00Z"));
  expect(dayAt(day.startMs)).toEqual(day);
  expect(dayAt(day.nextMs - 1)).toEqual(day);
  const next = dayAt(day.nextMs);
  expect(next).toEqual({ name: "2026-10-26", startMs: day.nextMs, nextMs: day.nextMs + 24 * HOUR });
  expect(dayAt(day.startMs)).toEqual(day);
});

test("an unknown time zone is refused", () => {
  expect(() => createCalendar("Mars/Olympus")).toThrow(RangeError);
});

test("in every time zone a day begins with a quarter of an hour", () => {
  const crooked = Intl.supportedValuesOf("timeZone").filter((timeZone) => {
    const { startMs } = createCalendar(timeZone)(at("2026-07-01T12:00:00Z"));
    return quarterHour(startMs) !== startMs;
  });
  expect(crooked).toEqual([]);
});
