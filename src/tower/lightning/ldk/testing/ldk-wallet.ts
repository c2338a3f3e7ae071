import { hex } from "@scure/base";
import * as ldk from "lightningdevkit";
import { refuse } from "../../../../protocol/refusal.ts";
import { type Msat, msat, NO_MSAT, toMsat } from "../../../../protocol/units.ts";
import { checkWanted, madeInvoice, type Payable, payOnce } from "../../pay-once.ts";
import { createHints } from "../../play/hints.ts";
import type {
  InvoiceStatus,
  PaymentFailure,
  PaymentLookup,
  PaymentStatus,
  SettlementHint,
  Wallet,
} from "../../wallet.ts";
import type { LdkNetwork } from "./network.ts";
import type { LdkNode, NodeEvent } from "./node.ts";

/** How often a payment looks for another way when one did not work. */
const ATTEMPTS = 3;
/** Cursors count settlements. */
const CURSOR = /^\d{1,9}$/;

/** Why the node gave a payment up. */
const FAILURES = new Map<ldk.PaymentFailureReason | undefined, PaymentFailure>([
  [ldk.PaymentFailureReason.LDKPaymentFailureReason_RecipientRejected, "rejected"],
  [ldk.PaymentFailureReason.LDKPaymentFailureReason_PaymentExpired, "invoice_expired"],
  [ldk.PaymentFailureReason.LDKPaymentFailureReason_RetriesExhausted, "no_route"],
  [ldk.PaymentFailureReason.LDKPaymentFailureReason_RouteNotFound, "no_route"],
]);

/**
 * A real Lightning node as a wallet, for tests: what it says of invoices and payments is what the node's events said. Its time is the
 * network's. The port has no name for it, so it goes by that of the other node one runs oneself.
 */
export function openLdkWallet(network: LdkNetwork, node: LdkNode): Wallet {
  const invoices = new Map<string, { readonly expiresAt: number; settled?: { at: number; amount: Msat } }>();
  const payments = new Map<string, PaymentStatus>();
  /** In the order in which they were settled. */
  const settled: string[] = [];
  const hints = createHints<SettlementHint>();
  let isClosed = false;

  function take(event: NodeEvent): void {
    const hash = hex.encode(event.hash);
    if (event.kind === "received") {
      const invoice = invoices.get(hash);
      // Whoever else uses the node has invoices of his own.
      if (invoice === undefined) return;
      invoice.settled = { at: network.now(), amount: msat(event.amount) };
      settled.push(hash);
      hints.send({ paymentHash: hash, cursor: String(settled.length) });
    } else if (event.kind === "sent") {
      payments.set(hash, { state: "succeeded", fee: msat(event.fee) });
    } else {
      payments.set(hash, { state: "failed", reason: FAILURES.get(event.reason) ?? "no_route" });
    }
  }
  const unfollow = node.follow(take);

  function checkOpen(): void {
    if (isClosed) refuse("wallet_unavailable", "The wallet is closed.");
  }

  const spendable = (): Msat =>
    msat(node.channels.list_channels().reduce((sum, each) => sum + each.get_outbound_capacity_msat(), 0n));

  async function lookupPayment(paymentHash: string): Promise<PaymentLookup> {
    checkOpen();
    if (invoices.has(paymentHash)) return { state: "failed", reason: "own_invoice" };
    return payments.get(paymentHash) ?? { state: "unknown" };
  }

  async function send({ paymentRequest, paymentHash, amount, feeLimit }: Payable): Promise<PaymentStatus> {
    const invoice = ldk.Bolt11Invoice.constructor_from_str(paymentRequest);
    if (!(invoice instanceof ldk.Result_Bolt11InvoiceParseOrSemanticErrorZ_OK))
      return refuse("malformed_invoice", "LDK cannot read this invoice.");
    const parameters = ldk.UtilMethods.constructor_payment_parameters_from_invoice(invoice.res);
    if (
      !(parameters instanceof ldk.Result_C3Tuple_ThirtyTwoBytesRecipientOnionFieldsRouteParametersZNoneZ_OK)
    )
      return refuse("no_amount", "LDK finds no amount in this invoice.");
    const route = parameters.res.get_c();
    route.set_max_total_routing_fee_msat(ldk.Option_u64Z.constructor_some(feeLimit));
    const sent = node.channels.send_payment(
      parameters.res.get_a(),
      parameters.res.get_b(),
      hex.decode(paymentHash),
      route,
      ldk.Retry.constructor_attempts(ATTEMPTS),
    );
    if (sent instanceof ldk.Result_NoneRetryableSendFailureZ_Err) {
      const isPoor = amount > spendable();
      return { state: "failed", reason: isPoor ? "insufficient_balance" : "no_route" };
    }
    payments.set(paymentHash, { state: "pending" });
    network.settleDown();
    return payments.get(paymentHash) ?? { state: "pending" };
  }

  return {
    kind: "lnd",
    network: "bcrt",

    async makeInvoice(wanted) {
      checkOpen();
      checkWanted(wanted);
      const description = ldk.Description.constructor_new(wanted.description);
      if (!(description instanceof ldk.Result_DescriptionCreationErrorZ_OK))
        throw new RangeError("LDK does not take this description");
      // The invoice is dated by the last block.
      network.mine();
      const made = node.channels.create_bolt11_invoice(
        ldk.Option_u64Z.constructor_some(toMsat(wanted.amount)),
        ldk.Bolt11InvoiceDescription.constructor_direct(description.res),
        ldk.Option_u32Z.constructor_some(wanted.expirySeconds),
        ldk.Option_u16Z.constructor_none(),
        ldk.Option_ThirtyTwoBytesZ.constructor_none(),
      );
      if (!(made instanceof ldk.Result_Bolt11InvoiceSignOrCreationErrorZ_OK))
        return refuse("wallet_unavailable", "LDK made no invoice.");
      const paymentHash = hex.encode(made.res.payment_hash());
      const invoice = madeInvoice(
        { paymentRequest: made.res.to_str(), paymentHash },
        { amount: wanted.amount, network: "bcrt" },
      );
      invoices.set(paymentHash, { expiresAt: invoice.expiresAt });
      return invoice;
    },

    async lookupInvoice(paymentHash): Promise<InvoiceStatus> {
      checkOpen();
      const invoice = invoices.get(paymentHash);
      if (invoice === undefined) return { state: "unknown" };
      if (invoice.settled)
        return { state: "settled", settledAt: invoice.settled.at, amount: invoice.settled.amount };
      return { state: network.now() > invoice.expiresAt ? "expired" : "open" };
    },

    pay: payOnce({ network: "bcrt", now: network.now, lookupPayment, send }),

    lookupPayment,

    leastFeeLimit: () => NO_MSAT,

    followSettlements(listener, after) {
      const from = after !== undefined && CURSOR.test(after) ? Number(after) : settled.length;
      const missed = settled
        .slice(from)
        .map((paymentHash, index) => ({ paymentHash, cursor: String(from + index + 1) }));
      return hints.follow(listener, missed);
    },

    async balance() {
      checkOpen();
      return spendable();
    },

    async close() {
      isClosed = true;
      unfollow();
      hints.clear();
    },
  };
}
