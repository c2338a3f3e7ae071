import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import * as ldk from "lightningdevkit";

let loading: Promise<void> | undefined;

/** Loads the Lightning Development Kit's WASM, once a process: its objects all live in one memory. */
export function loadLdk(): Promise<void> {
  loading ??= readFile(createRequire(import.meta.url).resolve("lightningdevkit/liblightningjs.wasm")).then(
    (binary) => ldk.initializeWasmFromBinary(binary),
  );
  return loading;
}
