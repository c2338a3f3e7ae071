import { randomBytes } from "node:crypto";
import { type Epoch, epoch } from "../../protocol/ids.ts";
import { readMeta, writeMeta } from "../storage/meta.ts";
import type { Sql } from "../storage/port.ts";

/** The name of this log, made at the first start: a place in another log means nothing here. */
export async function ensureEpoch(sql: Sql): Promise<Epoch> {
  const known = await readMeta(sql, "epoch");
  if (known !== undefined) return epoch(known);
  const made = randomBytes(16).toString("hex");
  await writeMeta(sql, "epoch", made);
  return epoch(made);
}
