import type { OwnerId } from "../../protocol/ids.ts";
import type { AgentRecord, PurseFigures, SessionRecord } from "../../protocol/records.ts";
import type { Viewer } from "../access/identity.ts";
import { budgetStress, presentAgents, type RegisteredAgent } from "../agents/registry.ts";
import { jobsForSnapshot } from "../economy/jobs.ts";
import { shownSessions } from "../economy/sessions.ts";
import { readChatLines } from "../log/chat-lines.ts";
import { lastSeq } from "../log/read.ts";
import type { Database, Sql } from "../storage/port.ts";
import { RECENT_CHAT_LINES, RECENT_JOBS, type SnapshotSource } from "./snapshot-source.ts";

/** Open jobs that a snapshot shows at most, newest first: far more than any screen tells apart. */
const OPEN_JOBS = 10_000;
/** Sessions that a snapshot shows at most, newest first. */
const SESSIONS = 1_000;

const recordOf = (agent: RegisteredAgent): AgentRecord => ({
  agentId: agent.def.id,
  label: agent.def.label,
  role: agent.def.role,
  color: agent.def.color,
  direction: agent.def.direction,
  x: agent.def.x,
  z: agent.def.z,
  state: agent.paused ? "paused" : "idle",
  budgetStress: budgetStress(agent),
});

/** Whose chat a viewer reads, beside everybody's. */
const chatOf = (viewer: Viewer): { readonly ownerId?: OwnerId; readonly all?: boolean } => {
  if (viewer.sees === "public") return {};
  return viewer.sees === "everything" ? { all: true } : { ownerId: viewer.ownerId };
};

/** Sessions are their owner's and the operators'. */
async function sessionsFor(sql: Sql, viewer: Viewer): Promise<readonly SessionRecord[]> {
  if (viewer.sees === "public") return [];
  return shownSessions(sql, {
    limit: SESSIONS,
    ...(viewer.sees === "own" && { ownerId: viewer.ownerId }),
  });
}

/** Snapshots from the tower's database. `today` names the calendar day, by which budgets are kept. */
export function storedSnapshots(parts: {
  readonly database: Database;
  readonly today: () => string;
  readonly purse: (ownerId: OwnerId) => PurseFigures | undefined;
}): SnapshotSource {
  const { database, purse, today } = parts;
  return {
    read: (viewer) =>
      database.read(async (sql) => ({
        seq: await lastSeq(sql),
        agents: (await presentAgents(sql, today())).map(recordOf),
        jobs: await jobsForSnapshot(sql, {
          openLimit: OPEN_JOBS,
          closedLimit: viewer.sees === "public" ? 0 : RECENT_JOBS,
          ...(viewer.sees === "own" && { ownerId: viewer.ownerId }),
        }),
        chat: await readChatLines(sql, chatOf(viewer), RECENT_CHAT_LINES),
        sessions: await sessionsFor(sql, viewer),
      })),
    agents: async () => (await database.read((sql) => presentAgents(sql, today()))).map(recordOf),
    purse: async (ownerId) => purse(ownerId),
  };
}
