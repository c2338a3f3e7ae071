import { expect, onTestFinished, test } from "vitest";
import type { NewFact } from "../../protocol/facts.ts";
import { agentId, jobId, ownerId, seq } from "../../protocol/ids.ts";
import type { Database } from "../storage/port.ts";
import { openSqlite } from "../storage/sqlite.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";
import { appendFacts } from "./append.ts";
import { ensureEpoch } from "./epoch.ts";
import { lastSeq, readAfter, readJob } from "./read.ts";

const AT = Date.parse("2026-06-01T12:00:00Z");
const left = (id: string): NewFact => ({ type: "agent_left", agentId: agentId(id) });
const expired = (id: string): NewFact => ({ type: "invoice_expired", jobId: jobId(id), invoiceType: "eval" });
const placed = (place: number) => ({ seq: seq(place), at: "2026-06-01T12:00:00.000Z" });

async function opened(directory = temporaryDirectory()): Promise<Database> {
  const database = await openSqlite(directory);
  onTestFinished(() => database.close());
  return database;
}

test("an empty log has no last place", async () => {
  const database = await opened();
  expect(await database.read(lastSeq)).toBe(0);
  expect(await database.read((sql) => readAfter(sql, seq(0), 10))).toEqual([]);
});

test("facts are given dense places and are read back as they were appended", async () => {
  const database = await opened();
  const job: NewFact = {
    type: "job_started",
    jobId: jobId("j1"),
    agentId: agentId("timmy"),
    funding: "invoice",
    ownerId: ownerId("o1"),
    request: "Sum this up",
  };
  const first = await database.transaction((sql) =>
    appendFacts(sql, [{ fact: left("alpha") }, { fact: job }], AT),
  );
  const second = await database.transaction((sql) =>
    appendFacts(sql, [{ fact: expired("j1"), ownerId: ownerId("o1") }, { fact: expired("j2") }], AT),
  );
  const entries = [
    { fact: { ...left("alpha"), ...placed(1) }, ownerId: null },
    { fact: { ...job, ...placed(2) }, ownerId: "o1" },
    { fact: { ...expired("j1"), ...placed(3) }, ownerId: "o1" },
    { fact: { ...expired("j2"), ...placed(4) }, ownerId: null },
  ];
  expect([...first, ...second]).toEqual(entries);
  expect(await database.read((sql) => readAfter(sql, seq(0), 10))).toEqual(entries);
  expect(await database.read((sql) => readAfter(sql, seq(1), 2))).toEqual(entries.slice(1, 3));
  expect(await database.read((sql) => readJob(sql, jobId("j1")))).toEqual(entries.slice(1, 3));
  expect(await database.read(lastSeq)).toBe(4);
});

test("a transaction that fails takes its places back", async () => {
  const database = await opened();
  const failing = database.transaction(async (sql) => {
    await appendFacts(sql, [{ fact: left("alpha") }], AT);
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  const [entry] = await database.transaction((sql) => appendFacts(sql, [{ fact: left("beta") }], AT));
  expect(entry?.fact).toEqual({ ...left("beta"), ...placed(1) });
});

test("the epoch is made once per log and outlives a restart", async () => {
  const directory = temporaryDirectory();
  const first = await openSqlite(directory);
  const epoch = await first.transaction(ensureEpoch);
  expect(await first.transaction(ensureEpoch)).toBe(epoch);
  await first.close();
  expect(await (await opened(directory)).transaction(ensureEpoch)).toBe(epoch);
  expect(await (await opened()).transaction(ensureEpoch)).not.toBe(epoch);
  expect(epoch).toMatch(/^[0-9a-f]{32}$/);
});
