import type { AgentId } from "../../protocol/ids.ts";
import type { Place } from "./layout.ts";
import type { Roster } from "./roster.ts";

/** Where agents stand, and where those that left stood last. */
export interface Whereabouts {
  /** Undefined for an agent that was never here, or left too long ago. */
  find(id: AgentId): Place | undefined;
  /** How many places it knows. */
  readonly size: number;
  dispose(): void;
}

/** How many of those that left are remembered. */
export const MOST_REMEMBERED = 1000;

/** Follows the roster. */
export function createWhereabouts(roster: Pick<Roster, "standing" | "onChange">): Whereabouts {
  const places = new Map<AgentId, Place>();
  /** The longest gone first. */
  const gone = new Set<AgentId>();
  const stop = roster.onChange(({ slots, left }) => {
    for (const id of left) gone.add(id);
    for (const slot of slots) {
      const agent = roster.standing[slot];
      if (!agent) continue;
      places.set(agent.id, agent.at);
      gone.delete(agent.id);
    }
    for (const id of gone) {
      if (gone.size <= MOST_REMEMBERED) break;
      gone.delete(id);
      places.delete(id);
    }
  });
  return {
    find: (id) => places.get(id),
    get size() {
      return places.size;
    },
    dispose: stop,
  };
}
