import { expect, test } from "vitest";
import { isRightToLeft, labelText, MOST_CHARACTERS } from "./label-text.ts";

test.each([
  ["Timmy", "Timmy"],
  ["x".repeat(MOST_CHARACTERS), "x".repeat(MOST_CHARACTERS)],
  ["x".repeat(500), `${"x".repeat(MOST_CHARACTERS - 1)}…`],
  // Cut between characters, however many units each has.
  ["👩‍👩‍👧‍👦".repeat(30), `${"👩‍👩‍👧‍👦".repeat(MOST_CHARACTERS - 1)}…`],
  ["e\u0301".repeat(24), "e\u0301".repeat(24)],
  ["कि".repeat(25), `${"कि".repeat(MOST_CHARACTERS - 1)}…`],
  [`${"y".repeat(22)} zzzz`, `${"y".repeat(22)}…`],
  ["  two\n\tlines \r\n here ", "two lines here"],
  ["b\u0007e\u001bl\u200el\u202e\u2066!\uE000\uD83D", "bell!"],
  // Persian and emoji are written with joiners.
  ["می\u200cخواهم", "می\u200cخواهم"],
  [`Z${"\u0300".repeat(300)}algo`, `Z${"\u0300".repeat(4)}algo`],
  ["\u0000\u200b \n", ""],
])("a label is one line of what can be seen: %j", (label, text) => {
  expect(labelText(label)).toBe(text);
});

test.each([
  ["שלום 42", true],
  ["42 مرحبا", true],
  ["Agent العربية", false],
  ["नमस्ते", false],
  ["", false],
])("the first letter says from which side a text is read: %j", (text, expected) => {
  expect(isRightToLeft(text)).toBe(expected);
});
