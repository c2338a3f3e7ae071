import type { Database } from "../storage/port.ts";
import type { Economy } from "./economy.ts";
import { findSession, readSession } from "./sessions.ts";
import type { Transactor } from "./transactor.ts";
import { waitFor } from "./wait-for.ts";

/** Looks at sessions and waits for them, without polling. */
export function createSessionWatch(parts: {
  readonly database: Database;
  readonly transactor: Transactor;
}): Pick<Economy, "session" | "waitForSession"> {
  const { database, transactor } = parts;
  return {
    session: (sessionId) => database.read((sql) => findSession(sql, sessionId)),
    waitForSession: (sessionId, as, signal) =>
      waitFor(
        {
          watch: (listener) =>
            transactor.onApplied((applied) => {
              const session = applied.sessions.find((changed) => changed.sessionId === sessionId);
              if (session !== undefined) listener(session);
            }),
          read: () => database.read((sql) => readSession(sql, sessionId)),
        },
        as,
        signal,
      ),
  };
}
