import { createHash } from "node:crypto";
import type { OwnerId } from "../../../protocol/ids.ts";
import type { Intent } from "../../../protocol/intents.ts";
import { refuse } from "../../../protocol/refusal.ts";
import type { Sql } from "../../storage/port.ts";
import type { Performed } from "../economy.ts";

/** What became of an intent sent before: `begun` when the tower stopped before it could say. */
export type Remembered =
  | { readonly state: "done"; readonly performed: Performed }
  | { readonly state: "begun"; readonly about: string };

/** The same for the same body, whatever the order of its fields. */
function bodyHash(intent: Intent): string {
  const fields = Object.entries(intent).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(fields)).digest("hex");
}

/** What is known of an intent. Refuses with `conflict` when its `requestId` was used for another body. */
export async function recallIntent(
  sql: Sql,
  ownerId: OwnerId,
  intent: Intent,
): Promise<Remembered | undefined> {
  const [row] = await sql.all<{ body_hash: string; response: string }>(
    "SELECT body_hash, response FROM intent_done WHERE owner_id = ? AND request_id = ?",
    ownerId,
    intent.requestId,
  );
  if (row === undefined) return undefined;
  if (row.body_hash !== bodyHash(intent)) {
    refuse("conflict", `The requestId ${intent.requestId} was used for something else: make a new one.`);
  }
  // What was done is kept as an object; what is only begun, by the name of what it is about.
  return row.response.startsWith("{")
    ? { state: "done", performed: JSON.parse(row.response) as Performed }
    : { state: "begun", about: row.response };
}

/** Notes that an intent is about to be tried outside the database, on what is named, where the intent does not say it: no secret. */
export const rememberBegun = (
  sql: Sql,
  ownerId: OwnerId,
  intent: Intent,
  now: number,
  about = "",
): Promise<void> => write(sql, ownerId, intent, about, now);

/** Notes what came of an intent, in the transaction that did it. */
export const rememberDone = (
  sql: Sql,
  ownerId: OwnerId,
  intent: Intent,
  performed: Performed,
  now: number,
): Promise<void> => write(sql, ownerId, intent, JSON.stringify(performed), now);

async function write(
  sql: Sql,
  ownerId: OwnerId,
  intent: Intent,
  response: string,
  now: number,
): Promise<void> {
  await sql.run(
    `INSERT INTO intent_done (owner_id, request_id, body_hash, response, at_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (owner_id, request_id) DO UPDATE SET response = excluded.response`,
    ownerId,
    intent.requestId,
    bodyHash(intent),
    response,
    now,
  );
}
