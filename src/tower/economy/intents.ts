import { randomBytes } from "node:crypto";
import { shortJobId } from "../../job/chat.ts";
import { type JobId, jobId } from "../../protocol/ids.ts";
import type { Intent, IntentOf } from "../../protocol/intents.ts";
import type { InvoiceType, JobRecord } from "../../protocol/records.ts";
import { refuse } from "../../protocol/refusal.ts";
import { type Sats, toMsat } from "../../protocol/units.ts";
import { topUpBudget } from "../agents/budget.ts";
import { findAgent, setPaused } from "../agents/registry.ts";
import type { Clock } from "../clock.ts";
import { decodeInvoice } from "../lightning/bolt11/decode.ts";
import { expiresAt } from "../lightning/bolt11/invoice.ts";
import type { Purses } from "../lightning/play/purses.ts";
import type { Wallet } from "../lightning/wallet.ts";
import type { Database, Sql } from "../storage/port.ts";
import type { Moment } from "./apply.ts";
import { type Decision, decision, effectKey } from "./decide/decision.ts";
import { cancelJob, failJob } from "./decide/end-work.ts";
import { openJob } from "./decide/open-job.ts";
import { assertOwed, type ClaimInvoice, claimRefund } from "./decide/refund.ts";
import type { Caller, Performed } from "./economy.ts";
import { hasEffect } from "./effects-table.ts";
import { recallIntent, rememberBegun, rememberDone } from "./intent-table.ts";
import { findInvoice, findJobInvoice } from "./invoices.ts";
import { queueOf, readJobRecord, unpaidInvoicesOf } from "./jobs.ts";
import type { Reconciler } from "./reconcile.ts";
import type { Transactor } from "./transactor.ts";

interface Parts {
  readonly database: Database;
  readonly transactor: Transactor;
  readonly reconciler: Reconciler;
  readonly wallet: Wallet;
  /** The payers' purses; only the play wallet has them. */
  readonly purses: Purses | undefined;
  readonly clock: Clock;
  /** The most a payout's route may cost. */
  readonly feeLimit: (amount: Sats) => Sats;
}

type Outcome = { readonly decision: Decision; readonly performed: Performed };

/** A job whose owner the caller is, or any job for an operator. Others learn no more than that there is none. */
async function ownJob(sql: Sql, caller: Caller, id: JobId): Promise<JobRecord> {
  const job = await readJobRecord(sql, id);
  if (caller.role !== "operator" && job.ownerId !== caller.ownerId) {
    refuse("forbidden", `Job ${shortJobId(id)} belongs to somebody else.`);
  }
  return job;
}

function assertOperator(caller: Caller): void {
  if (caller.role !== "operator") refuse("forbidden", "Only an operator may do this.");
}

