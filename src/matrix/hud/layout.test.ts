import { expect, test } from "vitest";
import { bottomOf, containsPoint, overlaps, rightOf } from "./kit/rect.ts";
import { HEIGHT, type HudShape, layoutOf, type PanelName } from "./layout.ts";

const SIZES = [
  [1180, 820],
  [1366, 1024],
  [1024, 768],
  [820, 1180],
  [768, 1024],
  [507, 820],
  [390, 844],
  [360, 640],
  [844, 390],
] as const;

const shape = (width: number, height: number, change: Partial<HudShape> = {}): HudShape => ({
  width,
  height,
  safe: { top: 0, right: 0, bottom: 0, left: 0 },
  keyboard: 0,
  agentCount: 5,
  isChatOpen: true,
  chatHeight: "entry",
  entryHeight: 100,
  sheet: undefined,
  hasAgentCard: false,
  hasTreasuryOffer: false,
  hasInvoice: false,
  cardHeight: HEIGHT.invoice,
  hasNotice: false,
  hasPurse: true,
  ...change,
});

const CHANGES: readonly Partial<HudShape>[] = (["entry", "half", "full"] as const).flatMap((chatHeight) =>
  ([undefined, "agents", "economy"] as const).flatMap((sheet) =>
    [5, 10_000].flatMap((agentCount) =>
      [false, true].flatMap((has) =>
        [0, 300].map((keyboard) => ({
          chatHeight,
          sheet,
          agentCount,
          keyboard,
          hasAgentCard: has,
          hasTreasuryOffer: has,
          hasNotice: has,
          isChatOpen: has,
          entryHeight: has ? 188 : 100,
        })),
      ),
    ),
  ),
);

test.each(SIZES)(
  "at %i×%i nothing overlaps and nothing leaves the screen, whatever is open",
  (width, height) => {
    const wrong: string[] = [];
    for (const change of CHANGES) {
      // A keyboard leaves a phone on its side with less than a panel's height: there the field itself has to do.
      if (change.keyboard !== 0 && height < 500) continue;
      const slots = Object.entries(layoutOf(shape(width, height, change)).slots);
      for (const [name, { rect }] of slots) {
        const isInside = rect.x >= 0 && rect.y >= 0 && rightOf(rect) <= width && bottomOf(rect) <= height;
        if (!isInside) wrong.push(`${name} leaves the screen ${JSON.stringify([rect, change])}`);
        if (rect.width < 44 || rect.height < 44)
          wrong.push(`${name} is too small ${JSON.stringify([rect, change])}`);
      }
      slots.forEach(([name, slot], index) => {
        for (const [other, { rect }] of slots.slice(index + 1)) {
          if (overlaps(slot.rect, rect)) wrong.push(`${name} overlaps ${other} ${JSON.stringify(change)}`);
        }
      });
    }
    expect(wrong).toEqual([]);
  },
);

test.each(SIZES.filter(([width, height]) => Math.min(width, height) >= 480))(
  "at %i×%i the corner of the window's controls is free",
  (width, height) => {
    const { slots } = layoutOf(
      shape(width, height, { hasInvoice: false, chatHeight: "full", hasNotice: true }),
    );
    expect(Object.values(slots).filter(({ rect }) => containsPoint(rect, 20, 39))).toEqual([]);
  },
);

test("on a wide screen nothing is over the middle until an agent or an invoice is opened", () => {
  const { slots } = layoutOf(shape(1180, 820));
  const middle = { x: 340, y: 0, width: 400, height: 820 };
  expect(Object.entries(slots).filter(([, { rect }]) => overlaps(rect, middle))).toEqual([]);
});

test.each(SIZES)(
  "at %i×%i the invoice is at most 440 wide and as high as the screen allows",
  (width, height) => {
    const { invoice } = layoutOf(shape(width, height, { hasInvoice: true })).slots;
    expect(invoice).toBeDefined();
    const { rect } = invoice ?? { rect: { x: 0, y: 0, width: 0, height: 0 } };
    expect([
      rect.width <= 440,
      rect.x >= 0,
      rect.y >= 0,
      rightOf(rect) <= width,
      bottomOf(rect) <= height,
    ]).toEqual([true, true, true, true, true]);
    expect(rect.width).toBeGreaterThanOrEqual(264);
  },
);

test.each(SIZES.filter(([, height]) => height >= 600))(
  "at %i×%i a keyboard leaves a card above it, in which something can be written",
  (width, height) => {
    const { invoice } = layoutOf(shape(width, height, { hasInvoice: true, keyboard: 300 })).slots;
    const { rect } = invoice ?? { rect: { x: 0, y: 0, width: 0, height: 0 } };
    expect(bottomOf(rect)).toBeLessThanOrEqual(height - 300);
    expect(rect.height).toBeGreaterThanOrEqual(300);
  },
);

test("each kind of screen shows its panels", () => {
  const names = (width: number, height: number, change?: Partial<HudShape>): PanelName[] =>
    Object.keys(layoutOf(shape(width, height, change)).slots) as PanelName[];
  expect({
    wide: names(1180, 820),
    narrow: names(390, 844),
    agents: names(390, 844, { sheet: "agents" }),
    economy: names(390, 844, { sheet: "economy" }),
  }).toEqual({
    wide: ["status", "economy", "treasury", "agents", "needs", "chat"],
    narrow: ["chips", "chat"],
    agents: ["chips", "agents"],
    economy: ["chips", "status", "economy", "treasury"],
  });
});
