/** What one source said. */
export interface Answer {
  readonly name: string;
  /** US dollars per bitcoin. */
  readonly usd: number;
}

/** A price that several sources agree on. */
export interface Agreed {
  /** US dollars per bitcoin, in whole cents. */
  readonly usd: number;
  /** Who said so, in the order of the answers. */
  readonly names: readonly string[];
}

/** So many must agree: one alone may be wrong, or lie. */
const LEAST = 2;
/** How far from the middle an answer may be, as a share of it. Exchanges differ by far less than a hundredth. */
const TOLERANCE = 0.05;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [lower = Number.NaN, upper = lower] = sorted.slice(
    (sorted.length - 1) >> 1,
    (sorted.length >> 1) + 1,
  );
  return (lower + upper) / 2;
}

/**
 * The median of the answers, without those that are far from the middle of all: they move it nowhere. Undefined when fewer than two are
 * near it, as when two contradict each other and nobody knows which is right.
 */
export function agree(answers: readonly Answer[]): Agreed | undefined {
  const middle = median(answers.map(({ usd }) => usd));
  const near = answers.filter(({ usd }) => Math.abs(usd - middle) <= middle * TOLERANCE);
  if (near.length < LEAST) return undefined;
  return {
    usd: Math.round(median(near.map(({ usd }) => usd)) * 100) / 100,
    names: near.map(({ name }) => name),
  };
}
