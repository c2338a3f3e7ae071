import type { Seq } from "../../protocol/ids.ts";
import { publicView } from "../../protocol/visibility.ts";
import type { Viewer } from "../access/identity.ts";
import type { LogEntry } from "../log/entry.ts";

/** A fact as text, for one audience: encoded once, whatever the number of connections. */
interface EncodedFact {
  /** The JSON object without its opening brace. */
  readonly rest: string;
  /** The frame that was asked for last: connections at the head of the log mostly share their `prev`. */
  prev: Seq | undefined;
  frame: Buffer;
}

interface Audiences {
  whole?: EncodedFact;
  /** Null: the fact has no public form. */
  public?: EncodedFact | null;
}

/** Those in the same place of the log share one read, so they share these too, for as long as anybody holds the entry. */
const encodedFacts = new WeakMap<LogEntry, Audiences>();

const encoded = (fact: object): EncodedFact => ({
  rest: JSON.stringify(fact).slice(1),
  prev: undefined,
  frame: Buffer.alloc(0),
});

function encodedPublic({ fact, ownerId }: LogEntry): EncodedFact | null {
  // A line that was said to one owner is not public, even if the fact itself does not name that owner.
  if (fact.type === "chat" && ownerId !== null) return null;
  const view = publicView(fact);
  return view === undefined ? null : encoded(view);
}

const seesWhole = (viewer: Viewer, entry: LogEntry): boolean =>
  viewer.sees === "everything" || (viewer.sees === "own" && viewer.ownerId === entry.ownerId);

/**
 * A fact as a frame for a viewer, with the `seq` of the last fact that was sent to the same connection. Nothing when the fact is
 * hidden from that viewer. The bytes are shared: they must not be written to.
 */
export function factFrame(entry: LogEntry, viewer: Viewer, prev: Seq): Buffer | undefined {
  let audiences = encodedFacts.get(entry);
  if (audiences === undefined) {
    audiences = {};
    encodedFacts.set(entry, audiences);
  }
  let fact: EncodedFact | null;
  if (seesWhole(viewer, entry)) {
    audiences.whole ??= encoded(entry.fact);
    fact = audiences.whole;
  } else {
    if (audiences.public === undefined) audiences.public = encodedPublic(entry);
    fact = audiences.public;
  }
  if (fact === null) return undefined;
  if (fact.prev !== prev) {
    fact.prev = prev;
    fact.frame = Buffer.from(`{"prev":${prev},${fact.rest}`);
  }
  return fact.frame;
}
