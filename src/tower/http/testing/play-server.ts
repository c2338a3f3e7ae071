import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPlayWallet } from "../../lightning/play/play-wallet.ts";
import type { ServerOptions } from "../server.ts";
import { startServer } from "../server-fixture.ts";

const DAY = 86_400_000;

/** Both doors with every route there is: those of the play wallet too. */
export async function openPlayServer(overrides: Partial<ServerOptions> = {}) {
  const directory = mkdtempSync(join(tmpdir(), "doors-"));
  const wallet = openPlayWallet({
    file: join(directory, "play.db"),
    now: Date.now,
    dayOf: (time) => ({ start: time - (time % DAY), end: time - (time % DAY) + DAY }),
  });
  const server = await startServer({ purses: wallet, ...overrides });
  return {
    ...server,
    wallet,
    async close() {
      await server.close();
      await wallet.close();
      rmSync(directory, { recursive: true });
    },
  };
}
export type PlayServer = Awaited<ReturnType<typeof openPlayServer>>;
