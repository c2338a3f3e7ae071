import type { AgentDef } from "../../protocol/agent-defs.ts";
import { type Sats, toMsat } from "../../protocol/units.ts";
import { syncRegistry } from "../agents/registry.ts";
import type { Clock } from "../clock.ts";
import { auditLedger, walletGap } from "../ledger/audit.ts";
import { post } from "../ledger/post.ts";
import { openingBalance } from "../ledger/postings.ts";
import type { Wallet } from "../lightning/wallet.ts";
import { readMeta, writeMeta } from "../storage/meta.ts";
import type { Database, Sql } from "../storage/port.ts";
import { both, type Decision, decision } from "./decide/decision.ts";
import { failJob } from "./decide/end-work.ts";
import { allOpenJobsOf } from "./jobs.ts";

/** The books begin with what the wallet holds at the very first start: later its balance is what the books say. */
export async function openBooks(database: Database, wallet: Wallet, clock: Clock): Promise<void> {
  const balance = await wallet.balance();
  await database.transaction(async (sql) => {
    if ((await readMeta(sql, "books")) === "open") return;
    await writeMeta(sql, "books", "open");
    if (balance <= 0n) return;
    const at = clock.now();
    await post(sql, { at, reason: "opening_balance", key: "opening", postings: openingBalance(balance) });
  });
}

/** Reads the gauges that must read zero. Books that do not add up are reported: hiding them would help nobody. */
export async function checkBooks(
  database: Database,
  wallet: Wallet,
  failed: (what: string, error: unknown) => void,
): Promise<void> {
  const held = await wallet.balance();
  const { gauges, gap } = await database.read(async (sql) => ({
    gauges: await auditLedger(sql),
    gap: await walletGap(sql, held),
  }));
  const wrong = Object.entries({ ...gauges, walletGapMsat: gap }).filter(([, value]) => BigInt(value) !== 0n);
  if (wrong.length === 0) return;
  const readings = wrong.map(([gauge, value]) => `${gauge} ${value}`).join(", ");
  failed("checking the books", new Error(`These must be zero: ${readings}.`));
}

/** Who joined and who left since the last start; the jobs of those who left cannot go on. */
export async function registryDecision(sql: Sql, defs: readonly AgentDef[], budget: Sats): Promise<Decision> {
  const { facts, left } = await syncRegistry(sql, defs, toMsat(budget));
  let decided = decision({ facts });
  for (const agentId of left) {
    for (const job of await allOpenJobsOf(sql, agentId)) {
      decided = both(decided, failJob(job, "The agent has left the swarm.", []));
    }
  }
  return decided;
}
