import type { JobRecord } from "../../../protocol/records.ts";
import { type Msat, NO_MSAT, toMsat } from "../../../protocol/units.ts";
import { EVAL_SATS } from "../pricing.ts";

/**
 * What an open job holds of its agent's daily budget: what its work may cost at most, once priced; before that,
 * what an evaluation costs.
 */
export function reservedMsat(job: JobRecord): Msat {
  if (job.phase === "closed") return NO_MSAT;
  return toMsat(job.estimatedCostSats ?? EVAL_SATS);
}
