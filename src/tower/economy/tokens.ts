import { type OwnerId, ownerId, type TokenId } from "../../protocol/ids.ts";
import type { Sql } from "../storage/port.ts";

/** Keeps an L402 token that was just made: whose its jobs will be. `now` is in milliseconds since 1970. */
export async function insertToken(sql: Sql, tokenId: TokenId, owner: OwnerId, now: number): Promise<void> {
  await sql.run(
    "INSERT INTO token (token_id, owner_id, created_at_ms) VALUES (?, ?, ?)",
    tokenId,
    owner,
    now,
  );
}

/** Whose a token's jobs are; undefined when there is no such token. */
export async function tokenOwner(sql: Sql, tokenId: TokenId): Promise<OwnerId | undefined> {
  const [row] = await sql.all<{ owner_id: string }>("SELECT owner_id FROM token WHERE token_id = ?", tokenId);
  return row && ownerId(row.owner_id);
}
