import type { CurrentValue } from "../../protocol/values.ts";
import { publicView } from "../../protocol/visibility.ts";
import type { Viewer } from "../access/identity.ts";
import type { PostedValue, ValueBoard } from "../values/board.ts";
import type { Outbox } from "./outbox.ts";

/** What a viewer may see of a value. */
export type Sight = "whole" | "public" | "nothing";

const FIGURES: ReadonlySet<CurrentValue["type"]> = new Set(["economy_state", "treasury_state"]);

/** How much of a posted value a viewer sees. `publicFigures`: whether visitors see the tower's figures. */
export function sightOf({ audience, value }: PostedValue, viewer: Viewer, publicFigures: boolean): Sight {
  if (audience === "everyone") {
    if (viewer.sees === "everything") return "whole";
    return FIGURES.has(value.type) && !publicFigures ? "nothing" : "public";
  }
  const isOwn = viewer.sees !== "public" && viewer.ownerId === audience.ownerId;
  // A purse does not say whose it is: an operator would take a visitor's for its own.
  const seesOthers = viewer.sees === "everything" && value.type !== "purse_state";
  return isOwn || seesOthers ? "whole" : "nothing";
}

interface EncodedValue {
  whole?: Buffer;
  public?: Buffer | null;
}
const encodedValues = new WeakMap<PostedValue, EncodedValue>();

/** A posted value as a frame, encoded once for all who see as much of it; nothing when it has no such form. */
function valueFrame(posted: PostedValue, sight: "whole" | "public"): Buffer | null {
  let encoded = encodedValues.get(posted);
  if (encoded === undefined) {
    encoded = {};
    encodedValues.set(posted, encoded);
  }
  if (sight === "whole") {
    encoded.whole ??= Buffer.from(JSON.stringify(posted.value));
    return encoded.whole;
  }
  if (encoded.public === undefined) {
    const view = publicView(posted.value);
    encoded.public = view === undefined ? null : Buffer.from(JSON.stringify(view));
  }
  return encoded.public;
}

/** The current values that one connection is told. Begins held back: values gather, the newest of each. */
export interface ValueStream {
  /** Lets all that stands on the board be told, for a client that may have missed any of it. */
  repeatAll(): void;
  /** Tells a value that stands once more, unless the stream is held back: whoever is told anything sees that it is live. */
  repeat(key: string): void;
  /** Tells what has gathered, and from now on each value as it comes. */
  release(): void;
  stop(): void;
}

/**
 * Tells one connection the current values it may see. While the connection is held back or slow, only the newest of
 * each is kept; of a job's progress then the whole text so far is told, so that no piece is lost.
 */
export function streamValues(
  board: ValueBoard,
  outbox: Outbox,
  viewer: Viewer,
  publicFigures: boolean,
): ValueStream {
  const gathered = new Map<string, PostedValue>();
  let isHeld = true;

  function tell(posted: PostedValue): void {
    const sight = sightOf(posted, viewer, publicFigures);
    const frame = sight === "nothing" ? null : valueFrame(posted, sight);
    if (frame !== null) outbox.send(frame);
  }

  function flush(): void {
    if (isHeld) return;
    for (const [key, posted] of gathered) {
      if (outbox.isBusy()) return;
      gathered.delete(key);
      const newest = posted.value.type === "job_progress" ? board.get(key) : posted;
      if (newest !== undefined) tell(newest);
    }
  }

  const unfollow = board.follow((posted) => {
    if (isHeld || outbox.isBusy() || gathered.has(posted.key)) {
      if (sightOf(posted, viewer, publicFigures) !== "nothing") gathered.set(posted.key, posted);
    } else tell(posted);
  });
  const stopDraining = outbox.onDrain(flush);

  return {
    repeatAll() {
      for (const posted of board.latest())
        if (sightOf(posted, viewer, publicFigures) !== "nothing") gathered.set(posted.key, posted);
    },
    repeat(key) {
      const posted = board.get(key);
      if (posted !== undefined && !isHeld && !outbox.isBusy()) tell(posted);
    },
    release() {
      isHeld = false;
      flush();
    },
    stop() {
      unfollow();
      stopDraining();
      gathered.clear();
    },
  };
}
