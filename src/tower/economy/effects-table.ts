import { type Sql, safeNumber } from "../storage/port.ts";
import type { Effect } from "./decide/decision.ts";

/** Writes an effect before it is tried. One that is there already, done or not, stays as it is. */
export async function insertEffect(sql: Sql, effect: Effect, now: number): Promise<void> {
  await sql.run(
    `INSERT INTO effect (key, kind, job_id, payload, state, created_at_ms) VALUES (?, ?, ?, ?, 'pending', ?)
     ON CONFLICT (key) DO NOTHING`,
    effect.key,
    effect.kind,
    "jobId" in effect ? effect.jobId : null,
    JSON.stringify(effect),
    now,
  );
}

/** What is still to be done, oldest first. */
export async function pendingEffects(sql: Sql): Promise<readonly Effect[]> {
  const rows = await sql.all<{ payload: string }>(
    "SELECT payload FROM effect WHERE state = 'pending' ORDER BY created_at_ms, key",
  );
  return rows.map((row) => JSON.parse(row.payload) as Effect);
}

/** A try of an effect. */
export interface Attempt {
  /** From 1, never given twice. */
  readonly number: number;
  /** How many tries before it broke off by themselves; those stopped on purpose are left out. */
  readonly crashes: number;
}

/** Counts a try before it is begun; undefined when the effect is done already. */
export async function beginAttempt(sql: Sql, key: string): Promise<Attempt | undefined> {
  const [row] = await sql.all<{ attempts: bigint; stopped: bigint }>(
    "UPDATE effect SET attempts = attempts + 1 WHERE key = ? AND state = 'pending' RETURNING attempts, stopped",
    key,
  );
  if (row === undefined) return undefined;
  const number = safeNumber(row.attempts);
  return { number, crashes: number - 1 - safeNumber(row.stopped) };
}

/** When a payment was last tried that may still be at work, in milliseconds since 1970; undefined when none is. */
export async function inDoubtSince(sql: Sql, key: string): Promise<number | undefined> {
  const [row] = await sql.all<{ at: bigint | null }>(
    "SELECT in_doubt_at_ms AS at FROM effect WHERE key = ?",
    key,
  );
  return row?.at == null ? undefined : safeNumber(row.at);
}

/** Notes when a payment was last tried that may still be at work, in milliseconds since 1970. */
export async function noteInDoubt(sql: Sql, key: string, at: number | undefined): Promise<void> {
  await sql.run("UPDATE effect SET in_doubt_at_ms = ? WHERE key = ?", at ?? null, key);
}

/** Notes that a try was stopped on purpose, which is no crash. */
export async function noteStopped(sql: Sql, key: string): Promise<void> {
  await sql.run("UPDATE effect SET stopped = stopped + 1 WHERE key = ? AND state = 'pending'", key);
}

/** Marks an effect as done: true once. Its result is applied in the same transaction, so it counts once too. */
export async function completeEffect(sql: Sql, key: string): Promise<boolean> {
  const { changes } = await sql.run(
    "UPDATE effect SET state = 'done' WHERE key = ? AND state = 'pending'",
    key,
  );
  return changes === 1;
}

/** Whether an effect was ever written under this key. */
export async function hasEffect(sql: Sql, key: string): Promise<boolean> {
  const rows = await sql.all<{ key: string }>("SELECT key FROM effect WHERE key = ?", key);
  return rows.length > 0;
}

/** How often an effect was tried, 0 for one that was never written. */
export async function triesOf(sql: Sql, key: string): Promise<number> {
  const [row] = await sql.all<{ attempts: bigint }>("SELECT attempts FROM effect WHERE key = ?", key);
  return row === undefined ? 0 : safeNumber(row.attempts);
}
