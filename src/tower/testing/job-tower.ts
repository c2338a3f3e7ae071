import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "../access/logger.ts";
import { parseConfig } from "../config.ts";
import { startTower, type Tower } from "../tower.ts";

/** What the routes of jobs answer, as far as the tests of a whole job read it. */
interface Answered {
  readonly jobId: string;
  readonly ownerToken: string;
  readonly phase: string;
  readonly outcome: string;
  readonly refund: string;
  readonly result: string;
  readonly owedSats: number;
  readonly actualCostSats: number;
  readonly evalInvoice: { readonly paymentRequest: string };
  readonly workInvoice: { readonly paymentRequest: string; readonly amountSats: number };
}

/** A tower in a folder of its own, and one job asked of it over HTTP. */
export interface JobTower {
  readonly tower: Tower;
  readonly ownerToken: string;
  readonly evalInvoice: string;
  job(): Promise<Answered>;
  /** Any other route, as the job's owner. */
  ask(path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Claims the refund to this invoice; what the tower answers. */
  claim(paymentRequest: string): Promise<{ readonly status: number; readonly body: unknown }>;
  /** All that was logged so far, at the finest level. */
  logged(): string;
  stop(): Promise<void>;
}

/** What every tower in these tests is asked. */
export const REQUEST =
  "Give me the sentiment of this: I love the spring, the flowers and the long warm evenings by the river.";

/** Starts a tower with this environment, or with a wallet that is given, and asks it for a job. */
export async function startJobTower(
  env: Readonly<Record<string, string>>,
  given: Parameters<typeof startTower>[3] = {},
): Promise<JobTower> {
  const dataDir = mkdtempSync(join(tmpdir(), "tower-job-"));
  // A test asks no exchange.
  const base = { PORT: "0", DATA_DIR: dataDir, TIME_ZONE: "UTC", BTC_PRICE: "fixed" };
  const config = parseConfig({ ...base, ...env });
  const lines: string[] = [];
  const log = createLogger("trace", { write: (line: string) => lines.push(line) });
  const tower = await startTower(config, log, "/nonexistent", given);
  const ask = async (path: string, body?: unknown, token?: string) => {
    const response = await fetch(tower.address + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answered };
  };
  const { jobId, ownerToken, evalInvoice } = (await ask("/api/jobs", { request: REQUEST, agentId: "alpha" }))
    .body;
  return {
    tower,
    ownerToken,
    evalInvoice: evalInvoice.paymentRequest,
    job: async () => (await ask(`/api/jobs/${jobId}`, undefined, ownerToken)).body,
    ask: (path, body) => ask(path, body, ownerToken),
    claim: (paymentRequest) => ask(`/api/jobs/${jobId}/refund`, { paymentRequest }, ownerToken),
    logged: () => lines.join(""),
    async stop() {
      await tower.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}
