import type { AgentId, JobId } from "../../protocol/ids.ts";
import type { ChatLine } from "../../protocol/records.ts";
import type { ValueOf } from "../../protocol/values.ts";
import type { Batch } from "./batch.ts";
import type { Readable } from "./model.ts";

/** How many lines are kept; older ones go. */
const KEPT_LINES = 1_000;

export interface Chat {
  readonly lines: Readable<readonly ChatLine[]>;
  /** Adds lines in their places. A line whose id is known takes that line's place. */
  add(lines: readonly ChatLine[]): void;
  /** Shows more of what an agent is writing, as one line that grows. */
  progress(value: ValueOf<"job_progress">, agentId: AgentId): void;
  /** The job has ended: what it wrote on the way makes room for its result. */
  endProgress(jobId: JobId): void;
  /** Forgets every line and takes these. */
  replaceAll(lines: readonly ChatLine[]): void;
}

interface Placed {
  readonly line: ChatLine;
  /** The fact that it comes from, and which of that fact's lines it is. */
  readonly seq: number;
  readonly nth: number;
}

interface Writing {
  readonly attempt: number;
  readonly text: string;
}

const ID = /^(\d+):(\d+)$/;
const progressId = (jobId: JobId): string => `writing:${jobId}`;
const isBefore = (a: Placed, b: Placed): boolean => a.seq < b.seq || (a.seq === b.seq && a.nth < b.nth);

/** The chat in the order of the log. Lines without a place in it come after the newest that has one. */
export function createChat(batch: Batch): Chat {
  const placed: Placed[] = [];
  const ids = new Set<string>();
  const writings = new Map<JobId, Writing>();
  let unplaced = 0;

  const lines = batch.view((): readonly ChatLine[] => placed.map(({ line }) => line));

  const place = (line: ChatLine): Placed => {
    const [, seq, nth] = ID.exec(line.id) ?? [];
    if (seq !== undefined && nth !== undefined) return { line, seq: Number(seq), nth: Number(nth) };
    unplaced += 1;
    return { line, seq: placed.at(-1)?.seq ?? 0, nth: 1_000_000 + unplaced };
  };

  const put = (line: ChatLine) => {
    if (ids.has(line.id)) {
      const index = placed.findLastIndex((each) => each.line.id === line.id);
      const known = placed[index];
      if (known !== undefined) placed[index] = { ...known, line };
      return;
    }
    const entry = place(line);
    let index = placed.length;
    while (index > 0 && isBefore(entry, placed[index - 1] ?? entry)) index -= 1;
    placed.splice(index, 0, entry);
    ids.add(line.id);
    if (placed.length <= KEPT_LINES) return;
    for (const { line: old } of placed.splice(0, placed.length - KEPT_LINES)) ids.delete(old.id);
  };

  const remove = (id: string) => {
    if (!ids.delete(id)) return;
    const index = placed.findLastIndex(({ line }) => line.id === id);
    if (index >= 0) placed.splice(index, 1);
  };

  return {
    lines,
    add(added) {
      if (added.length === 0) return;
      for (const line of added) put(line);
      lines.invalidate();
    },
    progress({ jobId, attempt, offset, text }, agentId) {
      const known = writings.get(jobId);
      if (known !== undefined && attempt < known.attempt) return;
      const before = known?.attempt === attempt ? known.text : "";
      // A piece in between was merged away: the tower sends the whole text again, so it is waited for.
      if (offset > before.length) return;
      const whole = before.slice(0, offset) + text;
      writings.set(jobId, { attempt, text: whole });
      put({ id: progressId(jobId), jobId, speaker: { kind: "agent", agentId }, text: whole });
      lines.invalidate();
    },
    endProgress(jobId) {
      if (!writings.delete(jobId)) return;
      remove(progressId(jobId));
      lines.invalidate();
    },
    replaceAll(next) {
      placed.length = 0;
      ids.clear();
      writings.clear();
      for (const line of next) put(line);
      lines.invalidate();
    },
  };
}
