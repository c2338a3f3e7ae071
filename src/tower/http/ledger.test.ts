import { expect, test } from "vitest";
import { sessionId } from "../../protocol/ids.ts";
import { msat, sats } from "../../protocol/units.ts";
import { ALPHA, ANNA, BERT, newRequestId, visitor } from "../economy/testing/economy.ts";
import { createOutside } from "../economy/testing/outside.ts";
import { type Account, belongsToPayer } from "../ledger/accounts.ts";
import { createCalendar } from "../ledger/day.ts";
import { credit, debit } from "../ledger/double-entry.ts";
import { post } from "../ledger/post.ts";
import { openEconomyServer, screens } from "./testing/economy-server.ts";

interface Sides {
  readonly debitMsat: string;
  readonly creditMsat: string;
}
interface Exported {
  readonly figures: Record<string, number>;
  readonly transactions: readonly {
    readonly reason: string;
    readonly at: string;
    readonly postings: readonly (Sides & { readonly account: string; readonly kind: string })[];
  }[];
  readonly accounts: readonly {
    readonly account: string;
    readonly kind: string;
    readonly opening: Sides;
    readonly sum: Sides;
    readonly closing: Sides;
  }[];
}

const DAY = 86_400_000;
const net = ({ creditMsat, debitMsat }: Sides): bigint => BigInt(debitMsat) - BigInt(creditMsat);
const total = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n);
const floor = (amount: bigint): number => Math.floor(Number(amount) / 1000);
const ceil = (amount: bigint): number => Math.ceil(Number(amount) / 1000);

/** The figures worked out from nothing but what an export says. */
function figuresFrom({ accounts, transactions }: Exported) {
  const closing = (as: (account: { account: string; kind: string }) => boolean) =>
    total(accounts.filter(as).map((account) => net(account.closing)));
  const moved = (as: (posting: { account: string; kind: string }) => boolean) =>
    total(transactions.flatMap(({ postings }) => postings.filter(as).map(net)));
  const earned = -moved(({ kind }) => kind === "revenue");
  const burn = moved(({ account }) => /^expense:(?:model|routing|receiving)$/.test(account));
  const spent = transactions.map(({ postings }) => {
    const gone = -total(postings.filter(({ kind }) => kind === "asset").map(net));
    const repaid = total(postings.filter(({ account }) => belongsToPayer(account as Account)).map(net));
    return gone > 0n ? gone - (repaid > 0n ? repaid : 0n) : 0n;
  });
  return {
    treasurySats: floor(closing(({ kind }) => kind === "asset" || kind === "liability")),
    balanceSats: floor(closing(({ account }) => account === "node")),
    earnedSats: floor(earned),
    spentSats: ceil(total(spent.map((amount) => (amount > 0n ? amount : 0n)))),
    burnSats: ceil(burn),
    netSats: floor(earned - burn),
  };
}

/** What the panels show, by the names of the export. */
function panels(shown: ReturnType<typeof screens>) {
  const { balanceSats, dailyBurnSats, earnedTodaySats, netTodaySats, spentTodaySats, treasurySats } = shown;
  return {
    treasurySats,
    balanceSats,
    earnedSats: earnedTodaySats,
    spentSats: spentTodaySats,
    burnSats: dailyBurnSats,
    netSats: netTodaySats,
  };
}

type Rig = Awaited<ReturnType<typeof openEconomyServer>>;

