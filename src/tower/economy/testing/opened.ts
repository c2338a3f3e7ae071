import { expect, onTestFinished } from "vitest";
import type { JobId } from "../../../protocol/ids.ts";
import { testDirectory } from "./directory.ts";
import { ANNA, openTestEconomy, type TestEconomy, type TestOptions } from "./economy.ts";

/** A tower for one test, in a folder of its own: closed when the test is over, and nothing may have failed in it unheard. */
export async function opened(options?: TestOptions): Promise<TestEconomy> {
  const tower = await openTestEconomy(testDirectory(), options);
  onTestFinished(async () => {
    await tower.close();
    expect(tower.failures).toEqual([]);
  });
  return tower;
}

/** A job of Anna's that is done, with 70 sats owed back. */
export async function owing(tower: TestEconomy): Promise<JobId> {
  const { jobId } = await tower.offered(ANNA);
  await tower.pay(ANNA, jobId, "work");
  await tower.until(jobId, (job) => job.refund === "owed");
  return jobId;
}
