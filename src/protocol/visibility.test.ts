import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { TOWER_EXAMPLES } from "./examples.ts";
import { TOWER_MESSAGES, type TowerMessage, type TowerMessageType } from "./messages.ts";
import { AgentRecordSchema, ChatLineSchema, InvoiceRecordSchema, JobRecordSchema } from "./records.ts";
import { PUBLIC_FIELDS, publicAgent, publicChatLine, publicJob, publicView } from "./visibility.ts";

type Schema = v.GenericSchema & {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly wrapped?: Schema;
  readonly item?: Schema;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
};

/** A value for every field of a schema, optional ones too, and where free text is allowed the field's own path. */
function filled(schema: Schema, path: string): unknown {
  if (schema.wrapped !== undefined) return filled(schema.wrapped, path);
  if (schema.type === "literal") return schema.literal;
  if (schema.type === "picklist") return schema.options?.[0];
  if (schema.type === "variant") return filled(schema.options?.at(-1) as Schema, path);
  if (schema.type === "array") return [filled(schema.item as Schema, `${path}.0`)];
  if (schema.entries !== undefined)
    return Object.fromEntries(
      Object.entries(schema.entries).map(([field, inner]) => [field, filled(inner, `${path}.${field}`)]),
    );
  const candidates = [
    path,
    path.slice(-24),
    "2026-03-18T12:00:00.000Z",
    "2026-03-18",
    "#123456",
    "s".repeat(43),
    7,
    0.5,
    true,
  ];
  const value = candidates.find((candidate) => v.is(schema, candidate));
  if (value === undefined) throw new Error(`nothing fits ${path}`);
  return value;
}

const PLACE = ["seq", "prev", "at"];
const DEFINITION = ["agentId", "label", "role", "color", "direction", "x", "z"];
const MIND = ["state", "focusTopic", "engagement", "coherence", "budgetStress"];

/** For each type the fields that everyone may read, and those that not. Written out here a second time on purpose. */
const EXPECTED: { readonly [Type in TowerMessageType]: readonly [seen: string[], hidden: string[]] } = {
  connection: [["status", "agents", "agentCount", "epoch", "seq", "at", "wallet"], []],
  subscribed: [[], ["role", "mode", "epoch", "seq", "ownerId", "ownerToken"]],
  snapshot_part: [
    ["part", "last", "agents", "jobs", "chat", "economy", "treasury"],
    ["progress", "purse", "sessions"],
  ],
  session_secret: [[], ["requestId", "sessionId", "macaroon", "recoveryCode"]],
  accepted: [[], ["requestId"]],
  error: [[], ["code", "message", "requestId"]],
  agent_joined: [[...PLACE, ...DEFINITION], []],
  agent_left: [[...PLACE, "agentId"], []],
  job_started: [
    [...PLACE, "jobId", "agentId", "funding", "reservedSats"],
    ["ownerId", "requestId", "request", "sessionId", "tokenId"],
  ],
  invoice_request: [
    [...PLACE, "jobId", "invoiceType", "amountSats", "expiresAt"],
    ["paymentRequest", "description", "price"],
  ],
  invoice_settled: [[...PLACE, "jobId", "invoiceType", "amountSats", "onTime", "paidBy", "queuePlace"], []],
  invoice_expired: [[...PLACE, "jobId", "invoiceType"], []],
  job_queued: [[...PLACE, "jobId", "agentId", "queuePlace"], []],
  job_dequeued: [[...PLACE, "jobId", "agentId"], []],
  job_completed: [
    [...PLACE, "jobId", "agentId", "outcome", "actualCostSats", "estimatedCostSats", "refundSats"],
    ["result", "error"],
  ],
  refund_claimed: [[...PLACE, "jobId", "amountSats"], []],
  refund_settled: [[...PLACE, "jobId", "amountSats", "method"], []],
  refund_failed: [[...PLACE, "jobId", "amountSats", "fate"], ["error"]],
  chat: [
    [...PLACE, "speaker", "text"],
    ["jobId", "ownerId"],
  ],
  session_state: [
    [],
    [
      ...[...PLACE, "sessionId", "state", "balanceSats", "reservedSats", "owedSats", "refund", "expiresAt"],
      ...["paymentRequest", "amountSats", "invoiceExpiresAt", "ownerId", "refundError"],
    ],
  ],
  day_started: [[...PLACE, "day", "timeZone"], []],
  agent_state: [["agentId", ...MIND], []],
  agent_count: [["count"], []],
  economy_state: [
    [
      ...["balanceSats", "earnedTodaySats", "spentTodaySats", "dailyLimitSats", "pendingInvoices"],
      ...["btcPriceUsd", "btcPriceSource"],
    ],
    [],
  ],
  treasury_state: [["treasurySats", "dailyBurnSats", "netTodaySats"], []],
  purse_state: [[], ["balanceSats", "faucetLeftSats"]],
  job_progress: [[], ["jobId", "attempt", "offset", "text"]],
};

const EXPECTED_RECORDS = {
  agent: [[...DEFINITION, ...MIND], []],
  invoice: [
    ["invoiceType", "amountSats", "expiresAt", "state", "paidBy"],
    ["paymentRequest", "description"],
  ],
  job: [
    [
      ...["jobId", "agentId", "funding", "phase", "refund", "outcome", "seq", "startedAt", "phaseAt"],
      ...["queuePlace", "evalInvoice", "workInvoice", "estimatedCostSats", "actualCostSats"],
      ...["owedSats", "paidBackSats", "reservedSats"],
    ],
    ["ownerId", "sessionId", "tokenId", "request", "price", "result", "error"],
  ],
  line: [
    ["id", "at", "speaker", "text"],
    ["jobId", "ownerId", "offers"],
  ],
} as const;

