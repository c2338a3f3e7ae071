import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { afterAll, test } from "vitest";
import { AGENT_DEFS } from "../../protocol/agent-defs.ts";
import { ownerId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import { systemClock } from "../clock.ts";
import { openSqlite } from "../storage/sqlite.ts";
import { openTestEconomy } from "./testing/economy.ts";

/** Jobs in one turn, and how many of them run side by side, as those of several people do. */
const JOBS = 20;

const directory = mkdtempSync(join(tmpdir(), "tower-bench-"));
const tower = await openTestEconomy(join(directory, "tower"), {
  agentDailyBudget: sats(1_000_000_000),
  clock: { ...systemClock, advance: () => undefined, forgetTimers: () => undefined },
});
const bare = await openSqlite(join(directory, "bare"));
await bare.transaction((sql) => sql.run("CREATE TABLE bare (n INTEGER)"));
afterAll(async () => {
  await tower.close();
  await bare.close();
  rmSync(directory, { recursive: true });
});

let payers = 0;
/** One paid job, from its request to its settled refund, for a payer of its own. */
async function wholeJob(): Promise<void> {
  const owner = ownerId(`payer-${++payers}`);
  const agent = AGENT_DEFS[payers % AGENT_DEFS.length]?.id;
  const { jobId } = await tower.offered(owner, agent);
  await tower.pay(owner, jobId, "work");
  await tower.until(jobId, (job) => job.refund === "owed");
  await tower.claim(owner, jobId);
  await tower.until(jobId, (job) => job.refund === "paid");
}

const hash = new Uint8Array(32).fill(7);
const key = secp256k1.utils.randomSecretKey();

/** Each turn is {@link JOBS} of a thing: at 80 whole jobs a second the printed turns are 4 a second. */
test(`${JOBS} at a time`, async ({ bench }) => {
  await bench.compare(
    bench("bare durable commits", async () => {
      for (let n = 0; n < JOBS; n++)
        await bare.transaction((sql) => sql.run("INSERT INTO bare VALUES (?)", n));
    }),
    bench("bare signatures", () => {
      for (let n = 0; n < JOBS; n++) secp256k1.sign(hash, key, { prehash: false });
    }),
    bench("whole jobs", async () => {
      await Promise.all(Array.from({ length: JOBS }, wholeJob));
    }),
    bench("whole jobs, one after the other", async () => {
      for (let n = 0; n < JOBS; n++) await wholeJob();
    }),
    { time: 3_000, iterations: 8, warmupTime: 1_000, warmupIterations: 2 },
  );
});
