/**
 * What a statement takes and gives. Whole numbers are stored as 64-bit integers and **every integer comes back
 * as a `bigint`**, whatever its size: msat stay exact, and a row mapper that wants a number says so with
 * {@link safeNumber}. Booleans are 0 and 1, documents are JSON text.
 */
export type SqlValue = string | number | bigint | null;

/** Statements inside one transaction. The handle is dead once the transaction is over. */
export interface Sql {
  /** The rows of a query, or of a statement with `RETURNING`. The caller answers for the shape of `Row`. */
  all<Row>(text: string, ...params: SqlValue[]): Promise<Row[]>;
  /** Runs a statement and says how many rows it changed. */
  run(text: string, ...params: SqlValue[]): Promise<{ changes: number }>;
}

/**
 * The one door to what the tower keeps. Work given to it must await nothing but its `sql`: a transaction holds
 * up every other writer, and a read keeps old pages alive. Both reject with `storage_unavailable` when the disk
 * fails, and then nothing of the work is kept.
 */
export interface Database {
  /** Runs queries on one unchanging view: everything committed before it began, nothing after. */
  read<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * Runs work alone among the writers: all of it is durable when the promise resolves, none of it when it
   * rejects. Called from inside another transaction's work it rejects, for it would wait for itself.
   */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Waits for what is under way, then frees everything. What comes later is refused. */
  close(): Promise<void>;
}

/** An integer column as a number. Throws a `RangeError` beyond 2^53, where a number would lie. */
export function safeNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`not exact as a number: ${value}`);
  return number;
}
