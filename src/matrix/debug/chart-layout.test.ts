import { expect, test } from "vitest";
import { jobMachine } from "../../job/machine.ts";
import { readChart } from "./chart.ts";
import { layoutChart } from "./chart-layout.ts";

const regions = readChart(jobMachine);
const layout = layoutChart(regions);

test("states stand in the order in which a job passes them, what may end it last", () => {
  expect(layout.regions.map(({ boxes }) => boxes.map(({ state }) => state))).toEqual([
    [
      "started",
      "awaiting_eval_payment",
      "evaluating",
      "awaiting_work_payment",
      "queued",
      "executing",
      "closed",
    ],
    ["none", "owed", "paying", "credited", "unknown", "paid"],
  ]);
});

test("every way is drawn once, from its state's box to the other's", () => {
  for (const { region, boxes, lines } of layout.regions) {
    expect(lines.map(({ edge }) => edge.id).sort()).toEqual(region.edges.map(({ id }) => id).sort());
    for (const { edge, points } of lines) {
      const ends = [points.at(0), points.at(-1)].map((end) =>
        boxes
          .filter(
            ({ x, y, width, height }) =>
              end !== undefined &&
              end[0] > x &&
              end[0] < x + width &&
              (end[1] === y || end[1] === y + height),
          )
          .map(({ state }) => state),
      );
      expect(ends).toEqual([[edge.from], [edge.to]]);
    }
  }
});

test("no two ways lie on each other, and no two boxes", () => {
  for (const { boxes, lines } of layout.regions) {
    const lanes = lines.map(({ points: [, from, to] }) => ({
      y: from?.[1] ?? 0,
      left: Math.min(from?.[0] ?? 0, to?.[0] ?? 0),
      right: Math.max(from?.[0] ?? 0, to?.[0] ?? 0),
    }));
    const touching = lanes.flatMap((a, index) =>
      lanes.slice(index + 1).filter((b) => a.y === b.y && a.left <= b.right && b.left <= a.right),
    );
    expect(touching).toEqual([]);
    const ties = lines.flatMap(({ points }) => [points.at(0), points.at(-1)].map(String));
    expect(new Set(ties).size).toBe(ties.length);
    const lefts = boxes.map(({ x }) => x);
    expect(lefts).toEqual(lefts.toSorted((a, b) => a - b));
    expect(boxes.slice(1).every((box, index) => box.x > (boxes[index]?.x ?? 0) + box.width)).toBe(true);
  }
});

test("ways onward run above the boxes and ways back below, all within the drawing", () => {
  for (const { boxes, lines, y: top } of layout.regions) {
    const placeOf = (state: string) => boxes.findIndex((box) => box.state === state);
    const boxY = boxes[0]?.y ?? 0;
    for (const { edge, points, label } of lines) {
      expect(label[1] < boxY).toBe(placeOf(edge.from) < placeOf(edge.to));
      for (const [x, y] of points) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(layout.width);
        expect(y).toBeGreaterThanOrEqual(top);
        expect(y).toBeLessThanOrEqual(layout.height);
      }
    }
  }
  const [work, refund] = layout.regions;
  const foot = Math.max(...(work?.boxes ?? []).map(({ y, height }) => y + height));
  expect(refund?.y).toBeGreaterThan(foot);
});

test("a chart of one state needs no lanes", () => {
  const lonely = { name: "lonely", initial: "only", states: ["only"], edges: [], stays: new Map() };
  expect(layoutChart([lonely])).toEqual({
    width: 92,
    height: 54,
    regions: [
      { region: lonely, y: 0, boxes: [{ state: "only", x: 0, y: 12, width: 92, height: 30 }], lines: [] },
    ],
  });
  expect(layoutChart([])).toEqual({ width: 0, height: 0, regions: [] });
});
