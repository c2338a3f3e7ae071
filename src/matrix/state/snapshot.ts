import type { TowerReplyOf } from "../../protocol/handshake.ts";

type Part = TowerReplyOf<"snapshot_part">;

/** What a whole snapshot says. A field is missing when no part had it. */
export type Snapshot = Omit<Part, "type" | "part" | "last">;

/** Gathers the parts of a snapshot, so that it can be taken at once or not at all. */
export interface SnapshotGatherer {
  /** Whether parts are on their way. */
  isGathering(): boolean;
  begin(): void;
  /** The whole when this was the last part; `broken` when one is missing. */
  add(part: Part): Snapshot | "more" | "broken";
}

export function createSnapshotGatherer(): SnapshotGatherer {
  let parts: Part[] | undefined;
  return {
    isGathering: () => parts !== undefined,
    begin() {
      parts = [];
    },
    add(part) {
      if (parts === undefined || part.part !== parts.length) {
        parts = undefined;
        return "broken";
      }
      parts.push(part);
      if (!part.last) return "more";
      const whole = merge(parts);
      parts = undefined;
      return whole;
    },
  };
}

function merge(parts: readonly Part[]): Snapshot {
  const whole: Record<string, unknown> = {};
  for (const { type, part, last, ...fields } of parts) {
    for (const [name, value] of Object.entries(fields)) {
      const before = whole[name];
      whole[name] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
    }
  }
  return whole;
}
