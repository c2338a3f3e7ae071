import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { refuse } from "../../protocol/refusal.ts";

/** One step of the schema. Once released it is never changed; a change is the next step. */
export interface Migration {
  /** Dense, from 1. */
  readonly id: number;
  readonly name: string;
  /** Statements of SQLite; comments and blanks may be changed later. */
  readonly script: string;
}

const checksum = ({ script }: Migration): string =>
  createHash("sha256").update(script.replace(/--.*$/gm, "").replace(/\s+/g, " ").trim()).digest("hex");

/**
 * Brings the schema up to date: each migration once, in order, in a transaction of its own.
 * Throws `storage_unavailable` when the database was written by a newer tower, or by one whose steps were others.
 */
export function migrate(database: DatabaseSync, migrations: readonly Migration[], directory: string): void {
  database.exec(
    `CREATE TABLE IF NOT EXISTS schema_migration (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,
      applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
    ) STRICT`,
  );
  const applied = new Map<number, unknown>();
  for (const row of database.prepare("SELECT id, checksum FROM schema_migration").all())
    applied.set(Number(row["id"]), row["checksum"]);
  const newest = Math.max(0, ...applied.keys());
  if (newest > migrations.length)
    refuse(
      "storage_unavailable",
      `The data in ${directory} was written by a newer tower (schema ${newest}, this one knows ${migrations.length}). ` +
        "Start the newer version, or set DATA_DIR to another folder.",
    );
  const record = database.prepare("INSERT INTO schema_migration (id, name, checksum) VALUES (?, ?, ?)");
  for (const migration of migrations) {
    const known = applied.get(migration.id);
    if (known === checksum(migration)) continue;
    if (known !== undefined)
      refuse(
        "storage_unavailable",
        `The data in ${directory} was written by another build of the tower (schema ${migration.id} differs). ` +
          "Start the version that wrote it, or set DATA_DIR to another folder.",
      );
    database.exec("BEGIN IMMEDIATE");
    try {
      database.exec(migration.script);
      record.run(migration.id, migration.name, checksum(migration));
      database.exec("COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }
}
