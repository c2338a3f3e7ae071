import type { ChartEdge, ChartRegion } from "./chart.ts";

/** A state's box, in px from the top left of the whole chart. */
export interface StateBox {
  readonly state: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An edge's line: up or down from one box, along its lane, and to the other box. */
export interface EdgeLine {
  readonly edge: ChartEdge;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** The middle of its lane, where its events are written. */
  readonly label: readonly [x: number, y: number];
}

export interface RegionLayout {
  readonly region: ChartRegion;
  readonly y: number;
  readonly boxes: readonly StateBox[];
  readonly lines: readonly EdgeLine[];
}

export interface ChartLayout {
  readonly width: number;
  readonly height: number;
  readonly regions: readonly RegionLayout[];
}

const BOX = { width: 92, height: 30 } as const;
const GAP = 18;
/** The height of one lane of edges: a line of small text. */
const LANE = 12;
/** Between regions, with room for the region's name. */
const BETWEEN = 8;

/**
 * The states in the order of their longest way from the initial state, leaving out what leads back; those of equal
 * length as the machine has them. States that nothing leads to stand first.
 */
function inOrder({ states, edges, initial }: ChartRegion): readonly string[] {
  const onward = new Map<string, string[]>();
  const open = new Set<string>();
  const done = new Set<string>();
  const walk = (state: string): void => {
    open.add(state);
    for (const { from, to } of edges) {
      if (from !== state || open.has(to)) continue;
      onward.set(state, [...(onward.get(state) ?? []), to]);
      if (!done.has(to)) walk(to);
    }
    open.delete(state);
    done.add(state);
  };
  for (const state of [initial, ...states]) if (!done.has(state)) walk(state);

  const ways = new Map(states.map((state) => [state, 0]));
  const wayTo = (state: string): number => ways.get(state) ?? 0;
  const push = (state: string): void => {
    for (const next of onward.get(state) ?? []) {
      if (wayTo(state) < wayTo(next)) continue;
      ways.set(next, wayTo(state) + 1);
      push(next);
    }
  };
  for (const state of states) push(state);
  return states.toSorted((a, b) => wayTo(a) - wayTo(b));
}

interface Span {
  readonly edge: ChartEdge;
  readonly left: number;
  readonly right: number;
}

/** Gives each span the lowest lane in which it touches no other; the shortest spans come first, nearest to the boxes. */
function lanesOf(spans: readonly Span[]): ReadonlyMap<Span, number> {
  const lanes: Span[][] = [];
  const chosen = new Map<Span, number>();
  for (const span of spans.toSorted((a, b) => a.right - a.left - (b.right - b.left))) {
    const free = lanes.findIndex((lane) =>
      lane.every((other) => other.right < span.left || other.left > span.right),
    );
    const lane = free === -1 ? lanes.push([]) - 1 : free;
    lanes[lane]?.push(span);
    chosen.set(span, lane);
  }
  return chosen;
}

/** Lays out one region with its top at `top`. Ways onward run above the boxes, ways back below them. */
function layoutRegion(region: ChartRegion, top: number): { layout: RegionLayout; bottom: number } {
  const order = inOrder(region);
  const isOnward = ({ from, to }: ChartEdge): boolean => order.indexOf(from) < order.indexOf(to);
  const onward = region.edges.filter(isOnward);
  const back = region.edges.filter((edge) => !isOnward(edge));
  const leftOf = (state: string): number => order.indexOf(state) * (BOX.width + GAP);

  /** Where on a state's box an edge is tied: what comes from the left stays left, so that lines do not cross there. */
  const tie = (edge: ChartEdge, state: string): number => {
    const side = isOnward(edge) ? onward : back;
    const arriving = side.filter(({ to }) => to === state);
    const leaving = side.filter(({ from }) => from === state);
    const tied = isOnward(edge) ? [...arriving, ...leaving] : [...leaving, ...arriving];
    return leftOf(state) + (BOX.width * (tied.indexOf(edge) + 1)) / (tied.length + 1);
  };
  const span = (edge: ChartEdge): Span => {
    const ends = [tie(edge, edge.from), tie(edge, edge.to)];
    return { edge, left: Math.min(...ends), right: Math.max(...ends) };
  };
  const above = lanesOf(onward.map(span));
  const below = lanesOf(back.map(span));
  const heightOf = (lanes: ReadonlyMap<Span, number>): number => (Math.max(-1, ...lanes.values()) + 2) * LANE;
  const y = top + heightOf(above);
  const foot = y + BOX.height;

  const line = ({ edge }: Span, boxY: number, laneY: number): EdgeLine => {
    const from = tie(edge, edge.from);
    const to = tie(edge, edge.to);
    return {
      edge,
      points: [
        [from, boxY],
        [from, laneY],
        [to, laneY],
        [to, boxY],
      ],
      label: [(from + to) / 2, laneY],
    };
  };
  return {
    layout: {
      region,
      y: top,
      boxes: order.map((state) => ({ state, x: leftOf(state), y, ...BOX })),
      lines: [
        ...Array.from(above, ([of, lane]) => line(of, y, y - (lane + 1) * LANE)),
        ...Array.from(below, ([of, lane]) => line(of, foot, foot + (lane + 1) * LANE)),
      ],
    },
    bottom: foot + heightOf(below),
  };
}

/** Lays a chart out, its regions one below the other, each from its initial state on the left. Pure. */
export function layoutChart(regions: readonly ChartRegion[]): ChartLayout {
  let y = 0;
  const laid = regions.map((region) => {
    const { layout, bottom } = layoutRegion(region, y);
    y = bottom + BETWEEN;
    return layout;
  });
  const right = laid.flatMap(({ boxes }) => boxes.map(({ x, width }) => x + width));
  return { width: Math.max(0, ...right), height: Math.max(0, y - BETWEEN), regions: laid };
}
