import type { Migration } from "../migrate.ts";
import { TOWER } from "./0001-tower.ts";

/** Every step of the schema, in order. */
export const MIGRATIONS: readonly Migration[] = [TOWER];