/** Does what callers ask: each intent once per owner and `requestId`. */
export function createIntents(parts: Parts): (caller: Caller, intent: Intent) => Promise<Performed> {
  const { database, transactor, reconciler, wallet, purses, clock } = parts;
  const underWay = new Map<string, Promise<Performed>>();

  /** One transaction: recalled, decided, applied and remembered together. */
  const once = (
    caller: Caller,
    intent: Intent,
    decide: (sql: Sql, moment: Moment) => Promise<Outcome>,
  ): Promise<Performed> =>
    transactor.run(async (sql, moment) => {
      const known = await recallIntent(sql, caller.ownerId, intent);
      if (known?.state === "done") return { decision: decision({}), result: known.performed };
      const { decision: decided, performed } = await decide(sql, moment);
      await rememberDone(sql, caller.ownerId, intent, performed, moment.now);
      return { decision: decided, result: performed };
    });

  function requestJob(caller: Caller, intent: IntentOf<"job_request">): Promise<Performed> {
    return once(caller, intent, async (sql, moment) => {
      const id = jobId(randomBytes(8).toString("hex"));
      const agent = await findAgent(sql, intent.agentId, moment.day);
      const unpaid = await unpaidInvoicesOf(sql, caller.ownerId);
      const opened = openJob(intent, { jobId: id, ownerId: caller.ownerId }, agent, unpaid);
      return { decision: opened, performed: { jobId: id } };
    });
  }

  const cancel = (caller: Caller, intent: IntentOf<"job_cancel">): Promise<Performed> =>
    once(caller, intent, async (sql) => ({
      decision: cancelJob(await ownJob(sql, caller, intent.jobId)),
      performed: { jobId: intent.jobId },
    }));

  /** Pays from the caller's purse, outside the database; what the wallet then says is credited as any payment is. */
  async function payInvoice(caller: Caller, intent: IntentOf<"pay_invoice">): Promise<Performed> {
    if (purses === undefined) {
      refuse("unsupported", "This tower runs on a real wallet: pay the invoice with yours.");
    }
    const { jobId: id, invoiceType } = intent;
    const performed: Performed = { jobId: id };
    const { known, job, invoice } = await database.transaction(async (sql) => {
      const known = await recallIntent(sql, caller.ownerId, intent);
      const job = await ownJob(sql, caller, id);
      const invoice = await findJobInvoice(sql, id, invoiceType);
      if (known === undefined) await rememberBegun(sql, caller.ownerId, intent, clock.now());
      return { known, job, invoice };
    });
    if (known?.state === "done") return performed;
    if (invoice === undefined) {
      refuse("unknown_invoice", `Job ${shortJobId(id)} has no ${invoiceType} invoice to pay.`);
    }
    // Begun before and paid since: the tower stopped after the payment and before it could say so.
    const paidBefore = known?.state === "begun" && invoice.creditedSeq !== undefined;
    if (!paidBefore) {
      assertPayable(job, invoiceType, clock.now());
      purses.payFromPurse(caller.ownerId, invoice.paymentRequest);
      await reconciler.reconcile(invoice.paymentHash);
    }
    await database.transaction((sql) => rememberDone(sql, caller.ownerId, intent, performed, clock.now()));
    return performed;
  }

  async function claim(caller: Caller, intent: IntentOf<"refund_claim">): Promise<Performed> {
    const known = await database.read((sql) => recallIntent(sql, caller.ownerId, intent));
    if (known?.state === "done") return known.performed;
    const owed = await database.read((sql) => ownJob(sql, caller, intent.jobId));
    assertOwed(owed);
    const paymentRequest = intent.paymentRequest ?? invoiceForPurse(caller, owed.owedSats);
    const invoice = decodeInvoice(paymentRequest);
    return once(caller, intent, async (sql, moment) => {
      const job = await ownJob(sql, caller, intent.jobId);
      if (await hasEffect(sql, effectKey.payout(invoice.paymentHash))) {
        refuse("conflict", "That invoice was used for a refund before: make a new one.");
      }
      const claimed: ClaimInvoice = {
        paymentRequest,
        paymentHash: invoice.paymentHash,
        prefix: invoice.network,
        amount: invoice.amount ?? undefined,
        expiresAt: expiresAt(invoice),
        isOurs: (await findInvoice(sql, invoice.paymentHash)) !== undefined,
      };
      const payer = { prefix: wallet.network, feeLimitSats: parts.feeLimit(job.owedSats) };
      return { decision: claimRefund(job, claimed, payer, moment.now), performed: { jobId: job.jobId } };
    });
  }

  function invoiceForPurse(caller: Caller, amount: Sats): string {
    if (purses === undefined) {
      refuse(
        "no_amount",
        "Say where the refund goes: an invoice of your wallet for exactly the amount owed.",
      );
    }
    return purses.makePurseInvoice(caller.ownerId, amount).paymentRequest;
  }

  async function topUpPurse(caller: Caller, intent: IntentOf<"purse_topup">): Promise<Performed> {
    if (purses === undefined) refuse("unsupported", "This tower runs on a real wallet: it has no faucet.");
    const known = await database.read((sql) => recallIntent(sql, caller.ownerId, intent));
    if (known !== undefined) return {};
    // The faucet's own cap bounds what a crash between these two lines could give twice.
    purses.faucet(caller.ownerId);
    await database.transaction((sql) => rememberDone(sql, caller.ownerId, intent, {}, clock.now()));
    return {};
  }

  function say(caller: Caller, intent: IntentOf<"chat_message">): Promise<Performed> {
    if (caller.role !== "operator") {
      refuse(
        "unsupported",
        "Free chat needs a session, which this tower does not open: ask an agent for a job.",
      );
    }
    return once(caller, intent, async () => ({
      decision: decision({ facts: [{ type: "chat", speaker: { kind: "operator" }, text: intent.text }] }),
      performed: {},
    }));
  }

  function control(caller: Caller, intent: IntentOf<"agent_control">): Promise<Performed> {
    assertOperator(caller);
    return once(caller, intent, async (sql, moment) => {
      const agent = await findAgent(sql, intent.agentId, moment.day);
      if (agent === undefined) refuse("unknown_agent", `There is no agent "${intent.agentId}".`);
      const performed: Performed = intent.jobId === undefined ? {} : { jobId: intent.jobId };
      return { decision: await controlled(sql, moment, intent), performed };
    });
  }

  function perform(caller: Caller, intent: Intent): Promise<Performed> {
    switch (intent.type) {
      case "job_request":
        return requestJob(caller, intent);
      case "job_cancel":
        return cancel(caller, intent);
      case "pay_invoice":
        return payInvoice(caller, intent);
      case "refund_claim":
        return claim(caller, intent);
      case "purse_topup":
        return topUpPurse(caller, intent);
      case "chat_message":
        return say(caller, intent);
      case "agent_control":
        return control(caller, intent);
      case "session_open":
      case "session_topup":
      case "session_close":
        return refuse("unsupported", "This tower does not open sessions: pay each job by its invoices.");
    }
  }

  return async (caller, intent) => {
    if (caller.role === "kiosk") refuse("read_only", "A kiosk only looks: nothing can be asked from here.");
    // The same intent twice at the same instant is one intent: the second waits for the first.
    const key = `${caller.ownerId} ${intent.requestId} ${JSON.stringify(intent)}`;
    const first = underWay.get(key);
    if (first !== undefined) return first;
    const performing = perform(caller, intent).finally(() => underWay.delete(key));
    underWay.set(key, performing);
    return performing;
  };
}

