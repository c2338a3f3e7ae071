import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A new secret: 256 random bits in base64url, 43 characters. */
export const newSecret = (): string => randomBytes(32).toString("base64url");

/**
 * What is kept of a secret: its SHA-256 in hex. A plain hash is enough, because a secret of 256 random bits cannot be
 * guessed from it, and looking one up by its hash takes the same time for all.
 */
export const hashSecret = (secret: string): string => createHash("sha256").update(secret).digest("hex");

/** Whether two secrets are the same, in a time that does not tell how much of them is. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(
    createHash("sha256").update(one).digest(),
    createHash("sha256").update(other).digest(),
  );
}
