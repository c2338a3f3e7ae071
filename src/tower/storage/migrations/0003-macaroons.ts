import type { Migration } from "../migrate.ts";

/** Credentials that were given out for a payment: whose they are and the key they are signed with. What is on them is on nobody's balance. */
export const MACAROONS: Migration = {
  id: 3,
  name: "macaroons",
  script: `
CREATE TABLE macaroon (
  token_id TEXT NOT NULL PRIMARY KEY,           -- 32 random bytes, hex
  kind TEXT NOT NULL CHECK (kind IN ('session','l402')),
  subject_id TEXT NOT NULL,                     -- the session's id, or the credit's
  payment_hash TEXT NOT NULL,                   -- hex; whose payment it came with
  root_key TEXT NOT NULL,                       -- 32 random bytes, hex: a secret
  created_at_ms INTEGER NOT NULL,
  revoked_at_ms INTEGER
) STRICT;
CREATE INDEX macaroon_subject ON macaroon (subject_id);
`,
};
