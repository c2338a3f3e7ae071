import * as v from "valibot";
import type { Clock } from "../clock.ts";
import type { PriceSource } from "./sources.ts";

/** How long a whole answer may take, in milliseconds. */
const ANSWER_MS = 5_000;
/** A ticker has less than a kilobyte. */
const MAX_BYTES = 65_536;

/** What asking needs from outside. */
export interface AskPorts {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

/**
 * Asks one source for the price of a bitcoin in US dollars. Rejects with what was wrong when no whole, sensible answer comes in time;
 * redirects are not followed. Firing `signal` ends it.
 */
export async function askPrice(source: PriceSource, ports: AskPorts, signal: AbortSignal): Promise<number> {
  const late = new AbortController();
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const undoTimer = ports.clock.after(ANSWER_MS, () => {
    const reason = new Error(`no whole answer came in ${ANSWER_MS / 1000} seconds`);
    late.abort(reason);
    // Not left to the abort alone: a body that is being decompressed may never notice it.
    reject(reason);
  });
  try {
    return await Promise.race([read(source, ports, AbortSignal.any([signal, late.signal])), tooLate]);
  } finally {
    undoTimer();
  }
}

async function read(source: PriceSource, { fetch }: AskPorts, signal: AbortSignal): Promise<number> {
  const response = await fetch(source.url, {
    headers: { accept: "application/json" },
    redirect: "error",
    signal,
  });
  const text = await readText(response);
  if (!response.ok) throw new Error(`it answered with status ${response.status}`);
  return readPrice(source, text);
}

/** Reads a body up to {@link MAX_BYTES}, and no further. */
async function readText(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new Error(`its answer has more than ${MAX_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function readPrice({ schema }: PriceSource, text: string): number {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const at = v.getDotPath(issue);
  throw new Error(
    `its answer holds no price${at === null ? "" : ` at ${at}`}: ${issue.message.slice(0, 200)}`,
  );
}
