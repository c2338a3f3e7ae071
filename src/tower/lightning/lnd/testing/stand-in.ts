import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { utf8 } from "@scure/base";
import { decodeInvoice } from "../../bolt11/decode.ts";
import { expiresAt } from "../../bolt11/invoice.ts";
import { selfSigned } from "../../testing/certificate.ts";
import { type TestInvoice, testNode } from "../../testing/node.ts";

interface Invoice extends TestInvoice {
  readonly memo: string;
  readonly expiry: string;
  readonly createdAt: number;
  state: "OPEN" | "SETTLED" | "CANCELED";
  settledAt: number;
  settleIndex: number;
}

interface Payment {
  readonly hash: string;
  readonly amount: bigint;
  readonly fee: bigint;
  status: "IN_FLIGHT" | "SUCCEEDED" | "FAILED";
  reason: string;
}

/** What one test makes it do differently. */
interface Mischief {
  /** The next payments are under way and are not answered; `finish` ends them. */
  isStuck: boolean;
  /** The next answer to a payment never arrives, though it was made. */
  losesAnswer: boolean;
  /** The next payment's answer never arrives, and it is made only once the balance is asked for. */
  isLate: boolean;
  /** `PaymentFailureReason` of the next payments. */
  failure: string | undefined;
  /** What it says instead of trying the next payments. */
  refusal: string | undefined;
  /** Its wallet is not unlocked: only the routes to do so are there. */
  isLocked: boolean;
}

const OPENING_MSAT = 10_000_000n;
const MACAROON = `0201036c6e64${"ab".repeat(60)}`;
const ROUTE_FEE = 1_200n;

