import { Readable } from "node:stream";
import * as v from "valibot";
import { JobIdSchema, TimestampSchema } from "../../protocol/ids.ts";
import { refuse } from "../../protocol/refusal.ts";
import { SatsSchema, SignedSatsSchema } from "../../protocol/units.ts";
import { type Day, dayNamed } from "../ledger/day.ts";
import { openLedgerExport } from "../ledger/export.ts";
import type { Database } from "../storage/port.ts";
import { declare } from "./declaration.ts";
import { csvOf, jsonOf } from "./ledger-rows.ts";
import { type AddRoute, answer } from "./route.ts";

const dayName = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}$/, "must be a day such as 2026-03-18"),
  // A day that the month does not have is read as one of the next.
  v.check((name) => {
    const at = Date.parse(`${name}T00:00:00Z`);
    return !Number.isNaN(at) && new Date(at).toISOString().startsWith(name);
  }, "is no day of the calendar"),
);

const decimal = v.pipe(v.string(), v.regex(/^\d+(?:\.\d{1,3})?$/));
const sides = {
  debitMsat: decimal,
  creditMsat: decimal,
  debitSats: decimal,
  creditSats: decimal,
};
const account = {
  account: v.string(),
  kind: v.picklist(["asset", "liability", "equity", "revenue", "expense"]),
};

const LedgerSchema = v.object({
  from: v.string(),
  to: v.string(),
  timeZone: v.string(),
  figures: v.object({
    treasurySats: SignedSatsSchema,
    balanceSats: SatsSchema,
    earnedSats: SignedSatsSchema,
    spentSats: SatsSchema,
    burnSats: SatsSchema,
    netSats: SignedSatsSchema,
  }),
  transactions: v.array(
    v.object({
      id: v.pipe(v.number(), v.safeInteger()),
      at: TimestampSchema,
      reason: v.string(),
      jobId: v.exactOptional(JobIdSchema),
      postings: v.array(v.object({ ...account, ...sides })),
    }),
  ),
  accounts: v.array(
    v.object({ ...account, opening: v.object(sides), sum: v.object(sides), closing: v.object(sides) }),
  ),
});

const exportLedger = declare({
  id: "exportLedger",
  method: "GET",
  path: "/api/ledger",
  summary: "The books from one day to another, both included, as JSON or CSV.",
  description:
    "Every transaction with its postings, then each account's opening balance, sums and closing balance, and the figures. Amounts are exact decimals. Days are those of the tower's time zone; those that are not named are today.",
  tag: "treasury",
  callableBy: "operator",
  query: v.object({
    format: v.optional(v.picklist(["json", "csv"]), "json"),
    from: v.exactOptional(dayName),
    to: v.exactOptional(dayName),
  }),
  answers: {
    200: {
      description: "The books, up to the last transaction when it was asked for.",
      schema: LedgerSchema,
      type: "application/json",
      otherTypes: { "text/csv": v.string() },
    },
  },
  refusals: [],
});

/** The books, and the calendar that they are read by. */
export interface Books {
  readonly database: Database;
  readonly dayOf: (at: number) => Day;
  readonly timeZone: string;
  readonly now: () => number;
}

/** The route by which operators take their books away. */
export function addLedgerRoute(add: AddRoute, { database, dayOf, now, timeZone }: Books): void {
  const today = (): Day => dayOf(now());
  const named = (name: string): Day =>
    dayNamed(dayOf, name) ?? refuse("bad_request", `There was no ${name} in ${timeZone}.`);

  add(exportLedger, async ({ query, reply }) => {
    const from = query.from === undefined ? today() : named(query.from);
    const to = query.to === undefined ? today() : named(query.to);
    if (from.startMs > to.startMs) refuse("bad_request", "from is after to: turn them round.");
    const ledger = await openLedgerExport(database, from, to);
    const isCsv = query.format === "csv";
    if (isCsv) {
      reply.type("text/csv; charset=utf-8; header=present");
      reply.header("content-disposition", `attachment; filename="ledger-${from.name}-${to.name}.csv"`);
    }
    const pieces = isCsv ? csvOf(ledger) : jsonOf(ledger, timeZone);
    // The next piece is read when the one before it is on its way.
    return answer(200, Readable.from(pieces, { highWaterMark: 1 }));
  });
}
