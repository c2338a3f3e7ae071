import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { utf8 } from "@scure/base";
import { type WebSocket, WebSocketServer } from "ws";
import { decodeInvoice } from "../../bolt11/decode.ts";
import { expiresAt } from "../../bolt11/invoice.ts";
import { testNode } from "../../testing/node.ts";

interface Incoming {
  readonly paymentHash: string;
  readonly preimage: string;
  readonly description: string;
  readonly invoice: string;
  readonly expiresAt: number;
  readonly createdAt: number;
  /** Msat. */
  readonly requested: number;
  received: number;
  fees: number;
  completedAt?: number;
}

interface Outgoing {
  readonly paymentHash: string;
  readonly invoice: string;
  /** Msat. */
  readonly amount: number;
  readonly fees: number;
  readonly createdAt: number;
  status: "succeeded" | "pending" | "failed";
  completedAt?: number;
}

/** What one test makes it do differently. */
interface Mischief {
  /** The next payments are under way and are not answered; `finish` ends them. */
  isStuck: boolean;
  /** The next answer to a payment never arrives, though it was made. */
  losesAnswer: boolean;
  /** The next payment's answer never arrives, and it is made only once the balance is asked for. */
  isLate: boolean;
  /** Why the next payments fail. */
  failure: string | undefined;
  /** Nobody is notified. */
  isMute: boolean;
  /** Msat: what a channel costs that the next receipt opens. */
  channelCost: number;
  /** The next receipts are too small for a channel. */
  toFeeCredit: boolean;
  /** It takes no password. */
  isLocked: boolean;
  /** What stands in its lists before everything else. */
  readonly strange: unknown[];
}

const OPENING_MSAT = 10_000_000;
const PASSWORD = "phoenixd-password";

