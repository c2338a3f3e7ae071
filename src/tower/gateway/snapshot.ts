import type { TowerReplyOf } from "../../protocol/handshake.ts";
import { MAX_SNAPSHOT_PART_BYTES } from "../../protocol/limits.ts";
import type { AgentRecord, JobRecord, PurseFigures } from "../../protocol/records.ts";
import type { ValueOf } from "../../protocol/values.ts";
import { publicAgent, publicChatLine, publicJob } from "../../protocol/visibility.ts";
import type { Viewer } from "../access/identity.ts";
import type { PostedValue } from "../values/board.ts";
import type { StoredState } from "./snapshot-source.ts";
import { sightOf } from "./value-stream.ts";

type Part = TowerReplyOf<"snapshot_part">;
/** A snapshot before it is cut into parts. */
export type Snapshot = Omit<Part, "type" | "part" | "last">;

/** Agents as they were defined, with the minds that stand on the board. */
export function withMinds(
  agents: readonly AgentRecord[],
  values: readonly PostedValue[],
): readonly AgentRecord[] {
  const minds = new Map<string, ValueOf<"agent_state">>();
  for (const { value } of values) if (value.type === "agent_state") minds.set(value.agentId, value);
  return agents.map((agent) => {
    const { type: _type, ...mind } = minds.get(agent.agentId) ?? { type: undefined };
    return { ...agent, ...mind };
  });
}

/** What a viewer is shown of the stored state and the current values: private fields only of what is its own. */
export function snapshotFor(
  viewer: Viewer,
  state: StoredState,
  values: readonly PostedValue[],
  { publicFigures, purse }: { readonly publicFigures: boolean; readonly purse: PurseFigures | undefined },
): Snapshot {
  const seesAll = viewer.sees === "everything";
  const isOwn = (job: JobRecord) => viewer.sees === "own" && job.ownerId === viewer.ownerId;
  const seen = values
    .filter((posted) => sightOf(posted, viewer, publicFigures) !== "nothing")
    .map(({ value }) => value);
  const economy = seen.find((value) => value.type === "economy_state");
  const treasury = seen.find((value) => value.type === "treasury_state");
  const agents = withMinds(state.agents, values);
  return {
    agents: seesAll ? [...agents] : agents.map(publicAgent),
    jobs: state.jobs.map((job) => (seesAll || isOwn(job) ? job : publicJob(job))),
    chat:
      viewer.sees === "public" ? state.chat.flatMap((line) => publicChatLine(line) ?? []) : [...state.chat],
    ...(viewer.sees !== "public" && { sessions: [...state.sessions] }),
    progress: seen.filter((value) => value.type === "job_progress"),
    ...(economy && { economy: withoutType(economy) }),
    ...(treasury && { treasury: withoutType(treasury) }),
    ...(purse && viewer.sees !== "public" && { purse }),
  };
}

function withoutType<Value extends { readonly type: string }>(value: Value): Omit<Value, "type"> {
  const { type: _type, ...figures } = value;
  return figures;
}

const LISTS = ["agents", "jobs", "chat", "sessions", "progress"] as const;
const FIGURES = ["economy", "treasury", "purse"] as const;

/** Room for the fields around the lists and for the figures. */
const ENVELOPE_BYTES = 2048;

/**
 * The snapshot as `snapshot_part` frames of at most `maxBytes`, each encoded when it is asked for. Every item is encoded once. One
 * item that is larger than a part by itself goes alone.
 */
export function* snapshotFrames(
  snapshot: Snapshot,
  maxBytes: number = MAX_SNAPSHOT_PART_BYTES,
): Generator<string, void, void> {
  let part = 0;
  let bytes = ENVELOPE_BYTES;
  let lists: string[] = [];
  const figures = FIGURES.flatMap((name) =>
    snapshot[name] === undefined ? [] : [`"${name}":${JSON.stringify(snapshot[name])}`],
  );

  function frame(last: boolean, fields: readonly string[]): string {
    const head = `"type":"snapshot_part","part":${part},"last":${last}`;
    part += 1;
    return `{${[head, ...fields].join(",")}}`;
  }

  for (const name of LISTS) {
    let items: string[] = [];
    const close = () => {
      if (items.length > 0) lists.push(`"${name}":[${items.join(",")}]`);
      items = [];
    };
    for (const item of snapshot[name] ?? []) {
      const text = JSON.stringify(item);
      const size = Buffer.byteLength(text) + 1;
      if (bytes + size > maxBytes && bytes > ENVELOPE_BYTES) {
        close();
        yield frame(false, lists);
        lists = [];
        bytes = ENVELOPE_BYTES;
      }
      items.push(text);
      bytes += size;
    }
    close();
  }
  yield frame(true, [...lists, ...figures]);
}
