import { expect, test } from "vitest";
import { createLanguage } from "./language.ts";
import { PARAGRAPHS } from "./testing/samples.ts";

test("list items and stopped lines end a sentence, wrapped lines do not", () => {
  const text = "The list is\nlong.\nIt has two items:\n- milk and bread\n- eggs\n\nThe end";
  expect(
    createLanguage()
      .read(text)
      .sentences.map((sentence) => sentence.text),
  ).toEqual(["The list is long.", "It has two items:", "milk and bread", "eggs", "The end"]);
});

test("a reload in between changes no reading", () => {
  const often = createLanguage(1_000);
  const once = createLanguage();
  for (const paragraph of [...Object.values(PARAGRAPHS), ...Object.values(PARAGRAPHS)])
    expect(often.read(paragraph)).toEqual(once.read(paragraph));
  expect(often.isKnown("battery")).toBe(true);
  expect(often.isKnown("zzkqx")).toBe(false);
});
