import type { Move } from "./chart.ts";
import type { Reading } from "./meter.ts";
import { type TrailStep, WHOLE } from "./trail.ts";

/** The longest text of a fact that is told; a payment request is ten times as long. */
const LONGEST_TEXT = 32;

/** One field's value, short enough for a line. */
function describeValue(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
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
