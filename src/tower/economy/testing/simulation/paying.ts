import { type Msat, msat, sats, toMsat } from "../../../../protocol/units.ts";
import type { Random } from "./random.ts";
import type { OpenInvoice, World } from "./world.ts";

/** Most pay what is asked; the outside may pay more. In msat. */
const TOO_MUCH = [0n, 0n, 1n, 999n, 1_000n, 12_345n];

/** What somebody outside pays beyond what is due. */
export const surplus = (random: Random): bigint => random.pick(TOO_MUCH) ?? 0n;

/** Pays an invoice of the tower's from outside at `at` (milliseconds since 1970), and tells nobody. Gives its payment hash. */
export function payFromOutside(
  { outside }: Pick<World, "outside">,
  { paymentHash, sats: due }: Pick<OpenInvoice, "paymentHash" | "sats">,
  more: bigint,
  at: number,
): string {
  const amount: Msat = msat(toMsat(sats(due)) + more);
  outside.pay(paymentHash, { amount, at });
  return paymentHash;
}
