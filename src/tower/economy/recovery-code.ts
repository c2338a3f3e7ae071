import { randomBytes } from "node:crypto";
import { base32nopad } from "@scure/base";

/** 128 random bits. */
const BYTES = 16;

/** A new recovery code, in groups as people copy them: `k3uz-7qpa-xm4e-r2dw-bn6t-yc5s-hj`. A secret: only its hash is kept. */
export const newRecoveryCode = (): string =>
  (
    base32nopad
      .encode(randomBytes(BYTES))
      .toLowerCase()
      .match(/.{1,4}/g) ?? []
  ).join("-");
