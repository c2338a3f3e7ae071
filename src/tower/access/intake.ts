import type { AgentId, JobId, SessionId } from "../../protocol/ids.ts";
import type { Intent } from "../../protocol/intents.ts";
import { UNPAID_PER_ADDRESS } from "../../protocol/limits.ts";
import { refuse } from "../../protocol/refusal.ts";
import type { Caller, Economy, Performed, TokenOffer } from "../economy/economy.ts";
import { addressKey, type Limits } from "./limiter.ts";

/** The one way from both doors to the economy, within the limits of owner and address. */
export interface Intake {
  /**
   * Like {@link Economy.perform}. Refuses with `rate_limited` when owner or address asks too often, and with `too_many_open` when too
   * much that the address asked for waits to be paid.
   */
  perform(caller: Caller, intent: Intent, address: string): Promise<Performed>;
  /** Like {@link Economy.offerToken}, for whoever asks from an address; refuses like {@link Intake.perform}. */
  offerToken(agentId: AgentId, request: string, address: string): Promise<TokenOffer>;
}

/** Addresses whose unpaid invoices are remembered; past it the one remembered longest is forgotten. */
const MAX_ADDRESSES = 10_000;

/** What one address had invoices made for, and has not been seen to have paid. */
interface Opened {
  /** By name, each with whether it still waits to be paid. */
  readonly unpaid: Map<string, () => Promise<boolean>>;
  /** What is being opened just now. */
  opening: number;
}

/** An intake for an economy. What addresses opened is known to this process alone, and forgotten when it ends. */
export function createIntake(
  economy: Pick<Economy, "perform" | "job" | "session" | "offerToken" | "isPayable">,
  limits: Limits,
  mostUnpaid: number = UNPAID_PER_ADDRESS,
): Intake {
  const openedBy = new Map<string, Opened>();

  async function isUnpaidJob(jobId: JobId): Promise<boolean> {
    const job = await economy.job(jobId);
    return job?.phase === "awaiting_eval_payment" || job?.phase === "awaiting_work_payment";
  }
  const isUnpaidSession = async (sessionId: SessionId): Promise<boolean> =>
    (await economy.session(sessionId))?.state === "awaiting_payment";

  function openedFrom(address: string): Opened {
    const key = addressKey(address);
    const opened = openedBy.get(key) ?? { unpaid: new Map(), opening: 0 };
    // Put last: the first key of the map is then the one that was quiet longest.
    openedBy.delete(key);
    openedBy.set(key, opened);
    const [quietest] = openedBy.keys();
    if (openedBy.size > MAX_ADDRESSES && quietest !== undefined) openedBy.delete(quietest);
    return opened;
  }

  /** Refuses when too much of the address waits to be paid; only then it is looked what was paid meanwhile. */
  async function admit({ opening, unpaid }: Opened): Promise<void> {
    if (unpaid.size + opening <= mostUnpaid) return;
    for (const [name, isUnpaid] of unpaid) if (!(await isUnpaid())) unpaid.delete(name);
    if (unpaid.size + opening > mostUnpaid)
      refuse(
        "too_many_open",
        `${mostUnpaid} invoices for this address wait to be paid. Pay or cancel some of them first.`,
      );
  }

  /** Has something opened that waits to be paid; `note` says what it was. */
  async function open<Result>(
    address: string,
    begin: () => Promise<Result>,
    note: (result: Result) => readonly [name: string, isUnpaid: () => Promise<boolean>] | undefined,
  ): Promise<Result> {
    const opened = openedFrom(address);
    // Counted before anything is waited for, so that what is opened together counts each other.
    opened.opening += 1;
    try {
      await admit(opened);
      const result = await begin();
      const noted = note(result);
      if (noted !== undefined) opened.unpaid.set(...noted);
      return result;
    } finally {
      opened.opening -= 1;
    }
  }

  return {
    async perform(caller, intent, address) {
      limits.intent(caller.ownerId, address);
      const perform = (): Promise<Performed> => economy.perform(caller, intent);
      if (intent.type === "job_request" && intent.funding === "invoice") {
        return open(address, perform, ({ jobId }) => jobId && [jobId, () => isUnpaidJob(jobId)]);
      }
      if (intent.type === "session_open") {
        return open(
          address,
          perform,
          ({ sessionId }) => sessionId && [sessionId, () => isUnpaidSession(sessionId)],
        );
      }
      return perform();
    },
    offerToken(agentId, request, address) {
      // Nobody in particular asks: the address is all there is to count by.
      limits.intent(addressKey(address), address);
      return open(
        address,
        () => economy.offerToken(agentId, request),
        ({ paymentHash, tokenId }) => [tokenId, () => economy.isPayable(paymentHash)],
      );
    },
  };
}
