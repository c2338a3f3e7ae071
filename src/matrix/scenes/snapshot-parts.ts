import type { TowerReplyOf } from "../../protocol/handshake.ts";
import { exceedsBytes, MAX_SNAPSHOT_PART_BYTES } from "../../protocol/limits.ts";

type Part = TowerReplyOf<"snapshot_part">;
type Lists = Pick<Part, "agents" | "jobs" | "chat" | "sessions" | "progress">;
/** A snapshot before it is cut into parts. */
export type Snapshot = Omit<Part, "type" | "part" | "last">;

const LISTS = ["agents", "jobs", "chat", "sessions", "progress"] as const satisfies readonly (keyof Lists)[];
/** Items that are tried at once. Halved where so many are too long for a part. */
const MOST_ITEMS = 1024;

/** A snapshot as `snapshot_part` frames of at most `maxBytes`; one item that is longer by itself goes alone. */
export function snapshotParts(snapshot: Snapshot, maxBytes: number = MAX_SNAPSHOT_PART_BYTES): string[] {
  const { agents, jobs, chat, sessions, progress, ...figures } = snapshot;
  const lists = { agents, jobs, chat, sessions, progress };
  const frames: string[] = [];
  const frame = (last: boolean, fields: Snapshot): string =>
    JSON.stringify({ type: "snapshot_part", part: frames.length, last, ...fields });

  for (const name of LISTS) {
    const items = lists[name] ?? [];
    let first = 0;
    let count = MOST_ITEMS;
    while (first < items.length) {
      const text = frame(false, { [name]: items.slice(first, first + count) });
      if (count > 1 && exceedsBytes(text, maxBytes)) {
        count = Math.ceil(count / 2);
        continue;
      }
      frames.push(text);
      first += count;
    }
  }
  frames.push(frame(true, figures));
  return frames;
}
