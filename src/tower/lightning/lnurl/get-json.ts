import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { RefusalError, refuse } from "../../../protocol/refusal.ts";
import type { Outside } from "./outside.ts";

/** The longest answer that is read. */
const MAX_BYTES = 65_536;

/** One sentence for a host that is not there and for one inside a private network: who asks learns nothing of that. */
const NOT_FOUND = "No service for that Lightning Address is found. Check the address, or give an invoice.";
const NOT_REACHED =
  "The service of that Lightning Address cannot be reached safely. Try again later, or give an invoice.";
const TOO_SLOW =
  "The service of that Lightning Address does not answer in time. Try again later, or give an invoice.";

/**
 * Makes the one way out to addresses that strangers name: an HTTPS GET without redirects, proxies, cookies or kept connections.
 * The host is resolved once, all its IP addresses must be allowed, and the connection goes to those very ones, so that a second look
 * at the DNS cannot move it inside. The certificate is checked for the host's name. The answer is JSON of at most 64 KiB; its status
 * and headers mean nothing (LUD-01).
 *
 * Refuses with `address_unreachable` when there is no answer before `signal` aborts, and with `address_refused` for one that is no
 * JSON, too long or a redirect. `url` must be `https:` without a port or credentials: the caller has checked that.
 */
export function createJsonGetter(outside: Outside): (url: URL, signal: AbortSignal) => Promise<unknown> {
  // Its own agent: the global one follows the environment's proxies. A resumed TLS session would skip the certificate.
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 });

  async function findAddresses(host: string, signal: AbortSignal): Promise<readonly string[]> {
    const found = await unlessAborted(outside.resolve(host), signal).catch((cause: unknown) => {
      throw new RefusalError("address_unreachable", signal.aborted ? TOO_SLOW : NOT_FOUND, { cause });
    });
    const isSafe = found.length > 0 && found.every((address) => outside.mayConnect(address));
    return isSafe ? found : refuse("address_unreachable", NOT_FOUND);
  }

  const ask = (url: URL, addresses: readonly string[], signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const asked = request({
        agent,
        signal,
        method: "GET",
        hostname: url.hostname,
        servername: url.hostname,
        port: outside.port,
        path: url.pathname + url.search,
        lookup: answering(addresses),
        // Said aloud: left out, NODE_TLS_REJECT_UNAUTHORIZED could turn it off.
        rejectUnauthorized: true,
        ...(outside.ca === undefined ? {} : { ca: outside.ca }),
        headers: { accept: "application/json", "user-agent": "the-matrix" },
      });
      asked.once("response", resolve);
      asked.on("error", reject);
      asked.once("close", () => reject(new Error("closed without an answer")));
      asked.end();
    });

  return async (url, signal) => {
    const addresses = await findAddresses(url.hostname, signal);
    try {
      const response = await ask(url, addresses, signal);
      return parse(await readBody(response));
    } catch (cause) {
      if (cause instanceof RefusalError) throw cause;
      throw new RefusalError("address_unreachable", signal.aborted ? TOO_SLOW : NOT_REACHED, { cause });
    }
  };
}

/** A look at the DNS cannot be called off: nobody waits for it any longer. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
  });
  return Promise.race([work, aborted]);
}

/** What stands in for the DNS when the connection is made: the addresses that were checked. */
function answering(addresses: readonly string[]): LookupFunction {
  const known = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, { all }, callback) => {
    if (all) return callback(null, known);
    const [first] = known;
    return callback(null, first?.address ?? "", first?.family);
  };
}

async function readBody(response: IncomingMessage): Promise<Uint8Array> {
  const status = response.statusCode ?? 0;
  if (status >= 300 && status < 400) {
    response.destroy();
    return refuse(
      "address_refused",
      "The service of that Lightning Address points elsewhere. Give an invoice.",
    );
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop ends the connection.
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) {
      refuse("address_refused", "The service of that Lightning Address says too much. Give an invoice.");
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (cause) {
    throw new RefusalError(
      "address_refused",
      "What answers at that Lightning Address is no LNURL service. Check the address, or give an invoice.",
      { cause },
    );
  }
}