/** A day with a job and its refund, a late payment, a session, a job that the treasury pays, a deposit and a withdrawal. */
async function spendADay({ ask, tower }: Rig, outside: ReturnType<typeof createOutside>): Promise<void> {
  const { economy, wallet } = tower;
  const { jobId } = await tower.offered(ANNA);
  await tower.pay(ANNA, jobId, "work");
  await tower.until(jobId, ({ refund }) => refund === "owed");
  await tower.claim(ANNA, jobId);
  await tower.until(jobId, ({ refund }) => refund === "paid");

  const late = await tower.request(BERT);
  await economy.perform(visitor(BERT), { type: "job_cancel", requestId: newRequestId(), jobId: late });
  const hash = await tower.database.read((sql) =>
    sql.all<{ payment_hash: string }>("SELECT payment_hash FROM invoice WHERE job_id = ?", late),
  );
  // Half a sat too much, and nothing is due any more.
  outside.pay(hash[0]?.payment_hash ?? "", { amount: msat(12_500n), at: tower.clock.now() });
  await economy.reconcile(hash[0]?.payment_hash ?? "");

  const { sessionId: id = sessionId("none") } = await economy.perform(visitor(ANNA), {
    type: "session_open",
    requestId: newRequestId(),
    amountSats: sats(1000),
  });
  await economy.perform(visitor(ANNA), { type: "session_pay", requestId: newRequestId(), sessionId: id });
  const ofSession = await economy.perform(visitor(ANNA), {
    type: "job_request",
    requestId: newRequestId(),
    agentId: ALPHA,
    request: "Summarise this.",
    funding: "session",
    sessionId: id,
  });
  await tower.until(ofSession.jobId ?? jobId, ({ phase }) => phase === "closed");

  const given = await tower.request(BERT);
  for (const invoiceType of ["eval", "work"]) {
    expect((await ask("POST", `/api/jobs/${given}/treasury-pay`, { body: { invoiceType } })).status).toBe(
      200,
    );
    await tower.until(given, ({ phase }) => phase === "awaiting_work_payment" || phase === "closed");
  }
  await tower.until(given, ({ phase }) => phase === "closed");

  const deposit = (await ask("POST", "/api/treasury/deposits", { body: { amountSats: 700 } })).body;
  wallet.payFromPurse(BERT, deposit.paymentRequest);
  await economy.reconcile(deposit.paymentHash);
  const { paymentRequest } = wallet.makePurseInvoice(BERT, sats(250));
  const out = await ask("POST", "/api/treasury/withdrawals", { body: { amountSats: 250, paymentRequest } });
  const look = async () =>
    (await ask("GET", `/api/treasury/withdrawals/${out.body.withdrawalId}`)).body.state;
  await expect.poll(look).toBe("paid");
}

test("the export of a day adds up to what the screens show, to the msat in balance", async () => {
  const outside = createOutside();
  const rig = await openEconomyServer({
    outside,
    dayOf: createCalendar("Europe/Berlin"),
    timeZone: "Europe/Berlin",
  });
  const { ask, tower } = rig;
  await spendADay(rig, outside);
  tower.clock.advance(DAY);
  await spendADay(rig, outside);
  tower.clock.advance(200);
  const day = (await ask("GET", "/api/ledger?from=2026-01-16&to=2026-01-16")).body as Exported;
  expect((await ask("GET", "/api/ledger")).body).toEqual(day);

  await expect.poll(() => panels(screens(tower.board))).toEqual(day.figures);
  expect(figuresFrom(day)).toEqual(day.figures);
  // Something of everything: a figure of zero would prove little.
  expect(Object.values(day.figures).every((figure) => figure !== 0)).toBe(true);
  expect(new Set(day.transactions.map(({ reason }) => reason))).toEqual(
    new Set([
      "settled",
      "settled_not_due",
      "eval_earned",
      "work_earned",
      "brain_used",
      "payout_started",
      "payout_succeeded",
      "fund_received",
      "funds_reserved",
      "reservation_priced",
      // That of the day before: nothing happened in it since.
      "session_ended",
      "treasury_paid",
      "deposit_received",
    ]),
  );
  for (const { postings } of day.transactions) expect(total(postings.map(net))).toBe(0n);
  for (const part of ["opening", "sum", "closing"] as const)
    expect([part, total(day.accounts.map((account) => net(account[part])))]).toEqual([part, 0n]);
  for (const { account, closing, opening, sum } of day.accounts) {
    const postings = day.transactions.flatMap((one) =>
      one.postings.filter((line) => line.account === account),
    );
    expect([account, net(sum)]).toEqual([account, total(postings.map(net))]);
    expect([account, net(closing)]).toEqual([account, net(opening) + net(sum)]);
  }

  const before = (await ask("GET", "/api/ledger?from=2026-01-15&to=2026-01-15")).body as Exported;
  const closings = before.accounts.filter(({ closing }) => net(closing) !== 0n);
  const openings = day.accounts.filter(({ opening }) => net(opening) !== 0n);
  expect(openings.map(({ account, opening }) => [account, opening])).toEqual(
    closings.map(({ account, closing }) => [account, closing]),
  );
  const both = (await ask("GET", "/api/ledger?from=2026-01-15&to=2026-01-16")).body as Exported;
  expect(both.transactions).toEqual([...before.transactions, ...day.transactions]);
  expect(figuresFrom(both)).toEqual(both.figures);
});

