import { expect, test } from "vitest";
import { letterColor } from "./letter-color.ts";

test("a colour that can be read stays as it is", () => {
  expect(["#7dffb0", "#4FD8FF", "#ff8fab"].map(letterColor)).toEqual(["#7dffb0", "#4fd8ff", "#ff8fab"]);
});

test("a dark colour gets light enough to read, and keeps its cast", () => {
  expect(letterColor("#000000")).toMatch(/^#(..)\1\1$/);
  const [red = 0, green = 0, blue = 0] = (letterColor("#200040").match(/[0-9a-f]{2}/g) ?? []).map((digits) =>
    Number.parseInt(digits, 16),
  );
  expect([blue > red, red > green, green > 100]).toEqual([true, true, true]);
});

test("what is no colour of an agent's is left alone", () => {
  expect(letterColor("rebeccapurple")).toBe("rebeccapurple");
});
