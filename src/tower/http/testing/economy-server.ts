import { onTestFinished } from "vitest";
import type { EconomyFigures, TreasuryFigures } from "../../../protocol/records.ts";
import { testDirectory } from "../../economy/testing/directory.ts";
import { openTestEconomy, type TestOptions, utc } from "../../economy/testing/economy.ts";
import type { ValueBoard } from "../../values/board.ts";
import type { ServerOptions } from "../server.ts";
import { OPERATOR_TOKEN, startServer } from "../server-fixture.ts";
import { askDeclared } from "./ask-declared.ts";

/** What is sent along with a request. */
export interface Asked {
  /** The operator's by default; none when it is undefined. */
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Both doors of a real economy on the play wallet; all of it is freed when the test is over. */
export async function openEconomyServer(
  options: TestOptions = {},
  overrides: (tower: Awaited<ReturnType<typeof openTestEconomy>>) => Partial<ServerOptions> = () => ({}),
) {
  const tower = await openTestEconomy(testDirectory(), options);
  onTestFinished(tower.close);
  const { clock, database, economy, wallet } = tower;
  const server = await startServer({
    economy,
    purses: wallet,
    now: clock.now,
    books: { database, dayOf: options.dayOf ?? utc, timeZone: options.timeZone ?? "UTC", now: clock.now },
    ...overrides(tower),
  });
  onTestFinished(server.close);

  /** Asks, and holds the answer against what the route was declared as. */
  async function ask(method: string, path: string, asked: Asked = {}) {
    const token = "token" in asked ? asked.token : OPERATOR_TOKEN;
    const { status, body } = await askDeclared(server, method, path, {
      body: asked.body,
      ...(asked.headers !== undefined && { headers: asked.headers }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    });
    return { status, body };
  }
  return { tower, server, ask };
}

/** What the economy's and the treasury's panels show. */
export const screens = (board: ValueBoard): EconomyFigures & TreasuryFigures & { readonly type: string } =>
  Object.assign({}, ...["economy_state", "treasury_state"].map((key) => board.get(key)?.value));
