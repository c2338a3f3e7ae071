import type { OwnerId } from "../../protocol/ids.ts";
import type { ChatLine } from "../../protocol/records.ts";
import type { Sql } from "../storage/port.ts";

/** Keeps a chat line as it is shown live, for the snapshots of later. No owner means everybody may read it. */
export async function insertChatLine(
  sql: Sql,
  line: ChatLine,
  seq: number,
  ownerId: OwnerId | undefined,
): Promise<void> {
  await sql.run(
    "INSERT INTO chat_line (line_id, seq, job_id, owner_id, body) VALUES (?, ?, ?, ?, ?)",
    line.id,
    seq,
    line.jobId ?? null,
    ownerId ?? null,
    JSON.stringify(line),
  );
}

/** The newest lines that a viewer may read, oldest first: everyone's, and one owner's or all. */
export async function readChatLines(
  sql: Sql,
  viewer: { readonly ownerId?: OwnerId; readonly all?: boolean },
  limit: number,
): Promise<readonly ChatLine[]> {
  const newest = "ORDER BY seq DESC, line_id DESC LIMIT ?";
  const rows =
    viewer.all === true
      ? await sql.all<{ body: string }>(`SELECT body FROM chat_line ${newest}`, limit)
      : await sql.all<{ body: string }>(
          // Each half follows an index to its newest lines; one condition for both would read every line there is.
          `SELECT body FROM (
             SELECT * FROM (SELECT body, seq, line_id FROM chat_line WHERE owner_id IS NULL ${newest})
             UNION ALL
             SELECT * FROM (SELECT body, seq, line_id FROM chat_line WHERE owner_id = ? ${newest})
           ) AS readable ${newest}`,
          limit,
          viewer.ownerId ?? "",
          limit,
          limit,
        );
  return rows.map((row) => JSON.parse(row.body) as ChatLine).toReversed();
}
