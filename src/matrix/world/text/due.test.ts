import { expect, test } from "vitest";
import { jobView } from "../../../job/view.ts";
import { ownerId } from "../../../protocol/ids.ts";
import type { InvoiceRecord, JobRecord } from "../../../protocol/records.ts";
import { sats } from "../../../protocol/units.ts";
import { makeAgent, makeJob } from "../testing/fake-world.ts";
import { isDueHere } from "./due.ts";

const { isOpen: _, ...others } = makeJob(makeAgent(1));
const invoice = (differs: Partial<InvoiceRecord>): InvoiceRecord => ({
  invoiceType: "work",
  amountSats: sats(500),
  state: "open",
  paymentRequest: "lnbcrt1",
  ...differs,
});
const refund = { phase: "closed", outcome: "failed", owedSats: sats(5), refund: "owed" } as const;

test.each<[string, Partial<JobRecord>, boolean]>([
  ["another's invoice", {}, false],
  ["an own invoice", { workInvoice: invoice({}) }, true],
  ["an own invoice that ran out", { workInvoice: invoice({ state: "expired" }) }, false],
  ["an own invoice that is paid", { phase: "executing", workInvoice: invoice({ state: "settled" }) }, false],
  ["an own first invoice", { phase: "awaiting_eval_payment", evalInvoice: invoice({}) }, true],
  ["an own first invoice, with the second due", { evalInvoice: invoice({}) }, false],
  ["an own refund", { ...refund, ownerId: ownerId("me") }, true],
  ["another's refund", refund, false],
])("%s", (_name, differs, isDue) => {
  expect(isDueHere(jobView({ ...others, ...differs }))).toBe(isDue);
});
