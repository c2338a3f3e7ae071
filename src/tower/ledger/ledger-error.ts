export type LedgerErrorCode =
  | "unbalanced"
  | "too_few_postings"
  | "empty_posting"
  | "negative_asset"
  | "negative_liability";

/** A transaction the books cannot hold: a mistake in the tower, never in what a person asked for. */
export class LedgerError extends Error {
  readonly code: LedgerErrorCode;

  constructor(code: LedgerErrorCode, message: string) {
    super(message);
    this.name = "LedgerError";
    this.code = code;
  }
}