async function controlled(sql: Sql, moment: Moment, intent: IntentOf<"agent_control">): Promise<Decision> {
  switch (intent.action) {
    case "pause":
    case "resume":
      await setPaused(sql, intent.agentId, intent.action === "pause");
      return decision({});
    case "top_up": {
      if (intent.amountSats === undefined)
        refuse("bad_request", "Say how many sats the agent may spend on top.");
      await topUpBudget(sql, intent.agentId, moment.day, toMsat(intent.amountSats));
      return decision({});
    }
    case "abort": {
      if (intent.jobId === undefined) refuse("bad_request", "Say which job is to be stopped.");
      const job = await readJobRecord(sql, intent.jobId);
      if (job.agentId !== intent.agentId) refuse("bad_request", "That job is another agent's.");
      return failJob(job, "An operator stopped this job.", await queueOf(sql, job.agentId));
    }
  }
}

/** Refuses to pay what the job does not wait for: `already_paid`, `invoice_expired` or `illegal_event`. */
function assertPayable(job: JobRecord, invoiceType: InvoiceType, now: number): void {
  const invoice = invoiceType === "eval" ? job.evalInvoice : job.workInvoice;
  if (invoice?.state === "settled" || invoice?.state === "settled_late") {
    refuse("already_paid", `The ${invoiceType} invoice of job ${shortJobId(job.jobId)} is paid already.`);
  }
  const expired = invoice?.expiresAt !== undefined && Date.parse(invoice.expiresAt) < now;
  if (invoice?.state === "expired" || expired) {
    refuse("invoice_expired", `The ${invoiceType} invoice of job ${shortJobId(job.jobId)} has expired.`);
  }
  if (job.phase === "closed")
    refuse("illegal_event", `Job ${shortJobId(job.jobId)} has ended: nothing is due.`);
}
