import { isIPv6 } from "node:net";
import {
  INTENTS_PER_MINUTE,
  INTENTS_PER_MINUTE_PER_ADDRESS,
  NEW_OWNERS_PER_MINUTE_PER_ADDRESS,
  RECOVERIES_PER_MINUTE_PER_ADDRESS,
} from "../../protocol/limits.ts";
import { refuse } from "../../protocol/refusal.ts";

/** Counts what each key does within a sliding window. */
export interface Limiter {
  /** Counts one more and says whether it is within the limit; what is over the limit is not counted. */
  take(key: string): boolean;
}

/**
 * A sliding window of two fixed ones: the last window counts by the share of it that is still within reach. Needs no timer, and
 * forgets everybody who was quiet for two windows. `now` is in milliseconds.
 */
export function createLimiter(limit: number, windowMs: number, now: () => number): Limiter {
  let started = now();
  let current = new Map<string, number>();
  let last = new Map<string, number>();

  function turn(): void {
    const windows = Math.floor((now() - started) / windowMs);
    if (windows <= 0) return;
    last = windows === 1 ? current : new Map();
    current = new Map();
    started += windows * windowMs;
  }

  return {
    take(key) {
      turn();
      const share = 1 - (now() - started) / windowMs;
      const count = current.get(key) ?? 0;
      if ((last.get(key) ?? 0) * share + count >= limit) return false;
      current.set(key, count + 1);
      return true;
    },
  };
}

/** One network address as a key: version 4 as it is, version 6 by the 64 bits that one household has. */
export function addressKey(address: string): string {
  const mapped = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
  if (!isIPv6(mapped)) return mapped;
  const [head = "", tail = ""] = mapped.replace(/%.*$/, "").split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}

/** The limits that socket and HTTP share. */
export interface Limits {
  /** Throws `rate_limited` when this owner, or this address, has asked too often. */
  intent(ownerId: string, address: string): void;
  /** Throws `rate_limited` when this address became too many owners. */
  newOwner(address: string): void;
  /** Throws `rate_limited` when this address tried too many recovery codes. */
  recovery(address: string): void;
}

/** The limits of one minute. `now` is in milliseconds. */
export function createLimits(
  now: () => number,
  {
    intents = INTENTS_PER_MINUTE,
    perAddress = INTENTS_PER_MINUTE_PER_ADDRESS,
    owners = NEW_OWNERS_PER_MINUTE_PER_ADDRESS,
    recoveries = RECOVERIES_PER_MINUTE_PER_ADDRESS,
  }: { intents?: number; perAddress?: number; owners?: number; recoveries?: number } = {},
): Limits {
  const byOwner = createLimiter(intents, 60_000, now);
  const byAddress = createLimiter(perAddress, 60_000, now);
  const ownerLimiter = createLimiter(owners, 60_000, now);
  const recoveryLimiter = createLimiter(recoveries, 60_000, now);
  return {
    intent(ownerId, address) {
      if (!byOwner.take(ownerId))
        refuse("rate_limited", `More than ${intents} intents in a minute: wait a little and send fewer.`);
      if (!byAddress.take(addressKey(address)))
        refuse(
          "rate_limited",
          `More than ${perAddress} intents in a minute from this address: wait a little.`,
        );
    },
    newOwner(address) {
      if (!ownerLimiter.take(addressKey(address)))
        refuse(
          "rate_limited",
          "Too many new visitors from this address: wait a minute, or come back with your token.",
        );
    },
    recovery(address) {
      if (!recoveryLimiter.take(addressKey(address)))
        refuse(
          "rate_limited",
          "Too many recovery codes from this address: wait a minute, and copy it whole.",
        );
    },
  };
}
