import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { createRandom } from "./random.ts";

/**
 * Makes `randomBytes` give the same bytes for the same seed, until the returned undo is called: ids of jobs and payment
 * hashes decide what is done first at the same instant, and a seed must always live the same life.
 */
export function seedBytes(seed: number): () => void {
  const real = crypto.randomBytes;
  const random = createRandom(~seed);
  const seeded = (size: number): Buffer => Buffer.from(Array.from({ length: size }, () => random.below(256)));
  crypto.randomBytes = Object.assign(seeded, real);
  syncBuiltinESMExports();
  return () => {
    crypto.randomBytes = real;
    syncBuiltinESMExports();
  };
}
