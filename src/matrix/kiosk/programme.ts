import type { AgentId } from "../../protocol/ids.ts";
import { SIGHTS, type Sight } from "./sights.ts";

/** What is shown, since when (in seconds): a sight, or the wide view. */
export interface Shot {
  readonly sight: Sight | undefined;
  readonly since: number;
}

/** What goes on in the world when the programme decides. */
export interface Happening {
  /** What lasts just now. Read only when something else may be shown. */
  lasting(): readonly Sight[];
  isHere(agentId: AgentId): boolean;
}

/** Decides what to show. It knows neither camera nor clock: times are given to it, in seconds, and never go back. */
export interface Programme {
  /** Something happened once. */
  note(now: number, sight: Sight): void;
  /** What to show now; the same shot as before for as long as it stays. */
  decide(now: number, happening: Happening): Shot;
  /** Begins anew with the wide view. */
  restart(now: number): Shot;
}

/** Between two agents the whole is shown at least so long. */
const WIDE_DWELL_S = 14;
/** One agent's story (paid, thinks, works, is done) is followed without going away, but not longer. */
const STORY_S = 90;
/** An agent that has just been shown is not gone back to for what merely goes on. */
const REST_S = 90;
/** More than this many things at once are not remembered: the newest are. */
const MOST_MOMENTS = 32;

const rankOf = ({ kind }: Sight): number => SIGHTS[kind].rank;

export function createProgramme(now: number): Programme {
  let shot: Shot = { sight: undefined, since: now };
  /** When the camera came to the agent that it shows. */
  let storySince = now;
  let moments: { readonly at: number; readonly sight: Sight }[] = [];
  const shownAt = new Map<AgentId, number>();

  /** The highest in rank; among equals whom nobody has seen for longest; then the first. */
  function best(sights: readonly Sight[]): Sight | undefined {
    let found: Sight | undefined;
    for (const sight of sights) {
      const lead = found === undefined ? 1 : rankOf(sight) - rankOf(found);
      const shown = (agent: Sight) => shownAt.get(agent.agentId) ?? Number.NEGATIVE_INFINITY;
      if (lead > 0 || (lead === 0 && found !== undefined && shown(sight) < shown(found))) found = sight;
    }
    return found;
  }

  function show(sight: Sight | undefined, at: number): Shot {
    if (sight?.agentId !== shot.sight?.agentId) storySince = at;
    if (shot.sight) shownAt.set(shot.sight.agentId, at);
    moments = moments.filter((moment) => moment.sight !== sight);
    shot = { sight, since: at };
    return shot;
  }

  function decide(at: number, { lasting, isHere }: Happening): Shot {
    const { sight } = shot;
    if (sight && !isHere(sight.agentId)) return show(undefined, at);
    const spec = sight && SIGHTS[sight.kind];
    const shownFor = at - shot.since;
    if (shownFor < (spec?.dwellS ?? WIDE_DWELL_S)) return shot;
    moments = moments.filter((moment) => at - moment.at <= (SIGHTS[moment.sight.kind].freshS ?? 0));
    for (const [id, shown] of shownAt) if (at - shown > REST_S) shownAt.delete(id);
    const fresh = moments.map((moment) => moment.sight).filter(({ agentId }) => isHere(agentId));
    const going = lasting();
    const isRested = ({ agentId }: Sight) => !shownAt.has(agentId);
    const isMine = ({ agentId }: Sight) => agentId === sight?.agentId;
    if (!sight || !spec) {
      const next = best([...fresh, ...going.filter(isRested)]);
      return next ? show(next, at) : shot;
    }
    if (at - storySince >= STORY_S) return show(undefined, at);
    const next = best([...fresh, ...going].filter(isMine));
    if (next && next.kind !== sight.kind) return show(next, at);
    const isOutranked = [...fresh, ...going.filter(isRested)].some((other) => rankOf(other) > spec.rank);
    return next && shownFor < spec.longestS && !isOutranked ? shot : show(undefined, at);
  }

  return {
    note(at, sight) {
      moments = [...moments.slice(1 - MOST_MOMENTS), { at, sight }];
    },
    decide,
    restart(at) {
      moments = [];
      show(undefined, at);
      shownAt.clear();
      return shot;
    },
  };
}