const sorted = (...lists: readonly (readonly string[])[]) => lists.flat().sort();
const without = (record: object, fields: readonly string[]) =>
  Object.fromEntries(Object.entries(record).filter(([field]) => !fields.includes(field)));

const agent = v.parse(AgentRecordSchema, filled(AgentRecordSchema as Schema, "agent"));
const job = v.parse(JobRecordSchema, filled(JobRecordSchema as Schema, "job"));
const line = v.parse(ChatLineSchema, filled(ChatLineSchema as Schema, "line"));
const publicLine = v.parse(ChatLineSchema, without(line, EXPECTED_RECORDS.line[1]));

const publicJobExpected = {
  ...without(job, EXPECTED_RECORDS.job[1]),
  evalInvoice: without(job.evalInvoice ?? {}, EXPECTED_RECORDS.invoice[1]),
  workInvoice: without(job.workInvoice ?? {}, EXPECTED_RECORDS.invoice[1]),
};

describe("every field of every message", () => {
  test.each(Object.entries(TOWER_MESSAGES))("%s", (name, schema) => {
    const type = name as TowerMessageType;
    const [seen, hidden] = EXPECTED[type];
    expect(sorted(Object.keys(schema.entries))).toStrictEqual(sorted(["type"], seen, hidden));
    expect(sorted(PUBLIC_FIELDS.get(type) ?? [])).toStrictEqual(sorted(seen));

    const whole = v.parse(schema as v.GenericSchema, filled(schema as Schema, type)) as TowerMessage;
    expect(sorted(Object.keys(whole))).toStrictEqual(sorted(["type"], seen, hidden));
    const before = structuredClone(whole);
    // A line of a job or an owner has no public form: here it has neither.
    const sent = (type === "chat" ? without(whole, hidden) : whole) as TowerMessage;
    const view = publicView(sent);
    expect(whole).toStrictEqual(before);
    if (seen.length === 0) {
      expect(view).toBeUndefined();
      return;
    }
    expect(v.is(schema, view)).toBe(true);
    const expected = without(sent, hidden);
    if (type === "snapshot_part") Object.assign(expected, { jobs: [publicJobOf(sent)], chat: [] });
    expect(view).toStrictEqual(expected);
  });

  function publicJobOf(message: TowerMessage) {
    if (message.type !== "snapshot_part" || message.jobs?.[0] === undefined)
      throw new Error("no job was filled");
    return publicJob(message.jobs[0]);
  }
});

describe("records", () => {
  test("the lists of fields are the schemas'", () => {
    const keys = (schema: Schema) => sorted(Object.keys(schema.entries ?? {}));
    expect(keys(AgentRecordSchema as Schema)).toStrictEqual(sorted(...EXPECTED_RECORDS.agent));
    expect(keys(InvoiceRecordSchema as Schema)).toStrictEqual(sorted(...EXPECTED_RECORDS.invoice));
    expect(keys(JobRecordSchema as Schema)).toStrictEqual(sorted(...EXPECTED_RECORDS.job));
    expect(keys(ChatLineSchema as Schema)).toStrictEqual(sorted(...EXPECTED_RECORDS.line));
  });

  test("an agent is wholly public", () => expect(publicAgent(agent)).toStrictEqual(agent));

  test("of a job what was asked, answered and could be paid stays with its owner", () => {
    expect(publicJob(job)).toStrictEqual(publicJobExpected);
    expect(v.is(JobRecordSchema, publicJob(job))).toBe(true);
    const { evalInvoice: _eval, workInvoice: _work, ...young } = job;
    expect(publicJob(young)).toStrictEqual(
      without(young, ["evalInvoice", "workInvoice", ...EXPECTED_RECORDS.job[1]]),
    );
  });

  test("a chat line is public only when it is nobody's own", () => {
    expect(publicChatLine(line)).toBeUndefined();
    expect(publicChatLine({ ...publicLine, jobId: job.jobId })).toBeUndefined();
    expect(publicChatLine(v.parse(ChatLineSchema, { ...publicLine, ownerId: "o" }))).toBeUndefined();
    expect(publicChatLine(publicLine)).toStrictEqual(publicLine);
  });
});

test("a field that no schema has stays behind, in messages and in records", () => {
  const extra = { secret: "s" };
  const count = v.parse(TOWER_MESSAGES.agent_count, TOWER_EXAMPLES.agent_count);
  expect(publicView({ ...count, ...extra })).toStrictEqual(count);
  expect(publicJob({ ...job, ...extra })).toStrictEqual(publicJobExpected);
  expect(publicAgent({ ...agent, ...extra })).toStrictEqual(agent);
});

test("chat of a job or of an owner has no public form", () => {
  const chat = v.parse(TOWER_MESSAGES.chat, TOWER_EXAMPLES.chat);
  expect(publicView(chat)).toStrictEqual(chat);
  expect(publicView({ ...chat, jobId: job.jobId })).toBeUndefined();
  expect(publicView(v.parse(TOWER_MESSAGES.chat, { ...chat, ownerId: "o" }))).toBeUndefined();
});
