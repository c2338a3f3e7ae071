import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { sha256 } from "@noble/hashes/sha2.js";
import { hex, utf8 } from "@scure/base";
import { msat } from "../../../../protocol/units.ts";
import { encodeInvoice } from "../../bolt11/encode.ts";
import { PLAIN_FEATURES } from "../../bolt11/features.ts";
import { INVOICE_DEFAULTS, type InvoiceDraft } from "../../bolt11/invoice.ts";
import type { Outside } from "../outside.ts";

/** Answers one request. */
export type Responder = (request: IncomingMessage, response: ServerResponse) => void;

/** What the certificate in this folder is for. Its key is public, and nothing but these tests trusts it. */
export const INVOICES_HOST = "invoices.example";

export const METADATA = '[["text/plain","Sats for alice ⚡"],["text/identifier","alice@wallet.example"]]';
export const OFFER = {
  tag: "payRequest",
  callback: `https://${INVOICES_HOST}/pay?for=al%20ice&for=2`,
  minSendable: 1_000,
  maxSendable: 100_000_000,
  metadata: METADATA,
};

const SECRET_KEY = hex.decode("31".repeat(32));
const pem = (name: string): string =>
  readFileSync(new URL(`./test-only-${name}.pem`, import.meta.url), "utf8");

export const json =
  (value: unknown): Responder =>
  (_request, response) => {
    response.setHeader("content-type", "application/json").end(JSON.stringify(value));
  };

/** An invoice as a good service makes it for {@link METADATA}, but for what `differs`. */
export const invoiceOf = (seconds: number, amountMsat: bigint, differs: Partial<InvoiceDraft> = {}): string =>
  encodeInvoice(
    {
      ...INVOICE_DEFAULTS,
      network: "bcrt",
      amount: msat(amountMsat),
      timestamp: seconds,
      expirySeconds: 60,
      paymentHash: "ab".repeat(32),
      paymentSecret: "cd".repeat(32),
      description: { hash: hex.encode(sha256(utf8.decode(METADATA))) },
      features: PLAIN_FEATURES,
      ...differs,
    },
    SECRET_KEY,
  );

/** An LNURL-pay service over TLS on this machine, for both hosts of the certificate. `seconds` is when its invoices begin. */
export async function startService(seconds: number) {
  const requests: { host: string | undefined; url: string | undefined }[] = [];
  const lookups: string[] = [];
  /** What a test makes it answer; `differs` is for its otherwise good invoices. */
  const answers: { offer: Responder; invoice: Responder; differs: Partial<InvoiceDraft> } = {
    offer: json(OFFER),
    invoice: ({ url = "" }, response) => {
      const amount = BigInt(new URL(url, "https://any.example").searchParams.get("amount") ?? 0);
      json({ pr: invoiceOf(seconds, amount, answers.differs), routes: [] })({} as IncomingMessage, response);
    },
    differs: {},
  };
  const server = createServer({ key: pem("key"), cert: pem("certificate") }, (request, response) => {
    const { host } = request.headers;
    requests.push({ host: host?.replace(/:\d+$/, ""), url: request.url });
    const isOffer = request.url?.startsWith("/.well-known/lnurlp/") ?? false;
    (isOffer ? answers.offer : answers.invoice)(request, response);
  });
  let connections = 0;
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const outside: Outside = {
    async resolve(host) {
      lookups.push(host);
      return ["127.0.0.1"];
    },
    // The real rule forbids this machine.
    mayConnect: (address) => address === "127.0.0.1",
    port: (server.address() as AddressInfo).port,
    ca: pem("certificate"),
  };

  return {
    requests,
    lookups,
    answers,
    outside,
    /** TCP connections so far, also those that never got as far as a request. */
    connections: () => connections,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
