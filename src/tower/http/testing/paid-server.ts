import { expect } from "vitest";
import { createLimits } from "../../access/limiter.ts";
import { createCredentials } from "../../access/macaroons/credentials.ts";
import { fastDirectory } from "../../economy/testing/directory.ts";
import { openTestEconomy, type TestOptions } from "../../economy/testing/economy.ts";
import type { ServerOptions } from "../server.ts";
import { memoryAccess, OPERATOR_TOKEN, startServer } from "../server-fixture.ts";
import { type Sent as Asked, askDeclared } from "./ask-declared.ts";

/** What a request is sent with. */
export interface Sent extends Pick<Asked, "authorization" | "body"> {
  /** The Idempotency-Key. */
  readonly key?: string;
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
  async function ask(method: "GET" | "POST", path: string, { key, ...sent }: Sent = {}) {
    const got = await askDeclared(server, method, path, {
      ...sent,
      ...(key !== undefined && { headers: { "idempotency-key": key } }),
    });
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
