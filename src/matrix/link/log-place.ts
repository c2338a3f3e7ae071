import { FACTS, type Fact } from "../../protocol/facts.ts";
import type { TowerReplyOf } from "../../protocol/handshake.ts";
import type { Epoch, Seq } from "../../protocol/ids.ts";
import type { TowerMessage } from "../../protocol/messages.ts";

/** Whether a message is a fact: something that has its place in the log. */
export const isFact = (message: TowerMessage): message is Fact => Object.hasOwn(FACTS, message.type);

/** Where this browser stands in one tower's log. */
export interface Place {
  readonly epoch: Epoch;
  readonly seq: Seq;
}

/**
 * What a fact is to this browser: news; what it missed and now catches up on; something it has already; or proof
 * that an earlier fact never arrived.
 */
export type Arrival = "live" | "catching_up" | "already_seen" | "after_a_loss";

/** Follows the log through one connection after another, and notices what is lost. */
export interface LogPlace {
  /** The last fact that is known to be complete up to itself; undefined before the first snapshot. */
  since(): Place | undefined;
  /** A new connection: nothing counts before its `subscribed`. */
  reconnected(): void;
  /** False when the answer cannot follow from what was asked: only a snapshot helps then. */
  subscribed(reply: TowerReplyOf<"subscribed">): boolean;
  snapshotDone(): void;
  arrived(fact: Fact): Arrival;
  isCaughtUp(): boolean;
  /** The place is worth nothing: the next connection takes a snapshot. */
  forget(): void;
}

export function createLogPlace(): LogPlace {
  let epoch: Epoch | undefined;
  /** The newest fact known, counting the ones that a snapshot on its way contains. */
  let last: Seq | undefined;
  /** Whether everything up to `last` is here. */
  let isComplete = false;
  /** The answer of the connection in use: facts up to its `seq` were missed, later ones are news. */
  let answer: TowerReplyOf<"subscribed"> | undefined;
  /** Where the last loss showed: a second one there means that resuming does not help. */
  let lostAt: Seq | undefined;

  const forget = () => {
    isComplete = false;
    lostAt = undefined;
  };

  return {
    since: () => (isComplete && epoch !== undefined && last !== undefined ? { epoch, seq: last } : undefined),
    reconnected() {
      answer = undefined;
    },
    subscribed(reply) {
      if (reply.mode === "resume" && (!isComplete || epoch !== reply.epoch)) return false;
      answer = reply;
      if (reply.mode === "snapshot") {
        forget();
        epoch = reply.epoch;
        last = reply.seq;
      }
      return true;
    },
    snapshotDone() {
      if (answer?.mode === "snapshot") isComplete = true;
    },
    arrived(fact) {
      // Older towers keep no log: all they say is news, and nothing of it can be missed knowingly.
      if (fact.seq === undefined) return "live";
      // The public facts before `subscribed` come again, with the hidden ones in between.
      if (answer === undefined || last === undefined || fact.seq <= last) return "already_seen";
      if (fact.prev !== undefined && fact.prev > last) {
        const isSecond = lostAt === last;
        if (isSecond) forget();
        else lostAt = last;
        return "after_a_loss";
      }
      last = fact.seq;
      return fact.seq <= answer.seq ? "catching_up" : "live";
    },
    isCaughtUp: () => answer !== undefined && isComplete && last !== undefined && last >= answer.seq,
    forget,
  };
}