/** A phoenixd kept in memory, as `Api.kt` of 0.7 and lightning-kmp answer, and everybody else on its network. */
export async function startStandIn() {
  const makeOwn = testNode("31");
  const makeElsewhere = testNode("32");
  const incoming = new Map<string, Incoming>();
  const outgoing: Outgoing[] = [];
  const elsewhere = new Set<string>();
  const listeners = new Set<WebSocket>();
  const waiting: (() => void)[] = [];
  const bodies: { readonly path: string; readonly type: string; readonly text: string }[] = [];
  let feeCredit = 0;
  let lastStamp = 0;
  /** A payment that was accepted and is still to be worked off. */
  let late: (() => unknown) | undefined;
  const mischief: Mischief = {
    isStuck: false,
    losesAnswer: false,
    isLate: false,
    failure: undefined,
    isMute: false,
    channelCost: 0,
    toFeeCredit: false,
    isLocked: false,
    strange: [],
  };

  /** No two payments in one millisecond, so that their order is known. */
  const stamp = (): number => {
    lastStamp = Math.max(Date.now(), lastStamp + 1);
    return lastStamp;
  };

  const balance = (): number =>
    OPENING_MSAT +
    [...incoming.values()].reduce((sum, { received }) => sum + received, 0) -
    feeCredit -
    outgoing
      .filter(({ status }) => status !== "failed")
      .reduce((sum, { amount, fees }) => sum + amount + fees, 0);

  const down = (amount: number): number => Math.floor(amount / 1000);

  /** `explicitNulls = false`: what is null is left out. The preimage is there from the beginning. */
  const saidIncoming = (payment: Incoming) => ({
    type: "incoming_payment",
    subType: "lightning",
    paymentHash: payment.paymentHash,
    preimage: payment.preimage,
    description: payment.description,
    invoice: payment.invoice,
    isPaid: payment.completedAt !== undefined,
    isExpired: Date.now() > payment.expiresAt,
    requestedSat: down(payment.requested),
    receivedSat: down(payment.received),
    fees: payment.fees,
    expiresAt: payment.expiresAt,
    completedAt: payment.completedAt,
    createdAt: payment.createdAt,
  });

  const saidOutgoing = (payment: Outgoing) => ({
    type: "outgoing_payment",
    subType: "lightning",
    paymentId: randomUUID(),
    paymentHash: payment.paymentHash,
    isPaid: payment.status === "succeeded",
    sent: down(payment.amount + payment.fees),
    fees: payment.fees,
    invoice: payment.invoice,
    completedAt: payment.completedAt,
    createdAt: payment.createdAt,
  });

  function createInvoice(form: URLSearchParams) {
    const description = form.get("description") ?? "";
    if (description.length > 128)
      return text(400, "Request parameter description is too long (max 128 characters)");
    const made = makeOwn({
      amount: BigInt(form.get("amountSat") ?? "0") * 1000n,
      description,
      expirySeconds: Number(form.get("expirySeconds") ?? 3600),
    });
    const createdAt = Date.now();
    incoming.set(made.paymentHash, {
      paymentHash: made.paymentHash,
      preimage: made.preimage,
      description,
      invoice: made.paymentRequest,
      expiresAt: createdAt + Number(form.get("expirySeconds") ?? 3600) * 1000,
      createdAt,
      requested: Number(made.amount),
      received: 0,
      fees: 0,
    });
    const { paymentHash, paymentRequest } = made;
    return json({ amountSat: down(Number(made.amount)), paymentHash, serialized: paymentRequest });
  }

  /** What lightning-kmp's `OutgoingPaymentHandler` answers; each of its failures is status 200. */
  function payInvoice(invoice: string) {
    const { paymentHash, amount: asked } = decodeInvoice(invoice);
    const amount = Number(asked ?? 0n);
    const failed = (reason: string) => json({ paymentHash, reason });
    const before = outgoing.filter((payment) => payment.paymentHash === paymentHash);
    if (before.some(({ status }) => status === "succeeded"))
      return failed("this invoice has already been paid");
    if (before.some(({ status }) => status === "pending"))
      return failed("another payment is in progress for that invoice");
    const fees = 4_000 + Math.floor(amount * 0.004);
    if (balance() < amount + fees) return failed("not enough funds in wallet to afford payment");
    const payment: Outgoing = {
      paymentHash,
      invoice,
      amount,
      fees,
      createdAt: Date.now(),
      status: "pending",
    };
    outgoing.push(payment);
    if (mischief.isStuck) return undefined;
    payment.completedAt = stamp();
    payment.status = mischief.failure === undefined && elsewhere.has(paymentHash) ? "succeeded" : "failed";
    if (payment.status === "failed")
      return failed(
        mischief.failure ??
          "the recipient was offline or did not have enough liquidity to receive the payment",
      );
    return json({
      recipientAmountSat: down(amount),
      routingFeeSat: down(fees),
      paymentId: randomUUID(),
      paymentHash,
      paymentPreimage: "77".repeat(32),
    });
  }

  function look(url: URL) {
    const [, kind, hash = ""] =
      /^\/payments\/(incoming|outgoingbyhash)\/([0-9a-f]{64})$/.exec(url.pathname) ?? [];
    if (kind === "incoming") {
      const payment = incoming.get(hash);
      return payment === undefined ? text(404, "Not found") : json(saidIncoming(payment));
    }
    if (kind === "outgoingbyhash") {
      const rank = { succeeded: 3, pending: 2, failed: 1 };
      const [best] = outgoing
        .filter(({ paymentHash }) => paymentHash === hash)
        .sort((a, b) => rank[b.status] - rank[a.status]);
      return best === undefined ? text(404, "Not found") : json(saidOutgoing(best));
    }
    if (url.pathname === "/getbalance") {
      late?.();
      late = undefined;
      return json({ balanceSat: down(balance()), feeCreditSat: down(feeCredit) });
    }
    if (url.pathname !== "/payments/incoming") return text(404, "Unknown endpoint (check api doc)");
    const from = Number(url.searchParams.get("from") ?? 0);
    const offset = Number(url.searchParams.get("offset") ?? 0);
    const received = [...incoming.values()]
      .filter(({ completedAt }) => completedAt !== undefined && completedAt >= from)
      .sort((a, b) => (b.completedAt ?? 0) - (a.completedAt ?? 0))
      .slice(offset, offset + Number(url.searchParams.get("limit") ?? 20));
    return json([...mischief.strange, ...received.map(saidIncoming)]);
  }

  /** Only the password is looked at, whatever the user (`Authentication` in `Api.kt`). */
  const isAllowed = (request: IncomingMessage): boolean => {
    const [, basic = ""] = /^Basic (.+)$/.exec(request.headers.authorization ?? "") ?? [];
    return Buffer.from(basic, "base64").toString().split(":")[1] === PASSWORD && !mischief.isLocked;
  };
  let lists = 0;
  let knocks = 0;

  function answer(request: IncomingMessage, body: string) {
    if (request.url?.startsWith("/payments/incoming?")) lists += 1;
    if (!isAllowed(request))
      return text(401, "Invalid authentication (use basic auth with the http password set in phoenix.conf)");
    const url = new URL(request.url ?? "/", "http://stand-in");
    if (request.method === "GET") return look(url);
    const type = request.headers["content-type"] ?? "";
    bodies.push({ path: url.pathname, type, text: body });
    if (type !== "application/x-www-form-urlencoded") return text(415, "");
    const form = new URLSearchParams(body);
    if (url.pathname === "/createinvoice") return createInvoice(form);
    if (url.pathname === "/payinvoice") return payInvoice(form.get("invoice") ?? "");
    return text(404, "Unknown endpoint (check api doc)");
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const said = utf8.encode(Buffer.concat(chunks));
      if (mischief.isLate && request.url === "/payinvoice") {
        late = () => answer(request, said);
        return void request.socket.destroy();
      }
      const answered = answer(request, said);
      if (mischief.losesAnswer && request.url === "/payinvoice") return void request.socket.destroy();
      if (answered === undefined) return void waiting.push(() => response.destroy());
      response.writeHead(answered.status, { "content-type": answered.type }).end(answered.body);
    });
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    knocks += 1;
    if (!isAllowed(request) || request.url !== "/websocket") return void socket.destroy();
    sockets.handleUpgrade(request, socket, head, (listener) => {
      listeners.add(listener);
      listener.on("close", () => listeners.delete(listener));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    password: PASSWORD,
    mischief,
    /** What was posted. */
    bodies,
    /** How many listen for notifications. */
    listening: () => listeners.size,
    /** How often somebody wanted to have received payments listed. */
    lists: () => lists,
    /** How often somebody wanted to listen for notifications. */
    knocks: () => knocks,
    /** Says to those who listen that it is there, and resolves when they have heard it. */
    async ping() {
      const heard = [...listeners].map((listener) => once(listener, "pong"));
      for (const listener of listeners) listener.ping();
      await Promise.all(heard);
    },
    /** Ends the notification sockets, as a restart does. */
    hangUp() {
      for (const listener of listeners) listener.terminate();
    },
    /** Somebody else's invoice, which can be reached. */
    request(amount: bigint): string {
      const { paymentRequest, paymentHash } = makeElsewhere({ amount, description: "from elsewhere" });
      elsewhere.add(paymentHash);
      return paymentRequest;
    },
    /** Somebody else pays an invoice of this node's. */
    receive(paymentRequest: string) {
      const invoice = decodeInvoice(paymentRequest);
      const payment = incoming.get(invoice.paymentHash);
      if (payment === undefined || payment.completedAt !== undefined || Date.now() > expiresAt(invoice))
        throw new Error("that cannot be paid");
      payment.fees = mischief.channelCost;
      payment.received = payment.requested - mischief.channelCost;
      payment.completedAt = stamp();
      if (mischief.toFeeCredit) feeCredit += payment.received;
      if (mischief.isMute) return;
      const event = {
        type: "payment_received",
        timestamp: Date.now(),
        amountSat: down(payment.received),
        paymentHash: payment.paymentHash,
      };
      for (const listener of listeners) listener.send(JSON.stringify(event));
    },
    /** Ends the payments that are under way; nobody waits for their answers any more. */
    finish(status: "succeeded" | "failed") {
      for (const payment of outgoing) {
        if (payment.status === "pending") Object.assign(payment, { status, completedAt: stamp() });
      }
      for (const end of waiting.splice(0)) end();
    },
    async stop() {
      for (const listener of listeners) listener.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const json = (body: unknown) => ({
  status: 200,
  type: "application/json",
  body: JSON.stringify(body, undefined, 4),
});
const text = (status: number, body: string) => ({ status, type: "text/plain", body });
