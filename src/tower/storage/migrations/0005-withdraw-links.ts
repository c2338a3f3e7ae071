import type { Migration } from "../migrate.ts";

/** What is owed may be taken by whoever has a link, once. The ledger is read by the time things happened at. */
export const WITHDRAW_LINKS: Migration = {
  id: 5,
  name: "withdraw links",
  script: `
-- The newest link to what a job or a session owes. k1_hash: the SHA-256 of its secret, which is never stored. payment_hash: the
-- invoice it was taken with; from then on it is worth nothing to any other.
CREATE TABLE withdraw_link (
  kind          TEXT NOT NULL CHECK (kind IN ('job', 'session')),
  subject_id    TEXT NOT NULL,
  owner_id      TEXT NOT NULL,
  k1_hash       TEXT NOT NULL UNIQUE,
  expires_at_ms INTEGER NOT NULL,
  payment_hash  TEXT,
  PRIMARY KEY (kind, subject_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX withdraw_link_expiry ON withdraw_link (expires_at_ms);
CREATE INDEX ledger_transaction_at ON ledger_transaction (at_ms);
`,
};
