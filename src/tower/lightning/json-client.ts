import { RefusalError, refuse } from "../../protocol/refusal.ts";

/** An answer that arrived whole. `body` is undefined when it is not JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks a wallet's HTTP interface. Refuses with `wallet_unavailable` when no whole answer comes in time. */
export interface JsonClient {
  get(path: string, key: string): Promise<Answer>;
  post(path: string, key: string, body: unknown): Promise<Answer>;
  /** Ends what is under way; every later call refuses. */
  close(): void;
}

/** How long an answer may take. A payment may wait for its route, so it is given longer than a look. */
const LOOK_MS = 10_000;
const POST_MS = 65_000;
/** Far more than a page of payments. */
const MAX_BYTES = 1_048_576;

/**
 * Makes a client for the interface at `url`. `keyHeader` is the header that carries the key; keys are never in an address or an error.
 * Redirects are not followed: they would carry the key to somebody else.
 */
export function createJsonClient(url: string, keyHeader: string): JsonClient {
  const base = url.replace(/\/+$/, "");
  const closing = new AbortController();

  async function ask(path: string, init: RequestInit, ms: number): Promise<Answer> {
    if (closing.signal.aborted) return refuse("wallet_unavailable", "The wallet is closed.");
    try {
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(ms)]);
      const response = await fetch(base + path, { ...init, redirect: "error", signal });
      return { status: response.status, body: parse(await readText(response)) };
    } catch (error) {
      if (error instanceof RefusalError) throw error;
      throw new RefusalError("wallet_unavailable", "The wallet does not answer. Try again later.", {
        cause: error,
      });
    }
  }

  return {
    get: (path, key) => ask(path, { headers: { [keyHeader]: key, accept: "application/json" } }, LOOK_MS),
    post: (path, key, body) =>
      ask(
        path,
        {
          method: "POST",
          headers: { [keyHeader]: key, "content-type": "application/json", accept: "application/json" },
          body: JSON.stringify(body),
        },
        POST_MS,
      ),
    close: () => closing.abort(),
  };
}

/** Reads a body up to {@link MAX_BYTES}, and no further. */
async function readText(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) return refuse("wallet_unavailable", "The wallet's answer is too long to be one.");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
