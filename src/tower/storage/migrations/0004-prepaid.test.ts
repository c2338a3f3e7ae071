import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { migrate } from "../migrate.ts";
import { openSqlite } from "../sqlite.ts";
import { temporaryDirectory } from "../temporary-directory.ts";
import { MIGRATIONS } from "./index.ts";

/** A database as a tower left it that knew no sessions: jobs in several phases, their invoices, an agent and an effect. */
function oldDatabase(directory: string): void {
  mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(join(directory, "tower.db"));
  database.exec("PRAGMA foreign_keys = ON");
  migrate(database, MIGRATIONS.slice(0, 2), directory);
  const job = database.prepare(
    `INSERT INTO job (job_id, owner_id, agent_id, state, phase, reserved_msat, open, deadline_at, created_at_ms, updated_seq)
     VALUES (?, 'anna', 'alpha', ?, ?, 10000, ?, ?, 1000, ?)`,
  );
  job.run("waits", '{"jobId":"waits"}', "awaiting_eval_payment", 1, 600_001, 2);
  job.run("queued", '{"jobId":"queued"}', "queued", 1, null, 40);
  job.run("done", '{"jobId":"done"}', "closed", 0, null, 30);
  const invoice = database.prepare(
    `INSERT INTO invoice (payment_hash, job_id, invoice_type, payment_request, amount_sats, expires_at_ms, settled_at_ms,
       credited_seq, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  invoice.run("h1", "waits", "eval", "lnbcrt1", 10, 600_000, null, null, "open");
  invoice.run("h2", "queued", "eval", "lnbcrt2", 10, 600_000, 5_000, 12, "settled");
  invoice.run("h3", "queued", "work", "lnbcrt3", 280, 900_000, 6_000, 14, "settled");
  invoice.run("h4", "done", "eval", "lnbcrt4", 10, 700_000, 7_000, 20, "settled_late");
  invoice.run("h5", "done", "work", "lnbcrt5", 9_007_199_254_740_991n, 800_000, null, null, "expired");
  database.exec(
    `INSERT INTO agent (agent_id, definition, daily_budget_msat, paused, position) VALUES ('alpha', '{}', 7000, 1, 0)`,
  );
  database.exec(
    `INSERT INTO effect (key, kind, job_id, payload, state, attempts, created_at_ms, stopped)
     VALUES ('execute:queued', 'execute', 'queued', '{}', 'pending', 2, 9, 1)`,
  );
  database.close();
}

const credited = { looks: 0n, next_look_ms: null, session_id: null, token_id: null };
const waiting = { ...credited, settled_at_ms: null, credited_seq: null };

test("every row of a tower that knew no sessions is there after its first start, and is watched if it was not paid", async () => {
  const directory = temporaryDirectory();
  oldDatabase(directory);
  const database = await openSqlite(directory);
  onTestFinished(() => database.close());
  const read = (query: string) => database.read((sql) => sql.all(query));

  expect(await read("SELECT * FROM invoice ORDER BY payment_hash")).toEqual([
    {
      payment_hash: "h1",
      kind: "eval",
      job_id: "waits",
      payment_request: "lnbcrt1",
      amount_sats: 10n,
      expires_at_ms: 600_000n,
      ...waiting,
      next_look_ms: 600_000n,
    },
    {
      payment_hash: "h2",
      kind: "eval",
      job_id: "queued",
      payment_request: "lnbcrt2",
      amount_sats: 10n,
      expires_at_ms: 600_000n,
      ...credited,
      settled_at_ms: 5_000n,
      credited_seq: 12n,
    },
    {
      payment_hash: "h3",
      kind: "work",
      job_id: "queued",
      payment_request: "lnbcrt3",
      amount_sats: 280n,
      expires_at_ms: 900_000n,
      ...credited,
      settled_at_ms: 6_000n,
      credited_seq: 14n,
    },
    {
      payment_hash: "h4",
      kind: "eval",
      job_id: "done",
      payment_request: "lnbcrt4",
      amount_sats: 10n,
      expires_at_ms: 700_000n,
      ...credited,
      settled_at_ms: 7_000n,
      credited_seq: 20n,
    },
    {
      payment_hash: "h5",
      kind: "work",
      job_id: "done",
      payment_request: "lnbcrt5",
      amount_sats: 9_007_199_254_740_991n,
      expires_at_ms: 800_000n,
      ...waiting,
      next_look_ms: 800_000n,
    },
  ]);
  const job = {
    owner_id: "anna",
    agent_id: "alpha",
    reserved_msat: 10_000n,
    created_at_ms: 1_000n,
    session_id: null,
  };
  expect(await read("SELECT * FROM job ORDER BY updated_seq")).toEqual([
    {
      ...job,
      job_id: "waits",
      state: '{"jobId":"waits"}',
      phase: "awaiting_eval_payment",
      open: 1n,
      deadline_at: 600_001n,
      updated_seq: 2n,
      queued_seq: null,
    },
    {
      ...job,
      job_id: "done",
      state: '{"jobId":"done"}',
      phase: "closed",
      open: 0n,
      deadline_at: null,
      updated_seq: 30n,
      queued_seq: null,
    },
    {
      ...job,
      job_id: "queued",
      state: '{"jobId":"queued"}',
      phase: "queued",
      open: 1n,
      deadline_at: null,
      updated_seq: 40n,
      // Where its payment was credited: it keeps its place.
      queued_seq: 14n,
    },
  ]);
  expect(await read("SELECT * FROM agent")).toEqual([
    {
      agent_id: "alpha",
      definition: "{}",
      daily_budget_msat: 7_000n,
      paused: 1n,
      present: 1n,
      position: 0n,
      own_budget_msat: null,
    },
  ]);
  expect(await read("SELECT key, attempts, stopped FROM effect")).toEqual([
    { key: "execute:queued", attempts: 2n, stopped: 1n },
  ]);
  expect(await read("PRAGMA foreign_key_check")).toEqual([]);
});

test("an invoice is for exactly one thing, which must be there", async () => {
  const database = await openSqlite(temporaryDirectory());
  onTestFinished(() => database.close());
  const insert = (kind: string, ids: { job?: string; session?: string; token?: string }) =>
    database.transaction((sql) =>
      sql.run(
        `INSERT INTO invoice (payment_hash, kind, job_id, session_id, token_id, payment_request, amount_sats, expires_at_ms)
         VALUES ('h', ?, ?, ?, ?, 'lnbcrt1', 1, 1)`,
        kind,
        ids.job ?? null,
        ids.session ?? null,
        ids.token ?? null,
      ),
    );
  for (const [kind, ids] of [
    ["eval", {}],
    ["work", { session: "s" }],
    ["session", {}],
    ["session", { session: "s", token: "t" }],
    ["token", { job: "j" }],
    ["deposit", { token: "t" }],
    ["gift", {}],
  ] as const) {
    await expect(insert(kind, ids)).rejects.toThrow(/CHECK/);
  }
  for (const [kind, ids] of [
    ["eval", { job: "nowhere" }],
    ["session", { session: "nowhere" }],
    ["token", { token: "nowhere" }],
  ] as const) {
    await expect(insert(kind, ids)).rejects.toThrow(/FOREIGN KEY/);
  }
  await insert("deposit", {});
});
