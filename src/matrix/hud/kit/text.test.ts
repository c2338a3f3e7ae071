import { expect, test } from "vitest";
import { createTextMeasure } from "./text.ts";

/** Every character is half its font size wide. */
const measure = createTextMeasure({ font: "", measureText: (text) => ({ width: [...text].length * 50 }) });
const broken = (text: string, columns: number, indent = 0): string[] =>
  measure.ranges(text, 10, columns * 5, indent * 5).map(({ start, end }) => text.slice(start, end));

test.each([
  ["one two three", 7, ["one two ", "three"]],
  ["one\ntwo", 7, ["one", "two"]],
  ["abcdefghij", 4, ["abcd", "efgh", "ij"]],
  ["a well-known fact", 7, ["a well-", "known ", "fact"]],
  ["", 7, [""]],
  ["trailing ", 8, ["trailing "]],
  ["two\n", 8, ["two", ""]],
  ["a\u{1F600}b", 2, ["a\u{1F600}", "b"]],
])("%j in %i columns", (text, columns, lines) => {
  expect(broken(text, columns)).toEqual(lines);
});

test("every character is on exactly one line, newlines on none", () => {
  const text =
    "The kettle is quick but loud.\nI love-it anyway, truly-and-deeply, supercalifragilistic.\n\nEnd";
  expect(broken(text, 9).join("")).toBe(text.replaceAll("\n", ""));
});

test("a first line may start further in", () => {
  expect(broken("one two three", 7, 4)).toEqual(["one ", "two ", "three"]);
  expect(broken("abcdef", 7, 7)).toEqual(["", "abcdef"]);
});

test("a text is cut where it no longer fits", () => {
  expect([
    measure.fit("one two", 10, 35),
    measure.fit("one two", 10, 25),
    measure.fit("one two", 10, 30),
  ]).toEqual(["one two", "one…", "one t…"]);
});
