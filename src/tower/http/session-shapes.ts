import * as v from "valibot";
import { SessionIdSchema } from "../../protocol/ids.ts";
import { SESSION_LEAST_SATS, SESSION_MOST_SATS } from "../../protocol/limits.ts";
import { type Sats, SatsSchema, sats } from "../../protocol/units.ts";

/** How every route about one session names it. */
export const ofOneSession = {
  tag: "sessions",
  params: v.object({ id: SessionIdSchema }),
  missing: { code: "unknown_session", message: "There is no such session." },
} as const;

/** Who may use a session: its owner, and who has its macaroon. */
export const byOwnerOrMacaroon = {
  callableBy: "macaroon",
  proofs: ["owner", "operator", "macaroon"],
} as const;

// Only said, not checked here: what is out of bounds is refused as `wrong_amount`, as over the socket.
const bounds = { minimum: SESSION_LEAST_SATS, maximum: SESSION_MOST_SATS };

/** How many sats a session is opened with or topped up by, under its name or the one that older clients use. */
export const AmountBody = v.pipe(
  v.union(
    [
      v.strictObject({ amountSats: v.pipe(SatsSchema, v.metadata(bounds)) }),
      v.strictObject({ amount_sats: v.pipe(SatsSchema, v.metadata({ ...bounds, deprecated: true })) }),
    ],
    "Say how many sats, once and as a whole number: amountSats.",
  ),
  v.examples([{ amountSats: sats(1000) }]),
);

/** The amount in a body that {@link AmountBody} let through. */
export const amountIn = (body: v.InferOutput<typeof AmountBody>): Sats =>
  "amountSats" in body ? body.amountSats : body.amount_sats;
