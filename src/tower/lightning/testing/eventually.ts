import { expect } from "vitest";

/**
 * Waits for a state as `expect.poll` does, and for longer: a machine with much else to do takes seconds for what is otherwise done in
 * milliseconds. `interval` is milliseconds.
 */
export const eventually = <State>(state: () => State, interval = 20) =>
  expect.poll(state, { timeout: 15_000, interval });
