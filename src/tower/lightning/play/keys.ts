import { secp256k1 } from "@noble/curves/secp256k1.js";
import { hex } from "@scure/base";
import type { Database } from "./database.ts";

/** One node of the little network. `id` is its public key in hex. */
export interface PlayNode {
  readonly id: string;
  readonly secretKey: Uint8Array;
}

/** The node's key, made at random the first time. Runs inside the caller's transaction. */
export function loadNode({ sql }: Database, name: "tower" | "payers"): PlayNode {
  sql
    .prepare("INSERT OR IGNORE INTO node (name, secret_key) VALUES (?, ?)")
    .run(name, secp256k1.utils.randomSecretKey());
  const secretKey = sql.prepare("SELECT secret_key FROM node WHERE name = ?").get(name)?.[
    "secret_key"
  ] as Uint8Array;
  return { id: hex.encode(secp256k1.getPublicKey(secretKey)), secretKey };
}
