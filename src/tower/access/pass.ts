import type { AgentId } from "../../protocol/ids.ts";
import type { JobRecord } from "../../protocol/records.ts";
import { refuse } from "../../protocol/refusal.ts";
import { type Sats, sats } from "../../protocol/units.ts";
import type { CredentialKind, Grant } from "./macaroons/credentials.ts";
import { assertAllows, type Wish } from "./macaroons/limits.ts";

/** What macaroons open: one session, or what one L402 payment bought, and nothing else. Who has them is nobody in particular. */
export interface Pass {
  readonly kind: CredentialKind;
  /** The session's id, or the credit's. */
  readonly subjectId: string;
  /** Names the credential, and authorises nothing. */
  readonly tokenId: string;
  readonly paymentHash: string;
  /** The most that one request may set aside; undefined without such a limit. */
  readonly mostSats: Sats | undefined;
  /** Whether an agent is among those that it is for. */
  isFor(agentId: AgentId): boolean;
  /** Throws `forbidden` when one of its limits does not allow it. */
  assertAllows(wish: Omit<Wish, "now">): void;
}

/**
 * What several macaroons of one payment or session open together: the limits of each hold. Throws `unauthorized` when they are not all
 * of the same. `now` is in milliseconds since 1970.
 */
export function createPass(grants: readonly Grant[], now: () => number): Pass {
  const [first] = grants;
  if (first === undefined || grants.some(({ tokenId }) => tokenId !== first.tokenId))
    return refuse("unauthorized", "Send macaroons of one payment at a time.");
  const { kind, subjectId, tokenId, paymentHash } = first;
  const limits = grants.map((grant) => grant.limits);
  const most = limits.flatMap(({ maxSats }) => (maxSats === undefined ? [] : [maxSats]));
  return {
    kind,
    subjectId,
    tokenId,
    paymentHash,
    mostSats: most.length === 0 ? undefined : sats(Math.min(...most)),
    isFor: (agentId) => limits.every(({ agents }) => agents?.includes(agentId) ?? true),
    assertAllows(wish) {
      for (const limit of limits) assertAllows(limit, { ...wish, now: now() });
    },
  };
}

/** Whether a job is one of those that the pass paid for. */
export const isJobOf = (pass: Pass, job: JobRecord): boolean =>
  pass.subjectId === (pass.kind === "session" ? job.sessionId : job.tokenId);
