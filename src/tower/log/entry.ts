import type { LoggedFact } from "../../protocol/facts.ts";
import type { OwnerId } from "../../protocol/ids.ts";

/** A fact in its place in the log. */
export interface LogEntry {
  readonly fact: LoggedFact;
  /** Who, beside operators, may see its private parts; nobody when null. */
  readonly ownerId: OwnerId | null;
}
