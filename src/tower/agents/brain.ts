/**
 * What thinks for an agent, as the tower sees it. The built-in brain and every adapter to an outside model
 * stand behind this port, so that an agent's work is priced, streamed, capped and stopped alike.
 */

/** Tokens read and written, counted by the brain's own rule; whole numbers. */
export interface TokenCount {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What was really used. */
export type Usage = TokenCount;

/**
 * What an agent may be seen to be busy with. A closed list, because it is public: nothing of a request
 * itself may show through it.
 */
export const TOPICS = [
  "analysis",
  "sentiment",
  "summary",
  "key phrases",
  "entities",
  "reading level",
  "word statistics",
  "writing",
  "research",
  "conversation",
] as const;
export type Topic = (typeof TOPICS)[number];

/** What an evaluation found. Either way it used something, which is the tower's expense. */
export type Verdict =
  | {
      readonly kind: "accepted";
      readonly topic: Topic;
      /** One sentence for the payer: what will be done, and what of the request will be left out. */
      readonly note: string;
      /** At least what `execute` will count as input for the same request. */
      readonly maxInputTokens: number;
      /** Output is cut there; the estimate is for this many. */
      readonly maxOutputTokens: number;
      readonly usage: Usage;
    }
  | {
      readonly kind: "rejected";
      /** For the payer: why not, and what would be possible. */
      readonly reason: string;
      readonly usage: Usage;
    };

/** A finished piece of work: the whole answer, and what it used. */
export interface Work {
  readonly text: string;
  readonly usage: Usage;
}

/**
 * What a brain costs. Micro-dollars as whole numbers, token rates per million tokens as providers publish
 * them, so that a price in sats is exact integer arithmetic:
 * `sats = ceil(D × (100 + margin %) × 100,000,000 ÷ (100 × 10^12 × USD per BTC))` with
 * `D = input × inputMicroUsdPerMillion + output × outputMicroUsdPerMillion + infrastructureMicroUsd × 10^6`
 * in units of 10^-12 USD.
 */
export interface BrainRates {
  /** Where the rates are published, for people who ask. */
  readonly source: string;
  /** A day on which they were published there, `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly inputMicroUsdPerMillion: bigint;
  readonly outputMicroUsdPerMillion: bigint;
  /** Once a job, whatever its length. */
  readonly infrastructureMicroUsd: bigint;
  /** What judging a request costs: less than doing it, for a smaller model does it. The tower bears it. */
  readonly evaluation: {
    readonly inputMicroUsdPerMillion: bigint;
    readonly outputMicroUsdPerMillion: bigint;
  };
}

/** Options of {@link Brain.evaluate}. */
export interface EvaluateOptions {
  readonly signal: AbortSignal;
}

/** Options of {@link Brain.execute}. */
export interface ExecuteOptions {
  /** A hard cap: the answer never holds more tokens than this. */
  readonly maxOutputTokens: number;
  readonly signal: AbortSignal;
  /** Called with each piece as it comes; the pieces in order are the answer's text. */
  readonly onText: (delta: string) => void;
}

/** `evaluate` and `execute` throw a {@link BrainError} and nothing else, and stop promptly when the signal aborts. */
export interface Brain {
  readonly name: string;
  readonly rates: BrainRates;
  /**
   * The most that doing a request may use, said at once and for nothing, so that a price can be quoted before anything is paid: no
   * verdict on the same request allows more input or output. A bound all the same for a request that `evaluate` would reject.
   */
  readonly estimate: (request: string) => TokenCount;
  /** Judges a request of 1 to 500 characters: can this brain do it, and how long may the answer get? */
  readonly evaluate: (request: string, options: EvaluateOptions) => Promise<Verdict>;
  /** Does what `evaluate` accepted. Throws `not_accepted` for a request it would have rejected. */
  readonly execute: (request: string, options: ExecuteOptions) => Promise<Work>;
}

/** `aborted`: the signal fired. `not_accepted`: executed without a favourable verdict. `failed`: all else. */
export type BrainErrorCode = "aborted" | "not_accepted" | "failed";

/** Why a brain could not finish. `cause` is what it stumbled over, if anything. */
export class BrainError extends Error {
  readonly code: BrainErrorCode;

  constructor(code: BrainErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "BrainError";
    this.code = code;
  }
}

/** Throws `aborted` if the signal has fired. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new BrainError("aborted", "The work was stopped.", { cause: signal.reason });
}
