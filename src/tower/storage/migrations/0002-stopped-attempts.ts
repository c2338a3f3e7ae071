import type { Migration } from "../migrate.ts";

/** Attempts that were stopped on purpose are counted apart: they are no crashes, and their numbers are not given again. */
export const STOPPED_ATTEMPTS: Migration = {
  id: 2,
  name: "stopped attempts",
  script: `ALTER TABLE effect ADD COLUMN stopped INTEGER NOT NULL DEFAULT 0;`,
};
