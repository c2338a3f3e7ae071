/** A text of a source file, and what stands there instead. The text must stand there exactly once. */
export interface Patch {
  /** From `src/`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A mistake that somebody might make, which the simulation must notice. */
export interface PlantedBug extends Patch {
  readonly name: string;
  /** What else must be wrong for it to do harm: money is guarded more than once. */
  readonly and?: readonly Patch[];
}

const ECONOMY = "tower/economy";
const LEDGER = "tower/ledger";

/** Every mistake that is tried. To try another, add it: a bug that nobody notices means that the simulation is too blind. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  // Payments that come in.
  {
    name: "what the wallet keeps of a payment is booked as if it were there",
    file: `${ECONOMY}/reconcile.ts`,
    find: 'decision({ moves: cost === undefined ? [] : [{ kind: "receiving_cost", cost }] });',
    replace:
      'decision({ moves: cost === undefined || cost > 0n ? [] : [{ kind: "receiving_cost", cost }] });',
  },
  {
    name: "what the wallet keeps of a payment is taken from its payer",
    file: `${ECONOMY}/reconcile.ts`,
    find: "const arrived = await settled(sql, invoice, status);",
    replace:
      "const arrived = await settled(sql, invoice, { ...status, amount: (status.amount - (cost ?? 0n)) as typeof status.amount });",
  },
  {
    name: "a payment is credited twice",
    file: `${ECONOMY}/invoices.ts`,
    find: "WHERE payment_hash = ? AND credited_seq IS NULL`",
    replace: "WHERE payment_hash = ?`",
  },
  {
    name: "the right to credit is taken in a transaction of its own, before the money is booked",
    file: `${ECONOMY}/reconcile.ts`,
    find: "await transactor.run(async (sql) => {",
    replace: `const taken = await database.transaction(async (sql) =>
      takeCredit(sql, paymentHash, status.settledAt, (await lastSeq(sql)) + 1));
    if (!taken) return;
    await transactor.run(async (sql) => {`,
    and: [
      {
        file: `${ECONOMY}/reconcile.ts`,
        find: "if (!(await takeCredit(sql, paymentHash, status.settledAt, creditedBy))) {",
        replace: "if (creditedBy < 0) {",
      },
    ],
  },
  {
    name: "an open invoice is credited because somebody asked",
    file: `${ECONOMY}/reconcile.ts`,
    find: "const status = await wallet.lookupInvoice(paymentHash);",
    replace: `const asked = await wallet.lookupInvoice(paymentHash);
    const status = asked.state === "open"
      ? { state: "settled", settledAt: invoice.expiresAt, amount: 280_000n }
      : asked;`,
  },
  {
    name: "a late payment counts as in time",
    file: `${ECONOMY}/decide/invoice.ts`,
    find: "const onTime = settlement.settledAt <= settlement.expiresAt;",
    replace: "const onTime = true;",
  },
  {
    name: "a payment at the last instant counts as late",
    file: `${ECONOMY}/decide/invoice.ts`,
    find: "const onTime = settlement.settledAt <= settlement.expiresAt;",
    replace: "const onTime = settlement.settledAt < settlement.expiresAt;",
  },
  {
    name: "what was paid beyond the price is kept",
    file: `${LEDGER}/postings.ts`,
    find: "...owed(jobId, msat(received - due)));",
    replace: "credit(ROUNDING_REVENUE, msat(received - due)));",
  },
  {
    name: "a payment for a job that was cancelled is kept",
    file: `${LEDGER}/postings.ts`,
    find: "lines(debit(NODE, received), ...owed(owedTo, received));",
    replace: "lines(debit(NODE, received), credit(ROUNDING_REVENUE, received));",
  },
  {
    name: "parts of a sat are owed back, and can never travel",
    file: `${LEDGER}/postings.ts`,
    find: "const part = msat(amount % 1000n);",
    replace: "const part = 0n;",
  },
  {
    name: "a payment that comes after its job has ended is swallowed",
    file: `${ECONOMY}/reconcile.ts`,
    find: "const job = await readJobRecord(sql, subject.jobId);",
    replace: `const job = await readJobRecord(sql, subject.jobId);
      if (job.phase === "closed") return decision({});`,
  },
  {
    name: "what was paid while the tower was down is not asked for",
    file: `${ECONOMY}/create-economy.ts`,
    find: "await reconciler.sweep();",
    replace: "",
  },
  {
    name: "an invoice expires without asking whether it was paid",
    file: `${ECONOMY}/deadlines.ts`,
    find: "if (invoice !== undefined) await reconciler.reconcile(invoice.paymentHash);",
    replace: "",
  },
  {
    name: "an invoice is made again although the first was given out",
    file: `${ECONOMY}/perform-invoice.ts`,
    find: "if (!(await completeEffect(sql, effect.key))) return nothing;",
    replace: "",
  },

  // Evaluations and work.
  {
    name: "the evaluation's fee is kept when the evaluation fails",
    file: `${ECONOMY}/decide/end-work.ts`,
    find: `return ending.outcome === "rejected" && job.phase === "evaluating" ? held : NO_SATS;`,
    replace: `return job.phase === "evaluating" ? held : NO_SATS;`,
  },
  {
    name: "the evaluation's fee goes back with a rejection",
    file: `${ECONOMY}/decide/end-work.ts`,
    find: `return ending.outcome === "rejected" && job.phase === "evaluating" ? held : NO_SATS;`,
    replace: "return NO_SATS;",
  },
  {
    name: "the evaluation's fee is never earned",
    file: `${ECONOMY}/decide/invoice.ts`,
    find: `made.invoiceType === "work" && evalPaid > 0n`,
    replace: `made.invoiceType === "eval" && evalPaid > 0n`,
  },
  {
    name: "all that was paid for work is kept, whatever it used",
    file: `${ECONOMY}/pricing.ts`,
    find: "return actual < paid ? actual : paid;",
    replace: "return paid;",
  },
  {
    name: "work that overruns is charged above what was paid",
    file: `${ECONOMY}/pricing.ts`,
    find: "return actual < paid ? actual : paid;",
    replace: "return actual;",
    and: [
      {
        file: `${ECONOMY}/decide/end-work.ts`,
        find: "return ending.usedSats < held ? ending.usedSats : held;",
        replace: "return ending.usedSats;",
      },
    ],
  },
  {
    name: "what was paid for work that failed is forgotten",
    file: `${ECONOMY}/decide/end-work.ts`,
    find: "moves: [...(held > 0 ? [",
    replace: `moves: [...(held > 0 && ending.outcome !== "failed" ? [`,
  },
  {
    name: "a job that is stopped while it waits for its turn keeps the money",
    file: `${ECONOMY}/decide/held.ts`,
    find: `    case "queued":
    case "executing":
      return job.workInvoice;`,
    replace: `    case "executing":
      return job.workInvoice;`,
  },
  {
    name: "the next job's turn is lost when one fails",
    file: `${ECONOMY}/decide/end-work.ts`,
    find: `job.phase === "executing" ? nextTurn(others)`,
    replace: `job.phase === "executing" && ending.outcome === "completed" ? nextTurn(others)`,
  },
  {
    name: "an agent does two jobs at a time",
    file: `${ECONOMY}/decide/invoice.ts`,
    find: `const waits = invoiceType === "work" && queue !== undefined;`,
    replace: `const waits = invoiceType === "work" && queue !== undefined && queue > 0;`,
  },
  {
    name: "who paid last is served first",
    file: `${ECONOMY}/jobs.ts`,
    find: `phase = 'queued' ORDER BY queued_seq"`,
    replace: `phase = 'queued' ORDER BY queued_seq DESC"`,
  },
  {
    name: "an agent that breaks off is tried for ever",
    file: `${ECONOMY}/perform-brain.ts`,
    find: "const MAX_CRASHES = 3;",
    replace: "const MAX_CRASHES = 1_000;",
  },
  {
    name: "a deadline ends a job that has gone on meanwhile",
    file: `${ECONOMY}/deadlines.ts`,
    find: "if (job.phase !== due.phase) return { decision: decision({}), result: undefined };",
    replace: "",
  },
  {
    name: "what finished work cost the tower is not booked",
    file: `${ECONOMY}/decide/brain-result.ts`,
    find: `used(job, expense),
    endWork(job, { outcome: "completed"`,
    replace: `decision({}),
    endWork(job, { outcome: "completed"`,
  },
  {
    name: "what a try that came to nothing cost is not booked",
    file: `${ECONOMY}/decide/brain-result.ts`,
    find: "attemptLost = (job: JobRecord, expense: Msat): Decision => used(job, expense);",
    replace: "attemptLost = (): Decision => decision({});",
  },
  {
    name: "an answer counts although its job has ended meanwhile",
    file: `${ECONOMY}/perform-brain.ts`,
    find: "const counts = job.phase === phase;",
    replace: "const counts = true;",
  },
  {
    name: "an agent may take as long as it likes",
    file: `${ECONOMY}/decide/deadline.ts`,
    find: "return since(job, limits.executing);",
    replace: "return undefined;",
  },
  {
    name: "no deadline is ever kept",
    file: `${ECONOMY}/alarm.ts`,
    find: "if (closed || at === undefined ||",
    replace: "if (closed || at !== undefined ||",
  },

  // Refunds.
  {
    name: "a refund that was paid is owed still, and paid again",
    file: "job/record-fact.ts",
    find: "owedSats: sats(job.owedSats - fact.amountSats),",
    replace: "owedSats: job.owedSats,",
  },
  {
    name: "a payout of unknown fate is tried again with another invoice",
    file: `${ECONOMY}/decide/refund.ts`,
    find: `if (job.refund === "paying" || job.refund === "unknown") {`,
    replace: `if (job.refund === "paying") {`,
    and: [
      {
        file: `${ECONOMY}/decide/refund.ts`,
        find: `if (job.refund !== "owed") {`,
        replace: `if (job.refund !== "owed" && job.refund !== "unknown") {`,
      },
      {
        file: "job/machine.ts",
        find: `        unknown: {
          on: {`,
        replace: `        unknown: {
          on: {
            refund_claimed: { guard: "claimsAllOwed", target: "paying", actions: recorded },`,
      },
    ],
  },
  {
    name: "a payout of unknown fate is taken for failed",
    file: `${ECONOMY}/perform-payout.ts`,
    find: `      return { kind: "unknown" };`,
    replace: `      return { kind: "failed", reason: "It did not arrive." };`,
  },
  {
    name: "a payout whose answer was lost is taken for failed",
    file: `${ECONOMY}/perform-payout.ts`,
    find: `return { state: "pending" };`,
    replace: `return { state: "failed", reason: "rejected" };`,
  },
  {
    name: "a payout that failed is taken for paid",
    file: `${ECONOMY}/perform-payout.ts`,
    find: `return { kind: "failed", reason: PAYMENT_FAILURES[status.reason] };`,
    replace: `return { kind: "succeeded", fee: 0n };`,
  },
  {
    name: "what a failed payout held stays in flight",
    file: `${ECONOMY}/decide/refund.ts`,
    find: `        moves: [{ kind: "payout_failed", ...gone }],`,
    replace: "",
  },
  {
    name: "what was reserved for a fee and not used does not come back",
    file: `${LEDGER}/postings.ts`,
    find: "fee <= feeReserve ? debit(NODE, msat(feeReserve - fee))",
    replace: "fee <= feeReserve ? debit(ROUTING_EXPENSE, msat(feeReserve - fee))",
  },
  {
    name: "the fee of a payout's route is not booked",
    file: `${ECONOMY}/perform-payout.ts`,
    find: `return { kind: "succeeded", fee: status.fee };`,
    replace: `return { kind: "succeeded", fee: 0n };`,
  },
  {
    name: "a refund is sent before the claim is durable",
    file: `${ECONOMY}/intents/refund-claim.ts`,
    find: "return once(transactor, caller, intent, async (sql, moment) => {",
    replace: `await parts.wallet.pay({
      paymentRequest: invoice.paymentRequest,
      feeLimit: 10_000n,
    });
    return once(transactor, caller, intent, async (sql, moment) => {`,
  },

  {
    name: "a payout whose fate is known is never marked as done",
    file: `${ECONOMY}/perform-payout.ts`,
    find: `if (fate.kind !== "unknown" && !(await completeEffect(sql, payment.key))) {`,
    replace: `if (fate.kind === "unknown" && !(await completeEffect(sql, payment.key))) {`,
  },
  {
    name: "what an agent's brain cost is not taken from its budget",
    file: `${ECONOMY}/apply.ts`,
    find: `if (move.kind === "brain_used") await spendBudget(`,
    replace: `if (move.kind === "brain_used" && move.cost > 100_000n) await spendBudget(`,
  },

  // Sessions.
  {
    name: "a payment for a session counts twice",
    file: `${ECONOMY}/decide/session.ts`,
    find: `moves: [{ kind: "fund_received", fund: { kind: "session", sessionId }, received }],`,
    replace: `moves: [
      { kind: "fund_received", fund: { kind: "session", sessionId }, received },
      { kind: "fund_received", fund: { kind: "session", sessionId }, received },
    ],`,
  },
  {
    name: "what was set aside for work is kept when the request is rejected",
    file: `${ECONOMY}/decide/end-work.ts`,
    find: "...setFree(job)],",
    replace: `...(ending.outcome === "rejected" ? [] : setFree(job))],`,
  },
  {
    name: "what was set aside for work goes back twice",
    file: "job/record-fact.ts",
    find: "estimatedCostSats: fact.amountSats, ...released(job) }",
    replace: "estimatedCostSats: fact.amountSats }",
  },
  {
    name: "work on a session costs all that was set aside",
    file: `${ECONOMY}/decide/fund-job.ts`,
    find: "const amountSats = sats(Math.min(offer.amountSats, most));",
    replace: "const amountSats = most;",
  },
  {
    name: "work is priced with a margin that was set after its request",
    file: `${ECONOMY}/perform-brain.ts`,
    find: "const terms = effect.terms ?? parts.terms();",
    replace: "const terms = parts.terms();",
  },
  {
    name: "a session is debited below zero",
    file: `${ECONOMY}/decide/fund-job.ts`,
    find: "if (available < toMsat(quote.totalSats)) {",
    replace: `if (available < toMsat(quote.totalSats) && fund.kind !== "session") {`,
    and: [
      {
        file: `${LEDGER}/double-entry.ts`,
        find: `if (kind === "liability" && balance > 0n)`,
        replace: `if (kind === "liability" && balance > 0n && !account.startsWith("session:"))`,
      },
    ],
  },
  {
    name: "a session with too little left is not paused",
    file: `${ECONOMY}/session-books.ts`,
    find: `return balanceSats < SESSION_PAUSE_SATS ? "paused" : "active";`,
    replace: `return session.state;`,
  },
  {
    name: "a payment for a session that is over counts as its balance",
    file: `${ECONOMY}/decide/session.ts`,
    find: "const counts = isLive(session) ||",
    replace: "const counts = isLive(session) || isOver(session) ||",
  },
  {
    name: "a session begins with a deposit that came too late",
    file: `${ECONOMY}/decide/session.ts`,
    find: `(session.state === "awaiting_payment" && payment.onTime);`,
    replace: `session.state === "awaiting_payment";`,
  },
  {
    name: "a session expires without asking whether it was paid for",
    file: `${ECONOMY}/session-ends.ts`,
    find: "      await reconciler.reconcile(paymentHash);",
    replace: "      void paymentHash;",
  },
  {
    name: "a session that is forgotten lives for ever",
    file: `${ECONOMY}/sessions.ts`,
    find: "expiresAt === undefined ? undefined : Date.parse(expiresAt);",
    replace: 'expiresAt === "" ? 0 : undefined;',
  },
  {
    name: "a session ends in the middle of a request",
    file: `${ECONOMY}/decide/session.ts`,
    find: "  if (session.reservedSats > 0) {",
    replace: "  if (session.reservedSats < 0) {",
  },
  {
    name: "what is left of a session is not owed when it ends",
    file: `${ECONOMY}/decide/session.ts`,
    find: "moves: balance > 0n ? [",
    replace: "moves: balance < 0n ? [",
  },
  {
    name: "a session that is closed twice is paid out twice",
    file: `${ECONOMY}/decide/session.ts`,
    find: `if (session.refund === "paying" || session.refund === "unknown") {`,
    replace: `if (session.refund === "unknown") {`,
  },
  {
    name: "what was paid out of a session with unknown fate is claimed again",
    file: `${ECONOMY}/decide/session.ts`,
    find: `if (session.refund === "paying" || session.refund === "unknown") {`,
    replace: `if (session.refund === "paying") {`,
  },
  {
    name: "what a session's failed payout held stays in flight",
    file: `${ECONOMY}/decide/session.ts`,
    find: `        moves: [{ kind: "payout_failed", ...gone }],`,
    replace: "",
  },
  {
    name: "a refund is put on a session, and owed still",
    file: `${ECONOMY}/decide/refund.ts`,
    find: `facts: [{ type: "refund_settled", jobId, amountSats: owedSats, method: "credit" }],`,
    replace: "facts: [],",
  },

  // Tokens.
  {
    name: "what a token had set aside is lost when its request comes to nothing",
    file: `${ECONOMY}/decide/end-work.ts`,
    find: "if (fund === undefined || most === 0n) return [];",
    replace: `if (fund === undefined || fund.kind === "token" || most === 0n) return [];`,
  },
  {
    name: "what was paid for a token too late is the tower's",
    file: `${ECONOMY}/reconcile.ts`,
    find: "      // A token has no time of its own: what was paid for it is its credit whenever it comes.",
    replace: `      if (settledAt > expiresAt)
        return decision({ moves: [{ kind: "deposit_received", received: amount }] });`,
  },
  {
    name: "what a token pays for is given back to nobody",
    file: `${ECONOMY}/decide/held.ts`,
    find: `if (invoice?.paidBy === undefined) return { kind: "payer" };`,
    replace: `if (invoice?.paidBy === undefined || invoice.paidBy === "token") return { kind: "payer" };`,
  },

  // The treasury.
  {
    name: "a payment for what the treasury has paid is swallowed",
    file: `${ECONOMY}/decide/invoice.ts`,
    find: `moves: [{ kind: "settled_not_due", owedTo: job.jobId, received: amount }],`,
    replace: `moves: invoiceOf(job, invoiceType)?.paidBy === "treasury"
        ? []
        : [{ kind: "settled_not_due", owedTo: job.jobId, received: amount }],`,
  },
  {
    name: "what is left of the treasury's payment is owed to whoever asked",
    file: `${ECONOMY}/decide/held.ts`,
    find: `return invoice.paidBy === "treasury" ? { kind: "treasury" } : (fundOf(job) ?? { kind: "payer" });`,
    replace: `return fundOf(job) ?? { kind: "payer" };`,
  },
  {
    name: "the tower earns from itself",
    file: `${LEDGER}/postings.ts`,
    find: `credit(paidFrom.kind === "treasury" ? TREASURY_JOBS : account, amount);`,
    replace: "credit(account, amount);",
  },
  {
    name: "a deposit is taken for revenue",
    file: `${LEDGER}/postings.ts`,
    find: "lines(debit(NODE, received), credit(DEPOSITS, received));",
    replace: "lines(debit(NODE, received), credit(ROUNDING_REVENUE, received));",
  },
  {
    name: "the daily limit is held against each withdrawal alone",
    file: `${ECONOMY}/decide/withdrawal.ts`,
    find: "if (standing.spentToday + most > toMsat(standing.dailyLimit)) {",
    replace: "if (most > toMsat(standing.dailyLimit)) {",
  },
  {
    name: "the daily limit forgets withdrawals that are under way",
    file: `${ECONOMY}/treasury/treasury.ts`,
    find: "spentToday: msat(figures.spentToday + toMsat(sats(await withdrawalsUnderWay(sql)))),",
    replace: "spentToday: figures.spentToday,",
  },
  {
    name: "the daily limit forgets what left",
    file: `${ECONOMY}/treasury/treasury.ts`,
    find: "spentToday: msat(figures.spentToday + toMsat(sats(await withdrawalsUnderWay(sql)))),",
    replace: "spentToday: toMsat(sats(await withdrawalsUnderWay(sql))),",
  },
  {
    name: "a withdrawal costs all that was reserved for its fee",
    file: `${ECONOMY}/decide/withdrawal.ts`,
    find: `return decision({ moves: [{ kind: "payout_succeeded", ...gone, fee: fate.fee }] });`,
    replace: `return decision({ moves: [{ kind: "payout_succeeded", ...gone, fee: gone.feeReserve }] });`,
  },
  {
    name: "what a failed withdrawal held stays in flight",
    file: `${ECONOMY}/decide/withdrawal.ts`,
    find: `return decision({ moves: [{ kind: "payout_failed", ...gone }] });`,
    replace: "return decision({});",
  },
  {
    name: "a withdrawal that is asked for twice at once leaves twice",
    file: `${ECONOMY}/treasury/treasury.ts`,
    find: "if (known !== undefined) return { decision: decision({}), result: undefined };",
    replace: "",
    and: [
      {
        file: `${ECONOMY}/treasury/withdrawals.ts`,
        find: "VALUES (?, ?, ?, ?, ?, 'paying', ?)`,",
        replace: "VALUES (?, ?, ?, ?, ?, 'paying', ?) ON CONFLICT DO NOTHING`,",
      },
    ],
  },

  // Crashes, repetitions and figures.
  {
    name: "what a former run left undone is forgotten",
    file: `${ECONOMY}/create-economy.ts`,
    find: "await effects.recover();",
    replace: "",
  },
  {
    name: "what was done before a crash is done again after it",
    file: `${ECONOMY}/effects-table.ts`,
    find: "SELECT payload FROM effect WHERE state = 'pending' ORDER BY",
    replace: "SELECT payload FROM effect ORDER BY",
    and: [
      {
        file: `${ECONOMY}/effects-table.ts`,
        find: "UPDATE effect SET state = 'done' WHERE key = ? AND state = 'pending'",
        replace: "UPDATE effect SET state = 'done' WHERE key = ?",
      },
    ],
  },
  {
    name: "the same request, said twice, opens two jobs",
    file: `${ECONOMY}/intents/intent.ts`,
    find: `if (known?.state === "done") return { decision: decision({}), result: known.performed };`,
    replace: "",
  },
  {
    name: "what was earned is counted with the wrong sign",
    file: `${LEDGER}/measures.ts`,
    find: "earned -= amount;",
    replace: "earned += amount;",
  },
  {
    name: "the day's net forgets what was burnt",
    file: `${LEDGER}/figures.ts`,
    find: "netToday: msat(today.earned - today.burn),",
    replace: "netToday: msat(today.earned),",
  },
  {
    name: "today's figures hold yesterday's too",
    file: `${LEDGER}/figures.ts`,
    find: "start_ms >= ? AND start_ms < ?",
    replace: "start_ms >= ? - 86400000 AND start_ms < ?",
  },
  {
    name: "the treasury counts what it owes as its own",
    file: `${LEDGER}/figures.ts`,
    find: "treasury: await ownFunds(sql),",
    replace: "treasury: await balanceOf(sql, NODE),",
  },
];
