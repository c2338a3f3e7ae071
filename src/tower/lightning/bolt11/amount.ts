import { type Msat, msat } from "../../../protocol/units.ts";
import type { Network } from "./invoice.ts";
import { malformed } from "./malformed.ts";

/** Tenths of a msat (the multiplier `p`, 10^-12 BTC) in one unit of each multiplier, largest first. */
const MULTIPLIERS: readonly (readonly [letter: string, tenths: bigint])[] = [
  ["", 10n ** 12n],
  ["m", 10n ** 9n],
  ["u", 10n ** 6n],
  ["n", 10n ** 3n],
  ["p", 1n],
];

/** 21 million bitcoin in msat: more than this is a mistake, and would not fit in whole sats. */
const MAX_MSAT = 2_100_000_000_000_000_000n;

const HUMAN_READABLE = /^ln(bcrt|tbs|tb|bc)(?:([1-9][0-9]{0,19})([munp]?))?$/;

/** Reads `ln`, network and amount, such as `lnbc2500u`. Refuses (`malformed_invoice`) anything else. */
export function readPrefix(text: string): { network: Network; amount: Msat | null } {
  const [, network, digits, letter] = HUMAN_READABLE.exec(text) ?? [];
  if (network === undefined) return malformed(`"${text.slice(0, 40)}" names no known network and amount`);
  if (digits === undefined) return { network: network as Network, amount: null };
  const unit = MULTIPLIERS.find(([each]) => each === letter)?.[1] ?? 0n;
  const tenths = BigInt(digits) * unit;
  if (tenths % 10n !== 0n) return malformed("its amount is not a whole number of millisatoshi");
  if (tenths / 10n > MAX_MSAT) return malformed("its amount is more bitcoin than there will ever be");
  return { network: network as Network, amount: msat(tenths / 10n) };
}

/** Writes the shortest prefix. Throws a `RangeError` for an amount that is not between 1 msat and 21 million BTC. */
export function writePrefix(network: Network, amount: Msat | null): string {
  if (amount === null) return `ln${network}`;
  if (amount <= 0n || amount > MAX_MSAT) throw new RangeError(`not an amount to ask for: ${amount} msat`);
  const tenths = amount * 10n;
  const [letter, unit] = MULTIPLIERS.find(([, each]) => tenths % each === 0n) ?? ["p", 1n];
  return `ln${network}${tenths / unit}${letter}`;
}
