import { expect } from "vitest";
import { createLimits } from "../../access/limiter.ts";
import { createCredentials } from "../../access/macaroons/credentials.ts";
import { fastDirectory } from "../../economy/testing/directory.ts";
import { openTestEconomy, type TestOptions } from "../../economy/testing/economy.ts";
import type { ServerOptions } from "../server.ts";
import { memoryAccess, OPERATOR_TOKEN, startServer } from "../server-fixture.ts";
import { contradiction } from "./conformance.ts";

/** What a request is sent with. */
export interface Sent {
  /** The whole header. */
  readonly authorization?: string | undefined;
  readonly body?: unknown;
  /** The Idempotency-Key. */
  readonly key?: string;
}

/** An answer. */
export interface Got {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it
  readonly body: any;
}

export const bearer = (token: string): string => `Bearer ${token}`;

/**
 * Both doors on a real economy with play sats and agents that are alpha and others. Whatever is answered is held against what its route
 * was declared as; `secrets` collects what must not come into the log.
 */
export async function openPaidServer(overrides: Partial<ServerOptions> = {}, options: TestOptions = {}) {
  const directory = fastDirectory();
  const tower = await openTestEconomy(directory.path, options);
  const { clock, database, economy, wallet } = tower;
  const server = await startServer({
    access: memoryAccess(OPERATOR_TOKEN, createCredentials(database, clock.now)),
    economy,
    purses: wallet,
    board: tower.board,
    now: clock.now,
    limits: createLimits(clock.now),
    patienceMs: 5_000,
    workPatienceMs: 5_000,
    ...overrides,
  });
  const secrets = new Set<string>();

  /** Asks as a program does. */
  async function ask(method: "GET" | "POST", path: string, { authorization, body = {}, key }: Sent = {}) {
    const response = await fetch(`${server.origin}${path}`, {
      method,
      headers: {
        ...(method === "POST" && { "content-type": "application/json" }),
        ...(authorization !== undefined && { authorization }),
        ...(key !== undefined && { "idempotency-key": key }),
      },
      ...(method === "POST" && { body: JSON.stringify(body) }),
    });
    const got: Got = { status: response.status, headers: response.headers, body: await response.json() };
    const type = response.headers.get("content-type");
    const { status } = got;
    expect(
      contradiction(server.declarations, { method, path, type, status, body: got.body }),
    ).toBeUndefined();
    for (const name of ["ownerToken", "macaroon", "recoveryCode", "preimage"])
      if (typeof got.body[name] === "string") secrets.add(got.body[name]);
    return got;
  }

  return {
    ...tower,
    server,
    secrets,
    ask,
    get: (path: string, sent?: Sent) => ask("GET", path, sent),
    post: (path: string, body: unknown = {}, sent: Omit<Sent, "body"> = {}) =>
      ask("POST", path, { ...sent, body }),
    /** Closes everything. Nothing went wrong behind the doors, and no secret came into the log. */
    async close() {
      await server.close();
      await tower.close();
      directory.remove();
      expect(tower.failures).toEqual([]);
      expect(server.logged.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
      const log = server.logged.join("\n");
      for (const secret of secrets) expect(log).not.toContain(secret);
    },
  };
}
export type PaidServer = Awaited<ReturnType<typeof openPaidServer>>;
