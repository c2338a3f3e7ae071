import type { Subscribe } from "../../protocol/handshake.ts";
import type { Seq } from "../../protocol/ids.ts";
import { refuse } from "../../protocol/refusal.ts";
import { type Access, type Identity, OPERATOR_OWNER } from "../access/identity.ts";
import type { Limits } from "../access/limiter.ts";

/** How many facts a client may have missed and still get one by one; beyond, a snapshot is less to send. */
const MAX_RESUME = 10_000;

/** Who a client turned out to be, with the secret of an owner that was made for it. */
export interface Proven {
  readonly identity: Identity;
  readonly ownerToken?: string;
}

/**
 * Who sent `subscribe`. An operator's or kiosk's token must be one that is known (`unauthorized`). An owner's token that is not known,
 * because the tower's data were replaced, makes a new owner like no token at all: the client keeps the new secret
 * instead. `presumed` is who the address said it is.
 */
export async function prove(
  { token, ownerToken }: Pick<Subscribe, "token" | "ownerToken">,
  {
    access,
    limits,
    address,
    presumed,
  }: { access: Access; limits: Limits; address: string; presumed: Identity | undefined },
): Promise<Proven> {
  const holder = token === undefined ? presumed : await access.holderOf(token);
  if (token !== undefined && holder === undefined)
    refuse(
      "unauthorized",
      "This tower does not know the token: it was mistyped, revoked, or made by another tower.",
    );
  if (holder?.role === "kiosk") return { identity: holder };

  const owner = ownerToken === undefined ? undefined : await access.owners.find(ownerToken);
  if (holder?.role === "operator")
    return { identity: { role: "operator", ownerId: owner ?? OPERATOR_OWNER } };
  if (owner !== undefined) return { identity: { role: "visitor", ownerId: owner } };
  if (holder !== undefined) return { identity: holder };

  limits.newOwner(address);
  const made = await access.owners.create();
  return { identity: { role: "visitor", ownerId: made.ownerId }, ownerToken: made.ownerToken };
}

/** Whether the gap after `since` can be sent whole: it is of this log, not from the future, and not too long. */
export function isResumable(
  since: Subscribe["since"],
  epoch: string,
  head: Seq,
): since is NonNullable<Subscribe["since"]> {
  return since !== undefined && since.epoch === epoch && since.seq <= head && head - since.seq <= MAX_RESUME;
}
