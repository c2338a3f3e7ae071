import { expect, test } from "vitest";
import { agentId, jobId, ownerId, requestId } from "../../protocol/ids.ts";
import type { JobRecord } from "../../protocol/records.ts";
import { job } from "../http/server-fixture.ts";
import { createIntake } from "./intake.ts";
import { createLimits } from "./limiter.ts";

const owner = { ownerId: ownerId("anna"), role: "visitor" } as const;
const request = {
  type: "job_request",
  requestId: requestId("r"),
  agentId: agentId("timmy"),
  request: "Do it",
  funding: "invoice",
} as const;

function start() {
  const jobs = new Map<string, JobRecord>();
  const economy = {
    async perform() {
      await Promise.resolve();
      const id = jobId(`job-${jobs.size}`);
      jobs.set(id, job(id, owner.ownerId));
      return { jobId: id };
    },
    job: async (id: string) => jobs.get(id),
  };
  return {
    jobs,
    intake: createIntake(
      economy,
      createLimits(() => 0),
      3,
    ),
  };
}

test("an address may have so many unpaid jobs, whoever opens them, and more once some are paid", async () => {
  const { intake, jobs } = start();
  const open = (address = "192.0.2.1") => intake.perform(owner, request, address);
  for (let n = 0; n < 3; n++) await open();
  await expect(open()).rejects.toMatchObject({ code: "too_many_open" });
  await open("192.0.2.2");
  jobs.set("job-1", { ...job("job-1", owner.ownerId), phase: "executing" });
  await open();
  await expect(open()).rejects.toMatchObject({ code: "too_many_open" });
  expect(jobs.size).toBe(5);
});

test("jobs that are opened at the same instant count each other", async () => {
  const { intake, jobs } = start();
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, () => intake.perform(owner, request, "192.0.2.1")),
  );
  expect(jobs.size).toBe(3);
  expect(results.filter(({ status }) => status === "rejected").length).toBe(5);
});

test("what is not to be paid by invoice is only counted as an intent", async () => {
  const { intake, jobs } = start();
  for (let n = 0; n < 5; n++) await intake.perform(owner, { ...request, funding: "treasury" }, "192.0.2.1");
  expect(jobs.size).toBe(5);
});
