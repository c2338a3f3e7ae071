import type { AgentDef } from "../../protocol/agent-defs.ts";
import { type Msat, type Sats, toMsat } from "../../protocol/units.ts";
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
  if ((await database.read((sql) => readMeta(sql, "books"))) === "open") return;
  const balance = await balanceAtFirst(wallet);
  await database.transaction(async (sql) => {
    if ((await readMeta(sql, "books")) === "open") return;
    await writeMeta(sql, "books", "open");
    if (balance <= 0n) return;
    const at = clock.now();
    await post(sql, { at, reason: "opening_balance", key: "opening", postings: openingBalance(balance) });
  });
}

async function balanceAtFirst(wallet: Wallet): Promise<Msat> {
  try {
    return await wallet.balance();
  } catch (error) {
    throw new Error(
      `At its first start the tower opens its books with what the ${wallet.kind} wallet holds, and that wallet did not say: see that it runs and that its settings are right.`,
      { cause: error },
    );
  }
}

/**
 * Reads the gauges that must read zero, and throws what they read when they do not: hiding books that do not add up would help nobody.
 */
export async function checkBooks(database: Database, wallet: Wallet): Promise<void> {
  const held = await wallet.balance();
  const { gauges, gap } = await database.read(async (sql) => ({
    gauges: await auditLedger(sql),
    gap: await walletGap(sql, held),
  }));
  const wrong = Object.entries({ ...gauges, walletGapMsat: gap }).filter(([, value]) => BigInt(value) !== 0n);
  if (wrong.length === 0) return;
  const readings = wrong.map(([gauge, value]) => `${gauge} ${value}`).join(", ");
  throw new Error(`These must be zero: ${readings}.`);
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
