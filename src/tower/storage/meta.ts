import type { Sql } from "./port.ts";

/** One of the tower's few facts about itself, such as the log's epoch. */
export async function readMeta(sql: Sql, key: string): Promise<string | undefined> {
  const [row] = await sql.all<{ value: string }>("SELECT value FROM meta WHERE key = ?", key);
  return row?.value;
}

/** Sets it, whether or not it was there. */
export async function writeMeta(sql: Sql, key: string, value: string): Promise<void> {
  await sql.run(
    "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    key,
    value,
  );
}
