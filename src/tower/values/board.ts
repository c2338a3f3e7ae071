import type { OwnerId } from "../../protocol/ids.ts";
import type { CurrentValue, ValueOf } from "../../protocol/values.ts";

/** Who may see a value whole: everyone (by its public fields), or one owner and the operators. */
export type Audience = "everyone" | { readonly ownerId: OwnerId };

/** A current value with the key under which only the newest is kept. */
export interface PostedValue {
  readonly key: string;
  readonly audience: Audience;
  readonly value: CurrentValue;
}

/** The newest of every current value: what a snapshot shows and what live connections are told. */
export interface ValueBoard {
  /**
   * Puts a value up and tells the followers. A value equal to the one that stands is not news. Pieces of a job's
   * progress are joined to the text that stands; a piece of an earlier attempt, or one that leaves a gap, is dropped,
   * because no reader could place it.
   */
  post(value: CurrentValue, audience?: Audience): void;
  /** Tells the followers a value that does not stand on the board: what its reader can always ask for again. */
  tell(value: CurrentValue, audience?: Audience): void;
  /** Everything that stands; a job's progress with the whole text of its attempt. */
  latest(): readonly PostedValue[];
  /** What stands under a key. */
  get(key: string): PostedValue | undefined;
  /** Calls `listener` for each value put up from now on, pieces of progress as they are; returns its undo. */
  follow(listener: (posted: PostedValue) => void): () => void;
  /** Takes down what {@link keyOf} names, for every audience: a job that has ended, an agent that has left. */
  takeDown(key: string): void;
}

/** What a value is about: the key of its place on the board, beside its audience. */
export function keyOf(value: CurrentValue): string {
  switch (value.type) {
    case "agent_state":
      return `agent_state:${value.agentId}`;
    case "job_progress":
      return `job_progress:${value.jobId}`;
    default:
      return value.type;
  }
}

/** No id contains an `@`, so an audience's part of a key cannot be mistaken for an id's. */
const placeOf = (value: CurrentValue, audience: Audience): string =>
  audience === "everyone" ? keyOf(value) : `${keyOf(value)}@${audience.ownerId}`;

/** A board in this process's memory: current values are made anew after a restart. */
export function createValueBoard(): ValueBoard {
  const board = new Map<string, PostedValue>();
  const listeners = new Set<(posted: PostedValue) => void>();

  function tell(value: CurrentValue, audience: Audience = "everyone"): void {
    const posted: PostedValue = { key: placeOf(value, audience), audience, value };
    for (const listener of [...listeners]) listener(posted);
  }

  return {
    tell,
    post(value, audience = "everyone") {
      const key = placeOf(value, audience);
      const standing = board.get(key);
      const next =
        value.type === "job_progress" ? joined(standing?.value, value) : replaced(standing?.value, value);
      if (next === undefined) return;
      board.set(key, { key, audience, value: next });
      tell(value, audience);
    },
    latest: () => [...board.values()],
    get: (key) => board.get(key),
    follow(listener) {
      const own = (posted: PostedValue) => listener(posted);
      listeners.add(own);
      return () => listeners.delete(own);
    },
    takeDown(key) {
      for (const place of board.keys()) if (place === key || place.startsWith(`${key}@`)) board.delete(place);
    },
  };
}

/** The value that is to stand, or nothing when it is no news. */
function replaced(standing: CurrentValue | undefined, value: CurrentValue): CurrentValue | undefined {
  return standing !== undefined && JSON.stringify(standing) === JSON.stringify(value) ? undefined : value;
}

/** The whole text of the attempt with the new piece, or nothing when the piece adds none. */
function joined(
  standing: CurrentValue | undefined,
  piece: ValueOf<"job_progress">,
): ValueOf<"job_progress"> | undefined {
  if (standing?.type !== "job_progress" || standing.attempt < piece.attempt)
    return piece.offset === 0 ? piece : undefined;
  const isNews =
    standing.attempt === piece.attempt &&
    piece.offset <= standing.text.length &&
    piece.offset + piece.text.length > standing.text.length;
  return isNews
    ? { ...piece, offset: 0, text: standing.text.slice(0, piece.offset) + piece.text }
    : undefined;
}
