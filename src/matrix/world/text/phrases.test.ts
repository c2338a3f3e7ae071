import { expect, test } from "vitest";
import { createFakePen } from "../testing/fake-pen.ts";
import { createPhrases } from "./phrases.ts";

test("a price says what its tint means, and sats on the move how many they are", () => {
  const phrases = createPhrases(createFakePen());
  const prices = (["calm", "attention", "good", "trouble"] as const).map(
    (tint) => phrases.price(15_420, tint)?.text,
  );
  expect(prices).toEqual([
    "⚡15\u2009420",
    "⚡15\u2009420 to pay",
    "⚡15\u2009420 done",
    "⚡15\u2009420 failed",
  ]);
  expect([phrases.amount(500, 1).text, phrases.amount(12_400, 37).text]).toEqual([
    "⚡500",
    "⚡12\u2009400 ×37",
  ]);
});

test("a text is measured once in each lettering, plain ones by their length", () => {
  const pen = createFakePen();
  const phrases = createPhrases(pen);
  const widths = ["Timmy", "Timmy", "Alpha 7"].map((label) => phrases.label(label, "name")?.width);
  expect(widths).toEqual([40, 40, 56]);
  expect([phrases.label("東京", "name")?.width, phrases.label("東京", "chosen")?.width]).toEqual([16, 18]);
  phrases.label("東京", "name");
  expect(pen.measured).toEqual(["0", "東京", "東京"]);
});

test("what is too much to measure at a time is put off and found out the next time", () => {
  const phrases = createPhrases(createFakePen());
  const names = Array.from({ length: 2_000 }, (_, i) => String.fromCodePoint(0x4e00 + i));
  const known = () => names.filter((name) => phrases.label(name, "name")).length;
  const first = known();
  expect([first > 0, first < 100, phrases.isShort]).toEqual([true, true, true]);
  phrases.refill();
  expect([known() > first, known() < 200]).toEqual([true, true]);
  for (let round = 0; round < 200; round++) {
    phrases.refill();
    known();
  }
  expect([known(), phrases.isShort]).toEqual([2_000, false]);
});
