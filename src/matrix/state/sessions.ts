import type { FactOf } from "../../protocol/facts.ts";
import type { Seq, SessionId } from "../../protocol/ids.ts";
import type { SessionRecord, SessionState } from "../../protocol/records.ts";
import type { Batch } from "./batch.ts";
import type { Me, Readable } from "./model.ts";

/** The sessions of whoever looks. */
export interface Sessions {
  /** The current one first, then the newest. A kiosk has none. */
  readonly list: Readable<readonly SessionRecord[]>;
  /** The one that pays: active or paused, else the one that waits for its first payment. */
  readonly current: Readable<SessionRecord | undefined>;
  /** A fact came. One that is older than what is known changes nothing. */
  changed(fact: FactOf<"session_state">): void;
  /** Forgets every session and takes these, the newest first, which stood so at `seq` of the log. */
  replaceAll(records: readonly SessionRecord[], seq: Seq): void;
  /** Somebody else looks now, or as something else. */
  viewerChanged(): void;
}

interface Known {
  readonly record: SessionRecord;
  /** The fact it comes from; of a tower without a log none. */
  readonly seq: number;
}

const RANK: Readonly<Record<SessionState, number>> = {
  active: 0,
  paused: 0,
  awaiting_payment: 1,
  expired: 2,
  closed: 2,
};

const isOver = ({ state }: SessionRecord): boolean => state === "expired" || state === "closed";

/** Nothing is left to be done about it, and nothing to be waited for. */
const isDone = (record: SessionRecord): boolean =>
  isOver(record) && record.owedSats === 0 && record.refund !== "paying" && record.refund !== "unknown";

/** Keeps the sessions of whoever `me` says looks; operators hear of others' as well, which are not theirs. */
export function createSessions(batch: Batch, me: () => Me): Sessions {
  const known = new Map<SessionId, Known>();
  let asOf = 0;

  const isOwn = ({ ownerId }: SessionRecord): boolean => ownerId === undefined || ownerId === me().ownerId;

  const list = batch.view((): readonly SessionRecord[] => {
    if (me().role === "kiosk") return [];
    return [...known.values()]
      .toReversed()
      .map(({ record }) => record)
      .filter(isOwn)
      .sort((a, b) => RANK[a.state] - RANK[b.state]);
  });
  const current = batch.view(() => list.get().find((record) => !isOver(record)));
  const look = () => {
    list.invalidate();
    current.invalidate();
  };

  return {
    list,
    current,
    changed({ type, seq, prev, at, ...record }) {
      const before = known.get(record.sessionId);
      const place = seq ?? before?.seq ?? asOf;
      if (seq !== undefined && seq <= Math.max(before?.seq ?? 0, asOf)) return;
      if (isDone(record)) known.delete(record.sessionId);
      else known.set(record.sessionId, { record, seq: place });
      look();
    },
    replaceAll(records, seq) {
      known.clear();
      asOf = seq;
      for (const record of records.toReversed())
        if (!isDone(record)) known.set(record.sessionId, { record, seq });
      look();
    },
    viewerChanged: look,
  };
}
