import type { OwnerId, Seq } from "../../protocol/ids.ts";
import type {
  AgentRecord,
  ChatLine,
  JobRecord,
  PurseFigures,
  SessionRecord,
} from "../../protocol/records.ts";
import type { Viewer } from "../access/identity.ts";

/** Closed jobs, and lines of chat, that a snapshot shows at most. */
export const RECENT_JOBS = 200;
export const RECENT_CHAT_LINES = 200;

/** What stands in storage as of one place in the log. */
export interface StoredState {
  /** Everything up to this fact is in it, and nothing after. */
  readonly seq: Seq;
  /** The agents that are present, as they were defined. */
  readonly agents: readonly AgentRecord[];
  /** All open jobs, and the viewer's own newest closed ones, whole. */
  readonly jobs: readonly JobRecord[];
  /** The newest lines that are public or the viewer's own, oldest first. */
  readonly chat: readonly ChatLine[];
  /** The viewer's sessions that are not over, or owe something. */
  readonly sessions: readonly SessionRecord[];
}

/** What the gateway reads besides the log. */
export interface SnapshotSource {
  /** Reads everything in one view of the database, so that it fits the `seq` it names. */
  read(viewer: Viewer): Promise<StoredState>;
  /** The agents that are present. */
  agents(): Promise<readonly AgentRecord[]>;
  /** An owner's purse; undefined without play sats. */
  purse(ownerId: OwnerId): Promise<PurseFigures | undefined>;
}
