import type { Unsubscribe } from "./model.ts";

/** What differs from when one reader last looked. */
export interface Change<Id> {
  /** What came, changed or left, each once; `all` when nobody counted: look at every one. */
  readonly ids: ReadonlySet<Id> | "all";
  /** Whether any came or left. */
  readonly cameOrLeft: boolean;
  /** Whether those did so live. What is only caught up on is not acted out. */
  readonly isLive: boolean;
  /** Whether all there is was told of at once since then; of a first look, whether it ever was. */
  readonly isReplaced: boolean;
}

/** One reader of changes. It is told nothing: it looks when it likes, and pays for what changed, not for what there is. */
export interface ChangeReader<Id> {
  /** What changed since the last time, which is then forgotten; undefined when nothing did. */
  take(): Change<Id> | undefined;
  stop: Unsubscribe;
}

/** Which items of a collection change. */
export interface Changes<Id> {
  /** Begins to follow. The first `take` says `all`. */
  follow(): ChangeReader<Id>;
}

/** Where the owner of a collection notes what it does to it. */
export interface ChangeNotes<Id> extends Changes<Id> {
  changed(id: Id): void;
  cameOrLeft(id: Id, isLive: boolean): void;
  /** Everything may be different, and none of it live. */
  replaced(): void;
}

/** A reader that does not look for long (a hidden page) has this many ids noted at most; after that it is `all`. */
const MOST_NOTED = 50_000;

export function createChanges<Id>(): ChangeNotes<Id> {
  interface Notes {
    ids: Set<Id>;
    isAll: boolean;
    cameOrLeft: boolean;
    isReplaced: boolean;
    isLive: boolean;
  }
  /** Whether everything ever was. */
  let wasReplaced = false;
  const readers = new Set<Notes>();

  const note = (notes: Notes, id: Id) => {
    if (notes.isAll) return;
    notes.ids.add(id);
    if (notes.ids.size <= MOST_NOTED) return;
    notes.ids = new Set();
    notes.isAll = true;
  };

  return {
    changed(id) {
      for (const notes of readers) note(notes, id);
    },
    cameOrLeft(id, isLive) {
      for (const notes of readers) {
        note(notes, id);
        notes.cameOrLeft = true;
        notes.isLive &&= isLive;
      }
    },
    replaced() {
      wasReplaced = true;
      for (const notes of readers) {
        notes.ids = new Set();
        notes.isAll = true;
        notes.cameOrLeft = true;
        notes.isReplaced = true;
        notes.isLive = false;
      }
    },
    follow() {
      const notes: Notes = {
        ids: new Set(),
        isAll: true,
        cameOrLeft: true,
        isReplaced: wasReplaced,
        isLive: false,
      };
      readers.add(notes);
      return {
        take() {
          if (!notes.isAll && notes.ids.size === 0) return undefined;
          const { ids, isAll, cameOrLeft, isReplaced, isLive } = notes;
          notes.ids = new Set();
          notes.isAll = false;
          notes.cameOrLeft = false;
          notes.isReplaced = false;
          notes.isLive = true;
          return { ids: isAll ? "all" : ids, cameOrLeft, isReplaced, isLive };
        },
        stop: () => readers.delete(notes),
      };
    },
  };
}
