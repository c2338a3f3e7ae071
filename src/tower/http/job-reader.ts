import type { JobRecord } from "../../protocol/records.ts";
import { isJobOf } from "../access/pass.ts";
import type { Sender } from "./callers.ts";

/**
 * Whether a job is shown whole: to its owner, to operators, and to who has a macaroon of what paid for it. Throws `forbidden` when that
 * macaroon does not allow reading.
 */
export function seesJob(sender: Sender | undefined, job: JobRecord): boolean {
  if (sender === undefined) return false;
  if (sender.by === "token") {
    const { identity } = sender;
    return identity.role === "operator" || (identity.role === "visitor" && identity.ownerId === job.ownerId);
  }
  const { pass } = sender;
  if (!isJobOf(pass, job)) return false;
  pass.assertAllows({ action: "read", agentId: job.agentId });
  return true;
}
