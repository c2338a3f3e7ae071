import { deepEqual } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

/** Throws an `AssertionError` that shows where the two differ, unless they are the same. */
export function expectSame(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  try {
    deepEqual(actual, expected);
  } catch (error) {
    throw new Error(`${what} is not as it should be`, { cause: error });
  }
}
