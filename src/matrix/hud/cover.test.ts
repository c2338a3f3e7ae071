import { expect, test } from "vitest";
import { coverOf } from "./cover.ts";
import { type HudShape, layoutOf } from "./layout.ts";

const SHAPE: HudShape = {
  width: 1180,
  height: 820,
  safe: { top: 0, right: 0, bottom: 0, left: 0 },
  keyboard: 0,
  agentCount: 5,
  isChatOpen: true,
  chatHeight: "half",
  entryHeight: 100,
  sheet: undefined,
  hasAgentCard: false,
  hasTreasuryOffer: false,
  hasInvoice: false,
  cardHeight: 560,
  hasNotice: false,
  hasPurse: true,
};
const cover = (changes: Partial<HudShape>) => {
  const shape = { ...SHAPE, ...changes };
  return coverOf(layoutOf(shape), shape);
};

test("wide panels leave the middle, and more of it when the chat is folded", () => {
  expect(cover({})).toEqual({ left: 264, top: 0, right: 356, bottom: 0 });
  expect(cover({ isChatOpen: false })).toEqual({ left: 264, top: 0, right: 0, bottom: 0 });
});

test("a narrow screen leaves what is between chips and sheet", () => {
  const phone = { width: 390, height: 844 } as const;
  expect(cover({ ...phone, chatHeight: "entry" })).toEqual({ left: 0, top: 56, right: 0, bottom: 108 });
  expect(cover({ ...phone, chatHeight: "full" })).toEqual({ left: 0, top: 56, right: 0, bottom: 422 });
  expect(cover({ ...phone, sheet: "agents" })).toEqual({ left: 0, top: 56, right: 0, bottom: 0 });
});

test("on a phone lying on its side the world is beside the sheet", () => {
  expect(cover({ width: 844, height: 390 })).toEqual({ left: 0, top: 56, right: 428, bottom: 0 });
});

test("cards do not move the world", () => {
  expect(cover({ hasAgentCard: true, hasInvoice: true, hasNotice: true })).toEqual(cover({}));
});
