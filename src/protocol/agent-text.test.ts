import fc from "fast-check";
import { expect, test } from "vitest";
import { tidyText } from "./agent-text.ts";

const LENGTH = 24;
const FAMILY = "👩‍👩‍👧‍👦";

test.each([
  ["Timmy", "Timmy"],
  ["x".repeat(24), "x".repeat(24)],
  ["x".repeat(500), `${"x".repeat(23)}…`],
  // Cut between characters, however many units each has.
  [FAMILY.repeat(30), `${FAMILY.repeat(2)}…`],
  [`${"x".repeat(20)}${FAMILY}`, `${"x".repeat(20)}…`],
  ["e\u0301".repeat(12), "e\u0301".repeat(12)],
  ["e\u0301".repeat(13), `${"e\u0301".repeat(11)}…`],
  ["कि".repeat(25), `${"कि".repeat(11)}…`],
  [`${"y".repeat(22)} zzzz`, `${"y".repeat(22)}…`],
  ["  two\n\tlines \r\n here ", "two lines here"],
  ["b\u0007e\u001bl\u200el\u202e\u2066!\uE000\uD83D", "bell!"],
  ["one \u200e two", "one two"],
  // Persian and emoji are written with joiners.
  ["می\u200cخواهم", "می\u200cخواهم"],
  [`Z${"\u0300".repeat(300)}algo`, `Z${"\u0300".repeat(4)}algo`],
  // One character of many, which has no end within the limit.
  [`${"👩\u200d".repeat(30)}👩`, `${"👩\u200d".repeat(7)}👩…`],
  [`🙂${"\u200d🙂".repeat(30)}`, `${"🙂\u200d".repeat(7)}🙂…`],
  [`a🙂${"\u200d🙂".repeat(30)}`, "a…"],
  ["\u0000\u200b \n", undefined],
  ["\u200d \u200d", undefined],
  [7, undefined],
])("a text of an agent is one line of what can be seen: %j", (said, text) => {
  expect(tidyText(said, LENGTH)).toBe(text);
});

test("whatever is said, what is shown is short enough, well formed and tidy already", () => {
  const said = fc.oneof(
    fc.string({ unit: "binary", maxLength: 120 }),
    fc.string({
      unit: fc.constantFrom("a", " ", "\n", "\u0301", "\u200d", "🙂", "👩", "\ud83d", "\u200e", "…"),
    }),
  );
  fc.assert(
    fc.property(said, (value) => {
      const text = tidyText(value, LENGTH);
      if (text === undefined) return;
      expect([text.length <= LENGTH, text.isWellFormed(), tidyText(text, LENGTH)]).toEqual([
        true,
        true,
        text,
      ]);
    }),
    { numRuns: 500 },
  );
});
