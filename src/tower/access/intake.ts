import type { JobId } from "../../protocol/ids.ts";
import type { Intent } from "../../protocol/intents.ts";
import { UNPAID_PER_ADDRESS } from "../../protocol/limits.ts";
import type { JobRecord } from "../../protocol/records.ts";
import { refuse } from "../../protocol/refusal.ts";
import type { Caller, Economy, Performed } from "../economy/economy.ts";
import { addressKey, type Limits } from "./limiter.ts";

/** The one way from both doors to the economy, within the limits of owner and address. */
export interface Intake {
  /**
   * Like {@link Economy.perform}. Refuses with `rate_limited` when owner or address asks too often, and with `too_many_open` when too
   * many jobs from the address wait to be paid.
   */
  perform(caller: Caller, intent: Intent, address: string): Promise<Performed>;
}

/** Addresses whose unpaid jobs are remembered; past it the one remembered longest is forgotten. */
const MAX_ADDRESSES = 10_000;

const isUnpaid = (job: JobRecord | undefined): boolean =>
  job?.phase === "awaiting_eval_payment" || job?.phase === "awaiting_work_payment";

/** The jobs that one address opened and has not been seen to have paid. */
interface Opened {
  readonly jobs: Set<JobId>;
  /** Jobs that are being opened just now. */
  opening: number;
}

/** An intake for an economy. What addresses opened is known to this process alone, and forgotten when it ends. */
export function createIntake(
  economy: Pick<Economy, "perform" | "job">,
  limits: Limits,
  mostUnpaid: number = UNPAID_PER_ADDRESS,
): Intake {
  const openedBy = new Map<string, Opened>();

  function openedFrom(address: string): Opened {
    const key = addressKey(address);
    const opened = openedBy.get(key) ?? { jobs: new Set<JobId>(), opening: 0 };
    // Put last: the first key of the map is then the one that was quiet longest.
    openedBy.delete(key);
    openedBy.set(key, opened);
    const [quietest] = openedBy.keys();
    if (openedBy.size > MAX_ADDRESSES && quietest !== undefined) openedBy.delete(quietest);
    return opened;
  }

  /** Refuses when the address has too many unpaid jobs; only then it is looked which of them were paid meanwhile. */
  async function admit(opened: Opened): Promise<void> {
    if (opened.jobs.size + opened.opening <= mostUnpaid) return;
    for (const jobId of opened.jobs) if (!isUnpaid(await economy.job(jobId))) opened.jobs.delete(jobId);
    if (opened.jobs.size + opened.opening > mostUnpaid)
      refuse(
        "too_many_open",
        `${mostUnpaid} jobs from this address wait to be paid. Pay or cancel some of them first.`,
      );
  }

  async function openJob(caller: Caller, intent: Intent, address: string): Promise<Performed> {
    const opened = openedFrom(address);
    // Counted before anything is waited for, so that jobs that are opened together count each other.
    opened.opening += 1;
    try {
      await admit(opened);
      const performed = await economy.perform(caller, intent);
      if (performed.jobId !== undefined) opened.jobs.add(performed.jobId);
      return performed;
    } finally {
      opened.opening -= 1;
    }
  }

  return {
    async perform(caller, intent, address) {
      limits.intent(caller.ownerId, address);
      const isPaidByInvoice = intent.type === "job_request" && intent.funding === "invoice";
      return isPaidByInvoice ? openJob(caller, intent, address) : economy.perform(caller, intent);
    },
  };
}
