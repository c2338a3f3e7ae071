import type { Migration } from "../migrate.ts";

/**
 * Sessions, tokens and the treasury: what is paid ahead. An invoice may be a session's, a token's or a deposit, and is asked about
 * again at a time of its own.
 */
export const PREPAID: Migration = {
  id: 4,
  name: "prepaid",
  script: `
-- The latest state of each session, as JSON; its balance is the ledger's.
CREATE TABLE session (
  session_id    TEXT NOT NULL PRIMARY KEY,
  owner_id      TEXT NOT NULL,
  state         TEXT NOT NULL,
  deadline_at   INTEGER,
  is_shown      INTEGER NOT NULL CHECK (is_shown IN (0, 1)),
  updated_seq   INTEGER NOT NULL
) STRICT;
CREATE INDEX session_owner ON session (owner_id, updated_seq) WHERE is_shown = 1;
CREATE INDEX session_deadline ON session (deadline_at) WHERE deadline_at IS NOT NULL;
-- The SHA-256 of each session's recovery code; the code itself is never stored.
CREATE TABLE session_recovery (
  session_id    TEXT NOT NULL PRIMARY KEY,
  recovery_hash TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

-- What one L402 payment bought: credit that the ledger holds, and the owner that its jobs have.
CREATE TABLE token (
  token_id      TEXT NOT NULL PRIMARY KEY,
  owner_id      TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Sats that operators take out. state: paying, paid, failed or unknown; payee_hash: the SHA-256 of where they go.
CREATE TABLE withdrawal (
  withdrawal_id TEXT NOT NULL PRIMARY KEY,
  amount_sats   INTEGER NOT NULL,
  payee_hash    TEXT NOT NULL,
  fee_limit_sats INTEGER NOT NULL,
  payment_hash  TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('paying', 'paid', 'failed', 'unknown')),
  error         TEXT,
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX withdrawal_open ON withdrawal (state) WHERE state IN ('paying', 'unknown');

-- What operators have set, in the place of what the environment says.
CREATE TABLE setting (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE agent ADD COLUMN own_budget_msat INTEGER;

ALTER TABLE job ADD COLUMN session_id TEXT;

-- When a payment was last tried that may still be at work in the wallet.
ALTER TABLE effect ADD COLUMN in_doubt_at_ms INTEGER;

-- Where the log stood when a job got its place in its agent's queue, as long as it waits there.
ALTER TABLE job ADD COLUMN queued_seq INTEGER;
UPDATE job SET queued_seq = COALESCE(
  (SELECT credited_seq FROM invoice WHERE invoice.job_id = job.job_id AND invoice.invoice_type = 'work'), updated_seq
) WHERE phase = 'queued';
CREATE INDEX job_session ON job (session_id) WHERE open = 1 AND session_id IS NOT NULL;

-- An invoice is for exactly one thing: a job's step, a session, a token or a deposit into the treasury. next_look_ms is when the wallet is
-- asked about it again, if nobody says anything: never once it is credited, or long past its expiry.
CREATE TABLE invoice_of_anything (
  payment_hash    TEXT NOT NULL PRIMARY KEY,
  kind            TEXT NOT NULL CHECK (kind IN ('eval', 'work', 'session', 'token', 'deposit')),
  job_id          TEXT REFERENCES job (job_id) DEFERRABLE INITIALLY DEFERRED,
  session_id      TEXT REFERENCES session (session_id) DEFERRABLE INITIALLY DEFERRED,
  token_id        TEXT REFERENCES token (token_id) DEFERRABLE INITIALLY DEFERRED,
  payment_request TEXT NOT NULL,
  amount_sats     INTEGER NOT NULL,
  expires_at_ms   INTEGER NOT NULL,
  settled_at_ms   INTEGER,
  credited_seq    INTEGER,
  looks           INTEGER NOT NULL DEFAULT 0,
  next_look_ms    INTEGER,
  CHECK ((kind IN ('eval', 'work')) = (job_id IS NOT NULL)),
  CHECK ((kind = 'session') = (session_id IS NOT NULL)),
  CHECK ((kind = 'token') = (token_id IS NOT NULL))
) STRICT;
INSERT INTO invoice_of_anything (payment_hash, kind, job_id, payment_request, amount_sats, expires_at_ms, settled_at_ms, credited_seq, next_look_ms)
  SELECT payment_hash, invoice_type, job_id, payment_request, amount_sats, expires_at_ms, settled_at_ms, credited_seq,
    CASE WHEN credited_seq IS NULL THEN expires_at_ms END FROM invoice;
DROP TABLE invoice;
ALTER TABLE invoice_of_anything RENAME TO invoice;
CREATE INDEX invoice_job ON invoice (job_id, kind) WHERE job_id IS NOT NULL;
CREATE INDEX invoice_session ON invoice (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX invoice_look ON invoice (next_look_ms) WHERE next_look_ms IS NOT NULL;
`,
};