/** An LND kept in memory, as its `rpcserver.go` and `router_server.go` answer through grpc-gateway, and everybody else on its network. */
export async function startStandIn() {
  const makeOwn = testNode("41");
  const makeElsewhere = testNode("42");
  const invoices = new Map<string, Invoice>();
  const payments = new Map<string, Payment>();
  /** What a route to them costs. */
  const elsewhere = new Map<string, bigint>();
  const streams = new Set<ServerResponse>();
  const tracking = new Map<ServerResponse, string>();
  const sentBodies: unknown[] = [];
  let settleIndex = 0;
  /** A payment that was accepted and is still to be worked off. */
  let late: (() => void) | undefined;
  const mischief: Mischief = {
    isStuck: false,
    losesAnswer: false,
    isLate: false,
    failure: undefined,
    refusal: undefined,
    isLocked: false,
  };
  const { key, cert } = selfSigned();

  const balance = (): bigint =>
    OPENING_MSAT +
    [...invoices.values()].reduce((sum, { amount, state }) => sum + (state === "SETTLED" ? amount : 0n), 0n) -
    [...payments.values()].reduce(
      (sum, { amount, fee, status }) => sum + (status === "FAILED" ? 0n : amount + fee),
      0n,
    );

  const base64 = (said: string): string => Buffer.from(said, "hex").toString("base64");

  /** 64-bit integers are strings, bytes base64, and nothing is left out (`RESTJsonMarshalOpts` in `rpc_utils.go`). */
  const saidInvoice = (invoice: Invoice) => ({
    memo: invoice.memo,
    r_preimage: base64(invoice.preimage),
    r_hash: base64(invoice.paymentHash),
    value: String(invoice.amount / 1000n),
    value_msat: String(invoice.amount),
    settled: invoice.state === "SETTLED",
    creation_date: String(Math.floor(invoice.createdAt / 1000)),
    settle_date: String(Math.floor(invoice.settledAt / 1000)),
    payment_request: invoice.paymentRequest,
    expiry: invoice.expiry,
    add_index: "1",
    settle_index: String(invoice.settleIndex),
    amt_paid_sat: String(invoice.state === "SETTLED" ? invoice.amount / 1000n : 0n),
    amt_paid_msat: String(invoice.state === "SETTLED" ? invoice.amount : 0n),
    state: invoice.state,
  });

  const saidPayment = (payment: Payment) => ({
    payment_hash: payment.hash,
    value_msat: String(payment.amount),
    payment_preimage: payment.status === "SUCCEEDED" ? "77".repeat(32) : "00".repeat(32),
    status: payment.status,
    fee_msat: payment.status === "SUCCEEDED" ? String(payment.fee) : "0",
    failure_reason: payment.reason,
  });

  const say = (response: ServerResponse, status: number, body: unknown): void =>
    void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  /** gRPC's codes as HTTP's: 5 is 404, 6 is 409, 2 is 500 (`HTTPStatusFromCode`). */
  const error = (code: 2 | 5 | 6, message: string) => ({
    status: { 2: 500, 5: 404, 6: 409 }[code],
    body: { code, message, details: [] },
  });
  const fail = (response: ServerResponse, code: 2 | 5 | 6, message: string): void =>
    say(response, error(code, message).status, error(code, message).body);
  /** A stream has no head until its first message, so an error before it has a status of its own, and is wrapped all the same. */
  const failStream = (response: ServerResponse, code: 2 | 5 | 6, message: string): void =>
    say(response, error(code, message).status, { error: error(code, message).body });
  function stream(response: ServerResponse, result: unknown): void {
    if (!response.headersSent) response.writeHead(200, { "content-type": "application/json" });
    response.write(`${JSON.stringify({ result })}\n`);
  }

  function addInvoice(body: Record<string, unknown>, response: ServerResponse) {
    const made = makeOwn({
      amount: BigInt(String(body["value_msat"])),
      description: String(body["memo"]),
      expirySeconds: Number(body["expiry"]),
    });
    const invoice: Invoice = {
      ...made,
      memo: String(body["memo"]),
      expiry: String(body["expiry"]),
      createdAt: Date.now(),
      state: "OPEN",
      settledAt: 0,
      settleIndex: 0,
    };
    invoices.set(made.paymentHash, invoice);
    // Who follows settlements hears of new invoices too.
    for (const follower of streams) stream(follower, saidInvoice(invoice));
    const { paymentHash, paymentRequest } = made;
    say(response, 200, { r_hash: base64(paymentHash), payment_request: paymentRequest, add_index: "1" });
  }

  function pay(body: Record<string, unknown>, response: ServerResponse) {
    sentBodies.push(body);
    if (mischief.refusal !== undefined) return failStream(response, 2, mischief.refusal);
    const request = String(body["payment_request"]);
    const invoice = decodeInvoice(request);
    const hash = invoice.paymentHash;
    if (Date.now() > expiresAt(invoice)) return failStream(response, 2, "invoice expired. Valid until then");
    if (invoices.has(hash)) return failStream(response, 2, "self-payments not allowed");
    const before = payments.get(hash);
    if (before?.status === "SUCCEEDED") return failStream(response, 6, "invoice is already paid");
    if (before?.status === "IN_FLIGHT") return failStream(response, 6, "payment is in transition");
    const amount = invoice.amount ?? 0n;
    const fee = elsewhere.get(hash);
    const payment: Payment = {
      hash,
      amount,
      fee: fee ?? 0n,
      status: "IN_FLIGHT",
      reason: "FAILURE_REASON_NONE",
    };
    const failure =
      mischief.failure ??
      (balance() < amount ? "FAILURE_REASON_INSUFFICIENT_BALANCE" : undefined) ??
      // 0, or nothing, is only what is free.
      (fee === undefined || fee > BigInt(String(body["fee_limit_msat"] ?? 0))
        ? "FAILURE_REASON_NO_ROUTE"
        : undefined);
    payments.set(hash, payment);
    tracking.set(response, hash);
    if (mischief.losesAnswer) response.destroy();
    if (!mischief.isStuck) end(payment, failure);
  }

  function end(payment: Payment, failure: string | undefined): void {
    payment.status = failure === undefined ? "SUCCEEDED" : "FAILED";
    payment.reason = failure ?? "FAILURE_REASON_NONE";
    for (const [response, hash] of tracking) {
      if (hash !== payment.hash) continue;
      tracking.delete(response);
      stream(response, saidPayment(payment));
      response.end();
    }
  }

  /** The payment as it stands, and then what becomes of it (`SubscribePayment` in `control_tower.go`). */
  function track(encoded: string, response: ServerResponse) {
    // Only with padding (`Bytes` in grpc-gateway's `runtime/convert.go`).
    if (!/^[\w-]{43}=$/.test(encoded)) return failStream(response, 2, "illegal base64 data");
    const payment = payments.get(Buffer.from(encoded, "base64url").toString("hex"));
    if (payment === undefined) return failStream(response, 5, "payment isn't initiated");
    stream(response, saidPayment(payment));
    if (payment.status === "IN_FLIGHT") tracking.set(response, payment.hash);
    else response.end();
  }

  function subscribe(from: number, response: ServerResponse): void {
    streams.add(response);
    response.on("close", () => streams.delete(response));
    const settled = [...invoices.values()].filter((invoice) => from > 0 && invoice.settleIndex > from);
    for (const invoice of settled.sort((a, b) => a.settleIndex - b.settleIndex))
      stream(response, saidInvoice(invoice));
  }

  let subscriptions = 0;
  function answer(request: IncomingMessage, text: string, response: ServerResponse) {
    const { pathname, searchParams } = new URL(request.url ?? "/", "https://stand-in");
    if (pathname === "/v1/invoices/subscribe") subscriptions += 1;
    if (mischief.isLocked) return fail(response, 5, "Not Found");
    if (request.headers["grpc-metadata-macaroon"] !== MACAROON)
      return fail(response, 2, "verification failed: signature mismatch after caveat verification");
    const [, invoiceHash] = /^\/v1\/invoice\/([0-9a-f]{64})$/.exec(pathname) ?? [];
    if (invoiceHash !== undefined) {
      const invoice = invoices.get(invoiceHash);
      if (invoice === undefined) return fail(response, 5, "unable to locate invoice");
      return say(response, 200, saidInvoice(invoice));
    }
    const [, tracked] = /^\/v2\/router\/track\/(.+)$/.exec(pathname) ?? [];
    if (tracked !== undefined) return track(tracked, response);
    if (pathname === "/v1/invoices/subscribe")
      return subscribe(Number(searchParams.get("settle_index") ?? 0), response);
    if (pathname === "/v1/balance/channels") {
      late?.();
      late = undefined;
      return say(response, 200, {
        balance: String(balance() / 1000n),
        local_balance: { sat: String(balance() / 1000n), msat: String(balance()) },
      });
    }
    if (request.method !== "POST") return fail(response, 5, "Not Found");
    const body = JSON.parse(text) as Record<string, unknown>;
    if (pathname === "/v1/invoices") return addInvoice(body, response);
    if (pathname === "/v2/router/send") {
      if (!mischief.isLate) return pay(body, response);
      late = () => pay(body, response);
      return void response.destroy();
    }
    return fail(response, 5, "Not Found");
  }

  const server = createServer({ key, cert }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(request, utf8.encode(Buffer.concat(chunks)), response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    macaroon: MACAROON,
    certificate: cert,
    mischief,
    /** What was asked to be sent. */
    sentBodies,
    /** How many follow settlements. */
    streaming: () => streams.size,
    /** How often somebody wanted to follow settlements. */
    subscriptions: () => subscriptions,
    /** Says something else to those who follow settlements. */
    saySettled(result: unknown) {
      for (const response of streams) stream(response, result);
    },
    /** Ends the streams, as a restart does. */
    hangUp() {
      for (const response of streams) response.destroy();
    },
    /** Somebody else's invoice, which can be reached: at no fee from a neighbour. */
    request(amount: bigint, { isNeighbour = false } = {}): string {
      const { paymentRequest, paymentHash } = makeElsewhere({ amount, description: "from elsewhere" });
      elsewhere.set(paymentHash, isNeighbour ? 0n : ROUTE_FEE);
      return paymentRequest;
    },
    /** Somebody else pays an invoice of this node's, at a time in milliseconds since 1970. */
    receive(paymentRequest: string, settledAt = Date.now()) {
      const invoice = invoices.get(decodeInvoice(paymentRequest).paymentHash);
      if (invoice?.state !== "OPEN") throw new Error("that cannot be paid");
      settleIndex += 1;
      Object.assign(invoice, { state: "SETTLED", settledAt, settleIndex });
      for (const response of streams) stream(response, saidInvoice(invoice));
    },
    /** Ends the payments that are under way. */
    finish(failure?: string) {
      for (const payment of payments.values()) if (payment.status === "IN_FLIGHT") end(payment, failure);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
