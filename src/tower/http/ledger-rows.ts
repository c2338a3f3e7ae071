import { stringify } from "csv-stringify/sync";
import type { Msat } from "../../protocol/units.ts";
import { shownFigures } from "../economy/treasury/shown.ts";
import type { AccountSums, ExportedPosting, LedgerExport } from "../ledger/export.ts";

/** A debit or credit of nothing is `0`. All are exact decimals in texts: a number of JSON or of a spreadsheet would round. */
const sides = (debit: bigint, credit: bigint) => ({
  debitMsat: String(debit),
  creditMsat: String(credit),
  debitSats: exactSats(debit),
  creditSats: exactSats(credit),
});

/** An amount on its side: debits are positive. */
const side = (amount: bigint) => (amount < 0n ? sides(0n, -amount) : sides(amount, 0n));

/** Msat, not negative, as sats to the last thousandth. */
function exactSats(amount: bigint): string {
  const part = amount % 1000n;
  const whole = String(amount / 1000n);
  return part === 0n ? whole : `${whole}.${String(part).padStart(3, "0").replace(/0+$/, "")}`;
}

const timeOf = (at: number): string => new Date(at).toISOString();

/** The figures in whole sats, as screens show them, by the names they have over more than one day. */
export function namedFigures({ figures }: Pick<LedgerExport, "figures">) {
  const shown = shownFigures(figures);
  return {
    treasurySats: shown.treasurySats,
    balanceSats: shown.balanceSats,
    earnedSats: shown.earnedTodaySats,
    spentSats: shown.spentTodaySats,
    burnSats: shown.dailyBurnSats,
    netSats: shown.netTodaySats,
  };
}

/** The postings of a batch by their transactions: a batch holds whole ones. */
function* transactionsIn(batch: readonly ExportedPosting[]) {
  for (const postings of Map.groupBy(batch, ({ id }) => id).values()) {
    const [first] = postings;
    if (first === undefined) continue;
    const { at, id, jobId, reason } = first;
    yield {
      id,
      at: timeOf(at),
      reason,
      ...(jobId !== undefined && { jobId }),
      postings: postings.map(({ account, amount, kind }) => ({ account, kind, ...side(amount) })),
    };
  }
}

const closingOf = ({ credits, debits, opening }: AccountSums): bigint => opening + debits - credits;

const accountOf = (sums: AccountSums) => ({
  account: sums.account,
  kind: sums.kind,
  opening: side(sums.opening),
  sum: sides(sums.debits, sums.credits),
  closing: side(closingOf(sums)),
});

/** An export as JSON, in pieces of one batch. */
export async function* jsonOf(ledger: LedgerExport, timeZone: string): AsyncGenerator<string> {
  const { from, to } = ledger;
  const head = { from: from.name, to: to.name, timeZone, figures: namedFigures(ledger) };
  yield `${JSON.stringify(head).slice(0, -1)},"transactions":[`;
  yield* listed(ledger.postings(), transactionsIn);
  yield '],"accounts":[';
  yield* listed(ledger.accounts(), (batch) => batch.map(accountOf));
  yield "]}";
}

/** Batches as the inside of one JSON list. */
async function* listed<Item>(
  batches: AsyncIterable<readonly Item[]>,
  shown: (batch: readonly Item[]) => Iterable<unknown>,
): AsyncGenerator<string> {
  let isFirst = true;
  for await (const batch of batches) {
    const items = Array.from(shown(batch), (item) => JSON.stringify(item)).join(",");
    if (items === "") continue;
    yield isFirst ? items : `,${items}`;
    isFirst = false;
  }
}

const COLUMNS = [
  "row",
  "id",
  "at",
  "reason",
  "jobId",
  "account",
  "kind",
  "debitMsat",
  "creditMsat",
  "debitSats",
  "creditSats",
] as const;
type Row = { readonly [Column in (typeof COLUMNS)[number]]?: string | number | undefined };

/** RFC 4180. What a spreadsheet would take for a formula is written with an apostrophe before it, and then is a text. */
const csv = (rows: readonly (Row | readonly string[])[]): string =>
  stringify([...rows], { columns: [...COLUMNS], record_delimiter: "windows", escape_formulas: true });

/**
 * An export as CSV, in pieces of one batch: `posting` rows by time, then `opening`, `sum` and `closing` of each account, then a `figure`
 * each, on the credit side when it is below zero.
 */
export async function* csvOf(ledger: LedgerExport): AsyncGenerator<string> {
  yield csv([COLUMNS]);
  for await (const batch of ledger.postings()) yield csv(batch.map(postingRow));
  for await (const batch of ledger.accounts()) yield csv(batch.flatMap(accountRows));
  yield csv(figureRows(ledger));
}

const postingRow = ({ account, amount, at, id, jobId, kind, reason }: ExportedPosting): Row => ({
  row: "posting",
  id,
  at: timeOf(at),
  reason,
  jobId,
  account,
  kind,
  ...side(amount),
});

const accountRows = (sums: AccountSums): readonly Row[] => {
  const { account, credits, debits, kind, opening } = sums;
  return [
    { row: "opening", account, kind, ...side(opening) },
    { row: "sum", account, kind, ...sides(debits, credits) },
    { row: "closing", account, kind, ...side(closingOf(sums)) },
  ];
};

/** Msat exactly as the books have them, and the whole sats that screens show. */
function figureRows(ledger: LedgerExport): readonly Row[] {
  const { balance, burnToday, earnedToday, netToday, spentToday, treasury } = ledger.figures;
  const named = namedFigures(ledger);
  const rows: readonly (readonly [name: string, exact: Msat, shown: number])[] = [
    ["treasury", treasury, named.treasurySats],
    ["balance", balance, named.balanceSats],
    ["earned", earnedToday, named.earnedSats],
    ["spent", spentToday, named.spentSats],
    ["burn", burnToday, named.burnSats],
    ["net", netToday, named.netSats],
  ];
  return rows.map(([name, exact, shown]) => {
    const { creditMsat, debitMsat } = side(exact);
    const { creditSats, debitSats } = side(BigInt(shown) * 1000n);
    return { row: "figure", reason: name, debitMsat, creditMsat, debitSats, creditSats };
  });
}
