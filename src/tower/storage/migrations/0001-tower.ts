import type { Migration } from "../migrate.ts";

/** The tower's tables. Times ending in `_ms` are milliseconds since 1970, amounts ending in `_msat` millisatoshi. */
export const TOWER: Migration = {
  id: 1,
  name: "tower",
  script: `
-- What the tower knows of itself: the log's epoch, how often it was started.
CREATE TABLE meta (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The log. seq is dense from 1; body is the fact without seq and at; owner_id is who may see the private parts.
CREATE TABLE fact (
  seq        INTEGER PRIMARY KEY,
  at         TEXT NOT NULL,
  type       TEXT NOT NULL,
  job_id     TEXT,
  session_id TEXT,
  owner_id   TEXT,
  body       TEXT NOT NULL
) STRICT;
CREATE INDEX fact_job ON fact (job_id, seq) WHERE job_id IS NOT NULL;
CREATE TRIGGER fact_never_changes BEFORE UPDATE ON fact
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

-- The ledger: a transaction and its balanced postings. key makes a transaction happen once.
CREATE TABLE ledger_transaction (
  id     INTEGER PRIMARY KEY,
  at_ms  INTEGER NOT NULL,
  reason TEXT NOT NULL,
  job_id TEXT,
  key    TEXT UNIQUE
) STRICT;
CREATE INDEX ledger_transaction_job ON ledger_transaction (job_id) WHERE job_id IS NOT NULL;
-- amount_msat: a debit is positive, a credit negative.
CREATE TABLE ledger_posting (
  transaction_id INTEGER NOT NULL REFERENCES ledger_transaction (id),
  line           INTEGER NOT NULL,
  account        TEXT NOT NULL,
  amount_msat    INTEGER NOT NULL CHECK (amount_msat <> 0),
  PRIMARY KEY (transaction_id, line)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER ledger_transaction_never_changes BEFORE UPDATE ON ledger_transaction
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_transaction_never_goes BEFORE DELETE ON ledger_transaction
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_posting_never_changes BEFORE UPDATE ON ledger_posting
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_posting_never_goes BEFORE DELETE ON ledger_posting
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
-- The sum of each account's postings, so debit balances are positive and credit balances negative.
CREATE TABLE ledger_balance (
  account      TEXT NOT NULL PRIMARY KEY,
  kind         TEXT NOT NULL CHECK (kind IN ('asset', 'liability', 'equity', 'revenue', 'expense')),
  balance_msat INTEGER NOT NULL,
  CHECK (kind <> 'asset' OR balance_msat >= 0),
  CHECK (kind <> 'liability' OR balance_msat <= 0)
) STRICT, WITHOUT ROWID;
-- What was earned, burnt and spent in each quarter of an hour: every time zone's midnight begins one.
CREATE TABLE ledger_quarter_hour (
  start_ms    INTEGER NOT NULL,
  measure     TEXT NOT NULL CHECK (measure IN ('earned', 'burn', 'spent')),
  amount_msat INTEGER NOT NULL,
  PRIMARY KEY (start_ms, measure)
) STRICT, WITHOUT ROWID;

-- The latest state of each job. state is our plain record as JSON; deadline_at is in milliseconds; reserved_msat is
-- what it holds of its agent's daily budget while it is open.
CREATE TABLE job (
  job_id        TEXT NOT NULL PRIMARY KEY,
  owner_id      TEXT NOT NULL,
  agent_id      TEXT NOT NULL,
  state         TEXT NOT NULL,
  phase         TEXT NOT NULL,
  reserved_msat INTEGER NOT NULL,
  open          INTEGER NOT NULL CHECK (open IN (0, 1)),
  deadline_at   INTEGER,
  created_at_ms INTEGER NOT NULL,
  updated_seq   INTEGER NOT NULL
) STRICT;
CREATE INDEX job_open ON job (agent_id, phase, created_at_ms) WHERE open = 1;
CREATE INDEX job_owner ON job (owner_id, updated_seq);
CREATE INDEX job_closed ON job (updated_seq) WHERE open = 0;
CREATE INDEX job_deadline ON job (deadline_at) WHERE deadline_at IS NOT NULL;

-- Every invoice the tower made. credited_seq is the fact that credited it: once, ever.
CREATE TABLE invoice (
  payment_hash    TEXT NOT NULL PRIMARY KEY,
  job_id          TEXT NOT NULL REFERENCES job (job_id) DEFERRABLE INITIALLY DEFERRED,
  invoice_type    TEXT NOT NULL,
  payment_request TEXT NOT NULL,
  amount_sats     INTEGER NOT NULL,
  expires_at_ms   INTEGER NOT NULL,
  settled_at_ms   INTEGER,
  credited_seq    INTEGER,
  state           TEXT NOT NULL
) STRICT;
CREATE INDEX invoice_job ON invoice (job_id);
CREATE INDEX invoice_state ON invoice (state, expires_at_ms);

-- What is to be done in the world outside, written before it is tried.
CREATE TABLE effect (
  key           TEXT NOT NULL PRIMARY KEY,
  kind          TEXT NOT NULL,
  job_id        TEXT,
  payload       TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('pending', 'done')),
  attempts      INTEGER NOT NULL DEFAULT 0,
  created_at_ms INTEGER NOT NULL,
  result        TEXT
) STRICT;
CREATE INDEX effect_pending ON effect (created_at_ms) WHERE state = 'pending';

-- Who opened a job or session. The secret itself is never stored.
CREATE TABLE owner (
  owner_id      TEXT NOT NULL PRIMARY KEY,
  token_hash    TEXT NOT NULL UNIQUE,
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Unattended screens, each with a read-only secret that is not stored; revoked by deleting the row.
CREATE TABLE kiosk (
  kiosk_id      TEXT NOT NULL PRIMARY KEY,
  token_hash    TEXT NOT NULL UNIQUE,
  label         TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Intents already answered: sent twice they are done once.
CREATE TABLE intent_done (
  owner_id   TEXT NOT NULL,
  request_id TEXT NOT NULL,
  body_hash  TEXT NOT NULL,
  response   TEXT NOT NULL,
  at_ms      INTEGER NOT NULL,
  PRIMARY KEY (owner_id, request_id)
) STRICT;

-- The chat as it is shown: line n that fact seq gave rise to has the id seq:n. No owner means public.
CREATE TABLE chat_line (
  line_id  TEXT NOT NULL PRIMARY KEY,
  seq      INTEGER NOT NULL,
  job_id   TEXT,
  owner_id TEXT,
  body     TEXT NOT NULL
) STRICT;
CREATE INDEX chat_line_seq ON chat_line (seq);
CREATE INDEX chat_line_owner ON chat_line (owner_id, seq);

CREATE TABLE agent (
  agent_id          TEXT NOT NULL PRIMARY KEY,
  definition        TEXT NOT NULL,
  daily_budget_msat INTEGER NOT NULL,
  paused            INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  present           INTEGER NOT NULL DEFAULT 1 CHECK (present IN (0, 1)),
  position          INTEGER NOT NULL
) STRICT;
-- What an agent spent, and was given on top of its budget, on one calendar day (YYYY-MM-DD) of the tower's time zone.
CREATE TABLE agent_spend (
  agent_id      TEXT NOT NULL,
  day           TEXT NOT NULL,
  spent_msat    INTEGER NOT NULL DEFAULT 0,
  topped_up_msat INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (agent_id, day)
) STRICT, WITHOUT ROWID;
`,
};
