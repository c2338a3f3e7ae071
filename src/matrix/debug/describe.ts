import type { Move } from "./chart.ts";
import type { Reading } from "./meter.ts";
import { type TrailStep, WHOLE } from "./trail.ts";

/** The longest text of a fact that is told; a payment request is ten times as long. */
const LONGEST_TEXT = 32;

const cut = (text: string): string => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text);

/** One field's value, short enough for a line. */
const describeValue = (value: unknown): string =>
  cut(typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

/**
 * The same value with every text in it cut short. Whoever sees a whole payment request can pay it, and requests and
 * results are private: none of them goes where it is kept, such as a terminal.
 */
export function shorten(value: unknown): unknown {
  if (typeof value === "string") return cut(value);
  if (Array.isArray(value)) return value.map(shorten);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shorten(inner)]));
}

/** What a fact says, such as `invoiceType eval, amountSats 10`. */
export const describeFields = (fields: Readonly<Record<string, unknown>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name} ${describeValue(value)}`)
    .join(", ");

/** A transition, such as `evaluating → closed [endsAs rejected, failed]`; one that stays names its state once. */
export const describeMove = ({ from, to, guard }: Move): string =>
  `${from === to ? from : `${from} → ${to}`}${guard === undefined ? "" : ` [${guard}]`}`;

/** What a step did: where it led, or that it led nowhere. */
export function describeMoves({ moves, event }: TrailStep): string {
  if (event === WHOLE) return "the job came as a whole";
  return moves.length === 0 ? "forbidden by the chart" : moves.map(describeMove).join("; ");
}

/** A step in one line: its fact, the fact's place in the log, and what it did. */
export const describeStep = (step: TrailStep): string =>
  `${step.seq === undefined ? "" : `#${step.seq} `}${step.event}: ${describeMoves(step)}`;

/** What the stats line tells beside the meter's reading. */
export interface World {
  readonly agents: number;
  readonly agentsDrawn: number;
  /** Drawn pixels per CSS px. */
  readonly renderScale: number;
}

/** The stats line: each figure with its unit. */
export const describeStats = (reading: Reading, world: World): readonly string[] => [
  `${reading.drawCalls} draws`,
  `${reading.frameMs.toFixed(1)} ms a frame`,
  `${reading.fps.toFixed(0)} fps`,
  `${reading.uploads.toFixed(0)} uploads/s`,
  `${reading.messages.toFixed(0)} messages/s`,
  `${world.agentsDrawn} of ${world.agents} agents drawn`,
  `scale ${world.renderScale.toFixed(2)}`,
];
