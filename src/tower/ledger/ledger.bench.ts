import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, test } from "vitest";
import { jobId } from "../../protocol/ids.ts";
import { msat } from "../../protocol/units.ts";
import { openSqlite } from "../storage/sqlite.ts";
import { post } from "./post.ts";
import { invoiceSettled, modelExpense, openingBalance } from "./postings.ts";

const directory = mkdtempSync(join(tmpdir(), "ledger-bench-"));
const database = await openSqlite(join(directory, "ledger"));
const bare = await openSqlite(join(directory, "bare"));
await bare.transaction((sql) => sql.run("CREATE TABLE bare (n INTEGER)"));
await database.transaction((sql) =>
  post(sql, { at: 0, reason: "opening", postings: openingBalance(msat(1_000_000_000n)) }),
);
afterAll(async () => {
  await database.close();
  await bare.close();
  rmSync(directory, { recursive: true });
});

let posted = 0;
const entry = () => {
  posted += 1;
  const job = jobId(`job-${posted}`);
  return posted % 2 === 0
    ? { at: posted, reason: "brain_used", postings: modelExpense(msat(1_000n)) }
    : {
        at: posted,
        reason: "settled",
        jobId: job,
        postings: invoiceSettled({ jobId: job, due: msat(10_000n), received: msat(10_000n) }),
      };
};

/** How many transactions of the ledger one commit holds: a few, as a busy tower's do, and one. */
const IN_ONE_COMMIT = 10;

test(`postings, ${IN_ONE_COMMIT} a turn`, async ({ bench }) => {
  await bench.compare(
    bench(`${IN_ONE_COMMIT} bare durable commits`, async () => {
      for (let n = 0; n < IN_ONE_COMMIT; n++)
        await bare.transaction((sql) => sql.run("INSERT INTO bare VALUES (?)", n));
    }),
    bench(`${IN_ONE_COMMIT} balanced transactions, each its own commit`, async () => {
      for (let n = 0; n < IN_ONE_COMMIT; n++) await database.transaction((sql) => post(sql, entry()));
    }),
    bench(`${IN_ONE_COMMIT} balanced transactions in one commit`, async () => {
      await database.transaction(async (sql) => {
        for (let n = 0; n < IN_ONE_COMMIT; n++) await post(sql, entry());
      });
    }),
    { time: 3_000, iterations: 8, warmupTime: 500, warmupIterations: 2 },
  );
});
