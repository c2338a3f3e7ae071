import type { Migration } from "../migrate.ts";

/** A recovery whose answer was lost can be asked for again. */
export const RECOVERY_USES: Migration = {
  id: 6,
  name: "recovery uses",
  script: `
-- used_hash: the SHA-256 of a session's last code that was used and of the request that used it. Until used_until_ms that request, and
-- no other, is answered again.
ALTER TABLE session_recovery ADD COLUMN used_hash TEXT;
ALTER TABLE session_recovery ADD COLUMN used_until_ms INTEGER;
CREATE UNIQUE INDEX session_recovery_used ON session_recovery (used_hash);
`,
};
