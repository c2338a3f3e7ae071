import { AGENT_DEFS } from "../../protocol/agent-defs.ts";
import { hashOf, mixed } from "./hash.ts";

/** How many roles have an arc to themselves; more have to share. */
export const ARCS = 12;

/** The arcs of the roles that every tower starts with: on the side where their first agent stands. */
const FIRST_ARCS: ReadonlyMap<string, number> = new Map(
  AGENT_DEFS.map(({ role, x, z }) => [
    role,
    Math.floor((Math.atan2(x, z) / (2 * Math.PI) + 0.5) * ARCS) % ARCS,
  ]),
);
const KEPT_ARCS: ReadonlySet<number> = new Set(FIRST_ARCS.values());

/** Gives every role its arc of the floor, so that agents of one role stand together. */
export interface RoleArcs {
  /** The role's arc, from 0 to {@link ARCS} less one; it is kept until as many agents left as entered. */
  enter(role: string): number;
  leave(role: string): void;
  /** How many roles have an arc now. */
  readonly size: number;
}

export function createRoleArcs(): RoleArcs {
  const roles = new Map<string, { readonly arc: number; agents: number }>();
  const used = new Array<number>(ARCS).fill(0);

  /** The first of the least used arcs, beginning where the role's name says. */
  function chooseArc(role: string): number {
    const kept = FIRST_ARCS.get(role);
    if (kept !== undefined) return kept;
    const begin = mixed(hashOf(role)) % ARCS;
    let best = begin;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < ARCS; i++) {
      const arc = (begin + i) % ARCS;
      const uses = (used[arc] ?? 0) + (KEPT_ARCS.has(arc) ? 1 : 0);
      if (uses >= least) continue;
      best = arc;
      least = uses;
    }
    return best;
  }

  return {
    enter(role) {
      let mine = roles.get(role);
      if (!mine) {
        mine = { arc: chooseArc(role), agents: 0 };
        roles.set(role, mine);
        used[mine.arc] = (used[mine.arc] ?? 0) + 1;
      }
      mine.agents += 1;
      return mine.arc;
    },
    leave(role) {
      const mine = roles.get(role);
      if (!mine) return;
      mine.agents -= 1;
      if (mine.agents > 0) return;
      roles.delete(role);
      used[mine.arc] = (used[mine.arc] ?? 0) - 1;
    },
    get size() {
      return roles.size;
    },
  };
}
