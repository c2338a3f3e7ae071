import type { Migration } from "../migrate.ts";
import { TOWER } from "./0001-tower.ts";
import { STOPPED_ATTEMPTS } from "./0002-stopped-attempts.ts";
import { MACAROONS } from "./0003-macaroons.ts";
import { PREPAID } from "./0004-prepaid.ts";
import { WITHDRAW_LINKS } from "./0005-withdraw-links.ts";
import { RECOVERY_USES } from "./0006-recovery-uses.ts";

/** Every step of the schema, in order. */
export const MIGRATIONS: readonly Migration[] = [
  TOWER,
  STOPPED_ATTEMPTS,
  MACAROONS,
  PREPAID,
  WITHDRAW_LINKS,
  RECOVERY_USES,
];
