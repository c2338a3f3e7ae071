import { type OwnerId, ownerId } from "../../protocol/ids.ts";
import type { Caller } from "../economy/economy.ts";
import type { Kiosks } from "./kiosks.ts";
import type { Credentials } from "./macaroons/credentials.ts";
import type { Owners } from "./owners.ts";
import { sameSecret } from "./secret.ts";

/** Who somebody has proven to be. */
export type Identity =
  | { readonly role: "visitor"; readonly ownerId: OwnerId }
  | { readonly role: "operator"; readonly ownerId: OwnerId }
  | { readonly role: "kiosk"; readonly kioskId: string };

/** Whose an operator's own jobs are when it does not come as one of its earlier owners. */
export const OPERATOR_OWNER = ownerId("operator");

/** The secrets that the tower knows, and those who hold them. */
export interface Access {
  readonly owners: Owners;
  readonly kiosks: Kiosks;
  /** Macaroons make nobody anybody: each opens its session, or what its payment bought. */
  readonly credentials: Credentials;
  /** Who holds this secret; undefined when nobody does. */
  holderOf(token: string): Promise<Identity | undefined>;
}

/** Longer ones are nobody's; they are not even hashed. Every macaroon is longer: 105 bytes at least, 140 characters. */
export const MAX_TOKEN_LENGTH = 128;

/** Puts the three kinds of secrets that make somebody somebody behind one question. */
export function createAccess(
  operatorToken: string,
  owners: Owners,
  kiosks: Kiosks,
  credentials: Credentials,
): Access {
  return {
    owners,
    kiosks,
    credentials,
    async holderOf(token) {
      if (token.length > MAX_TOKEN_LENGTH) return undefined;
      if (sameSecret(token, operatorToken)) return { role: "operator", ownerId: OPERATOR_OWNER };
      const owner = await owners.find(token);
      if (owner !== undefined) return { role: "visitor", ownerId: owner };
      const kiosk = await kiosks.find(token);
      return kiosk && { role: "kiosk", kioskId: kiosk.kioskId };
    },
  };
}

/** An identity as the economy knows it; undefined for one that may only look. */
export const callerOf = (identity: Identity): Caller | undefined =>
  identity.role === "kiosk" ? undefined : { ownerId: identity.ownerId, role: identity.role };

/** What somebody may see. `own`: the public and what is their own. */
export type Viewer =
  | { readonly sees: "public" }
  | { readonly sees: "own"; readonly ownerId: OwnerId }
  | { readonly sees: "everything"; readonly ownerId: OwnerId };

export const PUBLIC_VIEWER: Viewer = { sees: "public" };

/** What an identity may see. A kiosk sees what everybody sees: nothing that could be spent. */
export function viewerOf(identity: Identity | undefined): Viewer {
  if (identity === undefined || identity.role === "kiosk") return PUBLIC_VIEWER;
  return { sees: identity.role === "operator" ? "everything" : "own", ownerId: identity.ownerId };
}
