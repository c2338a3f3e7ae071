import { expect, onTestFinished, test } from "vitest";
import { jobId } from "../../protocol/ids.ts";
import type { JobRecord } from "../../protocol/records.ts";
import { createTestBrain } from "./testing/brain.ts";
import { testDirectory } from "./testing/directory.ts";
import { ANNA, openTestEconomy } from "./testing/economy.ts";

test("whoever watches a job hears of its changes, of no other's, and of none once undone", async () => {
  const tower = await openTestEconomy(testDirectory());
  onTestFinished(tower.close);
  const heard: JobRecord[] = [];
  const offer = await tower.offered(ANNA);
  const undo = tower.economy.watchJob(offer.jobId, (job) => heard.push(job));
  await tower.offered(ANNA);
  await tower.pay(ANNA, offer.jobId, "work");
  const done = await tower.until(offer.jobId, (job) => job.phase === "closed");
  expect(heard.map(({ phase }) => phase)).toEqual(["executing", "closed"]);
  expect(heard.at(-1)).toEqual(done);
  undo();
  await tower.claim(ANNA, offer.jobId);
  await tower.until(offer.jobId, (job) => job.refund === "paid");
  expect(heard.length).toBe(2);
});

test("how often a job's work was begun is known before, during and after it, over restarts", async () => {
  const directory = testDirectory();
  const brain = createTestBrain();
  brain.behaviour.execute = "hang";
  const first = await openTestEconomy(directory, { brain });
  const { jobId: id } = await first.offered(ANNA);
  const attempts = [await first.economy.attemptsOf(jobId("none")), await first.economy.attemptsOf(id)];
  await first.pay(ANNA, id, "work");
  const key = `job_progress:${id}@${ANNA}`;
  await expect.poll(() => first.board.get(key)?.value).toMatchObject({ attempt: 1, text: "Half " });
  attempts.push(await first.economy.attemptsOf(id));
  await first.close();
  brain.behaviour = {};
  const second = await openTestEconomy(directory, { brain });
  onTestFinished(second.close);
  const { result } = await second.until(id, (job) => job.phase === "closed");
  attempts.push(await second.economy.attemptsOf(id));
  expect({ attempts, result }).toEqual({ attempts: [0, 0, 1, 2], result: "Half and whole." });
});
