import { expect, test } from "vitest";
import { describeFields, describeStats, shorten } from "./describe.ts";

test("the stats line gives every figure its unit", () => {
  expect(
    describeStats(
      { fps: 59.7, frameMs: 1.234, drawCalls: 18, uploads: 3.6, messages: 12 },
      { agents: 10_000, agentsDrawn: 9_999, renderScale: 1.5 },
    ),
  ).toEqual([
    "18 draws",
    "1.2 ms a frame",
    "60 fps",
    "4 uploads/s",
    "12 messages/s",
    "9999 of 10000 agents drawn",
    "scale 1.50",
  ]);
});

test("a fact's fields are told in a line, long texts cut short", () => {
  expect(describeFields({ amountSats: 10, onTime: true, price: { tokens: 3 }, text: "x".repeat(40) })).toBe(
    `amountSats 10, onTime true, price {"tokens":3}, text ${"x".repeat(32)}…`,
  );
  expect(describeFields({})).toBe("");
});

test("what is cut short keeps its shape", () => {
  const long = "x".repeat(40);
  const short = `${"x".repeat(32)}…`;
  expect(
    shorten({ amountSats: 10, onTime: true, gone: undefined, texts: ["a", long], deep: { long } }),
  ).toEqual({
    amountSats: 10,
    onTime: true,
    gone: undefined,
    texts: ["a", short],
    deep: { long: short },
  });
});