test("as CSV it says the same, row by row", async () => {
  const outside = createOutside();
  const rig = await openEconomyServer({ outside });
  await spendADay(rig, outside);
  const day = (await rig.ask("GET", "/api/ledger")).body as Exported;
  const csv = (await rig.ask("GET", "/api/ledger?format=csv")).body as string;
  const [head, ...rows] = csv
    .trimEnd()
    .split("\r\n")
    .map((line) => line.split(","));
  expect(head).toEqual(
    "row,id,at,reason,jobId,account,kind,debitMsat,creditMsat,debitSats,creditSats".split(","),
  );
  const of = (name: string) => rows.filter(([row]) => row === name).map((row) => row.slice(1));
  const cells = (sides: object) => Object.values(sides);
  expect(of("posting")).toEqual(
    JSON.parse(JSON.stringify(day.transactions)).flatMap(
      ({ id, at, reason, jobId = "", postings }: Record<string, string> & { postings: object[] }) =>
        postings.map((posting) => [String(id), at, reason, jobId, ...cells(posting)]),
    ),
  );
  for (const part of ["opening", "sum", "closing"] as const)
    expect(of(part)).toEqual(
      day.accounts.map(({ account, kind, ...sides }) => [
        "",
        "",
        "",
        "",
        account,
        kind,
        ...cells(sides[part]),
      ]),
    );
  const figures = Object.fromEntries(
    of("figure").map((row) => [`${row[2]}Sats`, Number(row[8]) - Number(row[9])]),
  );
  expect(figures).toEqual(day.figures);
});

test("what a spreadsheet would run is a text there", async () => {
  const { ask, tower } = await openEconomyServer();
  await tower.database.transaction((sql) =>
    post(sql, {
      at: tower.clock.now(),
      reason: '=HYPERLINK("https://evil.example","Click, me")',
      postings: [debit("node", msat(1500n)), credit("deposits", msat(1500n))],
    }),
  );
  const csv = (await ask("GET", "/api/ledger?format=csv")).body as string;
  const line = csv.split("\r\n").find((one) => one.includes("HYPERLINK") && one.includes("node"));
  expect(line).toMatch(
    /^posting,\d+,[^,]+,"'=HYPERLINK\(""https:\/\/evil\.example"",""Click, me""\)",,node,asset,1500,0,1\.5,0$/,
  );
  expect(csv).not.toMatch(/(^|,)"?[=+@-]/m);
});

test.each([
  "from=2026-02-30",
  "from=2026-1-5",
  "from=yesterday",
  "from=2026-01-16&to=2026-01-15",
  "format=xml",
  "from=2026-01-01&from=2026-01-02",
])("an export of %s is refused", async (query) => {
  const { ask } = await openEconomyServer();
  expect(await ask("GET", `/api/ledger?${query}`)).toMatchObject({
    status: 400,
    body: { code: "bad_request" },
  });
});

test("days of which there is nothing are empty, and opened with what was there", async () => {
  const { ask } = await openEconomyServer();
  const later = (await ask("GET", "/api/ledger?from=2030-01-01&to=2030-12-31")).body as Exported;
  expect([later.transactions, later.accounts.map(({ account }) => account)]).toEqual([
    [],
    ["node", "opening"],
  ]);
  const before = await ask("GET", "/api/ledger?from=1970-01-01&to=2000-12-31");
  expect(before.body).toMatchObject({ transactions: [], accounts: [], figures: { treasurySats: 0 } });
});
