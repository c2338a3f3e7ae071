import { leadingJob } from "../../job/view.ts";
import type { AgentId, JobId } from "../../protocol/ids.ts";
import type { BtcPriceSource } from "../../protocol/records.ts";
import type { Sats } from "../../protocol/units.ts";
import type { Topic } from "../agents/brain.ts";
import { agentState } from "../agents/mind.ts";
import { findAgent, presentAgents } from "../agents/registry.ts";
import type { Clock } from "../clock.ts";
import type { Day } from "../ledger/day.ts";
import { readFigures } from "../ledger/figures.ts";
import type { Database, Sql } from "../storage/port.ts";
import type { ValueBoard } from "../values/board.ts";
import type { Applied } from "./apply.ts";
import { leadingCandidates, pendingInvoices } from "./jobs.ts";
import { shownFigures } from "./treasury/shown.ts";

/** How long changes are gathered before the values are read again, in milliseconds: five times a second at most. */
const GATHER = 200;

/** Keeps the board's agent states and figures as the database has them. */
export interface Announcer {
  /** Something changed: the agents concerned and the figures are read again soon. */
  changed(applied: Applied): void;
  /** Figures, or an agent's standing, changed without any fact. */
  changedWithoutFact(agentId?: AgentId): void;
  topic(jobId: JobId, topic: Topic): void;
  /** Reads everything, at the start and when a day begins. */
  announceAll(): Promise<void>;
  close(): void;
}

/** An announcer that reads at most five times a second, however much happens. */
export function createAnnouncer(parts: {
  readonly database: Database;
  readonly board: ValueBoard;
  readonly clock: Clock;
  readonly dayOf: (at: number) => Day;
  readonly dailyLimit: () => Sats;
  readonly btcPrice: () => { readonly usd: number; readonly source: BtcPriceSource };
  readonly failed: (error: unknown) => void;
}): Announcer {
  const { database, board, clock, dayOf, failed } = parts;
  const topics = new Map<JobId, Topic>();
  const stale = new Set<AgentId>();
  let undoTimer: (() => void) | undefined;
  let closed = false;

  async function postAgent(sql: Sql, agentId: AgentId): Promise<void> {
    const agent = await findAgent(sql, agentId, dayOf(clock.now()).name);
    if (agent === undefined || !agent.present) return;
    const job = leadingJob(await leadingCandidates(sql, agentId));
    board.post(agentState(agent, job?.phase, job && topics.get(job.jobId)));
  }

  async function postFigures(sql: Sql): Promise<void> {
    const figures = shownFigures(await readFigures(sql, dayOf(clock.now())));
    const { balanceSats, earnedTodaySats, spentTodaySats } = figures;
    const { treasurySats, dailyBurnSats, netTodaySats } = figures;
    const { usd, source } = parts.btcPrice();
    board.post({
      type: "economy_state",
      balanceSats,
      earnedTodaySats,
      spentTodaySats,
      dailyLimitSats: parts.dailyLimit(),
      pendingInvoices: await pendingInvoices(sql, clock.now()),
      btcPriceUsd: usd,
      btcPriceSource: source,
    });
    board.post({ type: "treasury_state", treasurySats, dailyBurnSats, netTodaySats });
  }

  async function announce(): Promise<void> {
    const agents = [...stale];
    stale.clear();
    try {
      await database.read(async (sql) => {
        for (const agentId of agents) await postAgent(sql, agentId);
        await postFigures(sql);
      });
    } catch (error) {
      // What could not be read now is read with the next change.
      for (const agentId of agents) stale.add(agentId);
      throw error;
    }
  }

  function soon(): void {
    if (closed || undoTimer !== undefined) return;
    undoTimer = clock.after(GATHER, () => {
      undoTimer = undefined;
      announce().catch(failed);
    });
  }

  return {
    changed(applied) {
      for (const job of applied.jobs) {
        stale.add(job.agentId);
        if (job.phase === "closed") topics.delete(job.jobId);
      }
      for (const agentId of applied.spenders) stale.add(agentId);
      soon();
    },
    changedWithoutFact(agentId) {
      if (agentId !== undefined) stale.add(agentId);
      soon();
    },
    topic: (jobId, topic) => void topics.set(jobId, topic),
    async announceAll() {
      const agents = await database.read((sql) => presentAgents(sql, dayOf(clock.now()).name));
      for (const agent of agents) stale.add(agent.def.id);
      board.post({ type: "agent_count", count: agents.length });
      await announce();
    },
    close() {
      closed = true;
      undoTimer?.();
    },
  };
}
