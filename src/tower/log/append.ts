import type { LoggedFact, NewFact } from "../../protocol/facts.ts";
import { type OwnerId, seq, timestamp } from "../../protocol/ids.ts";
import type { Sql } from "../storage/port.ts";
import type { LogEntry } from "./entry.ts";
import { lastSeq } from "./read.ts";

/** A fact that is about to be appended, and whose it is. */
export interface NewEntry {
  readonly fact: NewFact;
  /** Taken from the fact when it names its owner; nobody's when neither does. */
  readonly ownerId?: OwnerId;
}

/**
 * Appends facts that happened at `at` (ms since 1970) and gives them back with their places: dense, in the order given.
 * To be called inside a transaction, so that the places and what follows from the facts are kept together.
 */
export async function appendFacts(
  sql: Sql,
  entries: readonly NewEntry[],
  at: number,
): Promise<readonly LogEntry[]> {
  let place: number = await lastSeq(sql);
  const appended: LogEntry[] = [];
  for (const { fact, ownerId: given } of entries) {
    place += 1;
    const ownerId = given ?? ("ownerId" in fact ? fact.ownerId : undefined) ?? null;
    const logged: LoggedFact = { ...fact, seq: seq(place), at: timestamp(at) };
    await sql.run(
      "INSERT INTO fact (seq, at, type, job_id, session_id, owner_id, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
      logged.seq,
      logged.at,
      fact.type,
      ("jobId" in fact ? fact.jobId : undefined) ?? null,
      "sessionId" in fact ? fact.sessionId : null,
      ownerId,
      JSON.stringify(fact),
    );
    appended.push({ fact: logged, ownerId });
  }
  return appended;
}
