import { randomBytes } from "node:crypto";
import { jobId } from "../../../protocol/ids.ts";
import { findAgent } from "../../agents/registry.ts";
import { cancelJob } from "../decide/end-work.ts";
import { openJob } from "../decide/open-job.ts";
import { unpaidInvoicesOf } from "../jobs.ts";
import { requestAhead } from "./funded-job.ts";
import { type IntentParts, once, ownJob, type Perform } from "./intent.ts";

/** Opens a job: has its eval invoice made, or begins at once when it is paid ahead. */
export const requestJob =
  (parts: IntentParts): Perform<"job_request"> =>
  (caller, intent) => {
    if (intent.funding !== "invoice") return requestAhead(parts, caller, intent);
    return once(parts.transactor, caller, intent, async (sql, moment) => {
      const id = jobId(randomBytes(8).toString("hex"));
      const agent = await findAgent(sql, intent.agentId, moment.day);
      const unpaid = await unpaidInvoicesOf(sql, caller.ownerId);
      const opened = openJob(intent, { jobId: id, ownerId: caller.ownerId }, agent, unpaid);
      return { decision: opened, performed: { jobId: id } };
    });
  };

/** Ends a job that still waits for a payment. */
export const cancel =
  ({ transactor }: IntentParts): Perform<"job_cancel"> =>
  (caller, intent) =>
    once(transactor, caller, intent, async (sql) => ({
      decision: cancelJob(await ownJob(sql, caller, intent.jobId)),
      performed: { jobId: intent.jobId },
    }));
