import * as http from "node:http";
import * as https from "node:https";
import { RefusalError, refuse } from "../../protocol/refusal.ts";

/** An answer that arrived whole. `body` is undefined when it is not JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks a wallet's HTTP interface. Refuses with `wallet_unavailable` when no whole answer comes in time. */
export interface JsonClient {
  get(path: string, key: string): Promise<Answer>;
  /** `waitMs`: how long the answer may take, in milliseconds; 65 seconds where it is left out. */
  post(path: string, key: string, body: PostBody, waitMs?: number): Promise<Answer>;
  /**
   * The lines of an answer that is one JSON value after another, each as it comes, until the other side ends it or `signal` does. The
   * request ends with the loop over it.
   */
  lines(
    path: string,
    key: string,
    options: { readonly body?: PostBody; readonly signal: AbortSignal },
  ): AsyncGenerator<Answer, void, undefined>;
  /** Ends what is under way; every later call refuses. */
  close(): void;
}

/** What is posted: JSON, or a form's fields. */
export type PostBody = { readonly json: unknown } | { readonly form: Readonly<Record<string, string>> };

/** How long an answer may take. A payment may wait for its route, so it is given longer than a look. */
const LOOK_MS = 10_000;
const POST_MS = 65_000;
/** Far more than a page of payments, or one line of a stream. */
const MAX_BYTES = 1_048_576;
/** Milliseconds. A peer that went away without a word is noticed on a stream that is silent for hours. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Makes a client for the interface at `url`. `keyHeader` is the header that carries the key; keys are never in an address or an error.
 * Redirects are not followed: they would carry the key to somebody else. `certificate` (PEM) is the only one that is then trusted.
 */
export function createJsonClient(
  url: string,
  keyHeader: string,
  { certificate }: { readonly certificate?: string } = {},
): JsonClient {
  const base = url.replace(/\/+$/, "");
  const closing = new AbortController();
  const trust = certificate === undefined ? {} : { ca: certificate };
  const { Agent, request: send } = base.startsWith("https:") ? https : http;
  const agent = new Agent({ keepAlive: true, ...trust });

  /** Resolves with the head of the answer. */
  function begin(path: string, key: string, body: PostBody | undefined, signal: AbortSignal) {
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    const { type, text } = body === undefined ? { type: undefined, text: undefined } : written(body);
    const request = send(base + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        accept: "application/json",
        [keyHeader]: key,
        ...(text !== undefined && { "content-type": type, "content-length": Buffer.byteLength(text) }),
      },
      // A kept connection may just have been closed from the other side, and a payment must not be left in doubt for that.
      agent: body === undefined ? agent : false,
      signal,
      ...trust,
    });
    request.once("socket", (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS));
    request.once("response", resolve);
    // Stays: after the answer's head it says again what reading the answer says.
    request.on("error", reject);
    request.end(text);
    return promise;
  }

  async function ask(path: string, key: string, body: PostBody | undefined, ms: number): Promise<Answer> {
    if (closing.signal.aborted) return refuse("wallet_unavailable", "The wallet is closed.");
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(ms)]);
    try {
      const response = await begin(path, key, body, signal);
      return { status: response.statusCode ?? 0, body: parse(await readText(response)) };
    } catch (error) {
      throw unavailable(error);
    }
  }

  return {
    get: (path, key) => ask(path, key, undefined, LOOK_MS),
    post: (path, key, body, waitMs = POST_MS) => ask(path, key, body, waitMs),
    async *lines(path, key, { body, signal }) {
      if (closing.signal.aborted) return refuse("wallet_unavailable", "The wallet is closed.");
      const ending = AbortSignal.any([closing.signal, signal]);
      try {
        const response = await begin(path, key, body, ending);
        // Leaving the loop ends the request.
        for await (const line of readLines(response)) {
          yield { status: response.statusCode ?? 0, body: parse(line) };
        }
      } catch (error) {
        throw unavailable(error);
      }
    },
    close() {
      closing.abort();
      agent.destroy();
    },
  };
}

/** A body as it is sent, and what it is. */
function written(body: PostBody): { readonly type: string; readonly text: string } {
  return "json" in body
    ? { type: "application/json", text: JSON.stringify(body.json) }
    : { type: "application/x-www-form-urlencoded", text: new URLSearchParams(body.form).toString() };
}

/** OpenSSL's and Node's codes for a certificate that is not trusted. */
const DISTRUST = /^(?:ERR_TLS_CERT|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(?:GET|VERIFY))/;

/** What went wrong as a refusal. The cause says where, and never with what key. */
function unavailable(error: unknown): unknown {
  if (error instanceof RefusalError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const sentence = DISTRUST.test(code)
    ? "The wallet's certificate is not trusted. Name the one it really has."
    : "The wallet does not answer. Try again later.";
  return new RefusalError("wallet_unavailable", sentence, { cause: error });
}

/** Reads a body up to {@link MAX_BYTES}, and no further. */
async function readText(response: http.IncomingMessage): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) return refuse("wallet_unavailable", "The wallet's answer is too long to be one.");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The lines of a body that are not empty, each up to {@link MAX_BYTES} long. */
async function* readLines(response: http.IncomingMessage): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) if (part.trim() !== "") yield part;
    if (rest.length > MAX_BYTES) refuse("wallet_unavailable", "The wallet's answer is too long to be one.");
  }
  if (rest.trim() !== "") yield rest;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
