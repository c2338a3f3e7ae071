import { expect, test } from "vitest";
import { countTokens } from "./tokens.ts";
import { clipped, counted, listed, quoted, signed, wordsOf } from "./words.ts";

test("tokens are words of up to 12 letters and single marks, and add up over pieces", () => {
  expect(["", " \n", "hello", "don't", "incomprehensibilities", "€4.50!", "😀😀"].map(countTokens)).toEqual([
    0, 0, 1, 3, 2, 5, 2,
  ]);
  expect(countTokens("one, two ") + countTokens("three…")).toBe(countTokens("one, two three…"));
});

test("words are counted as people count them", () => {
  expect(wordsOf("Well-known, isn't it — 3.5 times “so”… - yes!")).toEqual([
    "Well-known",
    "isn't",
    "it",
    "3.5",
    "times",
    "so",
    "yes",
  ]);
});

test("numbers and quotations are put into words", () => {
  expect([counted(1, "word"), counted(1200, "word")]).toEqual(["1 word", "1,200 words"]);
  expect([listed([]), listed(["a"]), listed(["a", "b", "c"])]).toEqual(["", "a", "a, b and c"]);
  expect([signed(0.421), signed(-0.1), signed(-0.001)]).toEqual(["+0.42", "−0.10", "0.00"]);
  expect(clipped("one two three four", 12)).toBe("one two…");
  expect(quoted('He said "no".', 40)).toBe("“He said 'no'”");
});
