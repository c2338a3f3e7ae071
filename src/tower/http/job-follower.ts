import type { JobId, OwnerId } from "../../protocol/ids.ts";
import type { JobRecord } from "../../protocol/records.ts";
import { refuse } from "../../protocol/refusal.ts";
import type { Economy } from "../economy/economy.ts";
import { keyOf, type ValueBoard } from "../values/board.ts";
import { type EventChannel, openEventChannel } from "./event-channel.ts";

/** How much of which attempt's text a reader has, in UTF-16 units. */
export interface Place {
  readonly attempt: number;
  readonly offset: number;
}

/** What following a job asks of the rest of the tower. */
export interface FollowParts {
  readonly economy: Pick<Economy, "job" | "watchJob" | "attemptsOf">;
  readonly board: Pick<ValueBoard, "get" | "follow">;
  /** Told of what kept a stream from going on. */
  readonly failed: (error: unknown) => void;
}

/** The id of the last event: whoever comes back with it lacks nothing. */
export const END = "end";

/** Where a reader is, by the id of the last event it got; undefined when it has nothing, or everything. */
export function placeIn(lastEventId: string | undefined): Place | undefined {
  const [, attempt, offset] = /^(\d+):(\d+)$/.exec(lastEventId ?? "") ?? [];
  return attempt === undefined ? undefined : { attempt: Number(attempt), offset: Number(offset) };
}

const progressKey = (jobId: JobId, ownerId: OwnerId | undefined): string =>
  `${keyOf({ type: "job_progress", jobId, attempt: 1, offset: 0, text: "" })}@${ownerId}`;

/**
 * Follows a job until its work is over: `state` with the job at first and at each change, `token` with the text that the reader lacks,
 * `done` with the job at its end. Text is always taken from the whole of it, so that a reader gets each unit of it once and in order,
 * wherever it left off. Undefined when a reader that has the end comes back to a job that is over.
 */
export async function followJob(
  parts: FollowParts,
  job: JobRecord,
  lastEventId: string | undefined,
): Promise<EventChannel | undefined> {
  const { board, economy, failed } = parts;
  const { jobId } = job;
  const key = progressKey(jobId, job.ownerId);
  const channel = openEventChannel();
  let place = placeIn(lastEventId) ?? { attempt: 0, offset: 0 };
  let newest = job;
  let sent: string | undefined;
  let isOpen = false;

  /** Says how much there is of an attempt's text: what of it the reader lacks is sent. */
  function tell(attempt: number, text: string): void {
    if (attempt < place.attempt) return;
    if (attempt > place.attempt) place = { attempt, offset: 0 };
    if (text.length <= place.offset) return;
    const { offset } = place;
    place = { attempt, offset: text.length };
    channel.send({
      event: "token",
      id: `${attempt}:${text.length}`,
      data: { attempt, offset, text: text.slice(offset) },
    });
  }

  function tellProgress(): void {
    const standing = board.get(key)?.value;
    if (isOpen && standing?.type === "job_progress") tell(standing.attempt, standing.text);
  }

  async function finish(last: JobRecord): Promise<void> {
    const { result } = last;
    if (result !== undefined) tell(await economy.attemptsOf(jobId), result);
    channel.send({ event: "done", id: END, data: last });
    channel.end();
  }

  function tellJob(): void {
    if (!isOpen) return;
    if (newest.phase === "closed") {
      isOpen = false;
      finish(newest).catch((error: unknown) => {
        failed(error);
        channel.stream.destroy();
      });
      return;
    }
    const data = JSON.stringify(newest);
    if (data === sent) return;
    sent = data;
    channel.send({ event: "state", data: newest });
  }

  const undoWatch = economy.watchJob(jobId, (changed) => {
    // Read and told may overtake each other; the facts say which is newer.
    if (changed.seq < newest.seq) return;
    newest = changed;
    tellJob();
  });
  const undoFollow = board.follow((posted) => {
    if (posted.key === key) tellProgress();
  });
  channel.stream.once("close", () => {
    isOpen = false;
    undoWatch();
    undoFollow();
  });

  try {
    // Listening began before looking, so that nothing falls between the two.
    const now = (await economy.job(jobId)) ?? refuse("unknown_job", `There is no job ${jobId}.`);
    if (now.seq >= newest.seq) newest = now;
    if (newest.phase === "closed" && lastEventId === END) {
      channel.stream.destroy();
      return undefined;
    }
    place = await placeThatIs(place);
  } catch (error) {
    channel.stream.destroy();
    throw error;
  }
  isOpen = true;
  if (newest.phase !== "closed") {
    tellJob();
    tellProgress();
  } else tellJob();
  return channel;

  /** A place that no reader can have come to is none: the text is then sent from its start. */
  async function placeThatIs(claimed: Place): Promise<Place> {
    const attempts = await economy.attemptsOf(jobId);
    const standing = board.get(key)?.value;
    const length =
      newest.result?.length ?? (standing?.type === "job_progress" ? standing.text.length : Infinity);
    const isPossible =
      claimed.attempt < attempts || (claimed.attempt === attempts && claimed.offset <= length);
    return isPossible ? claimed : { attempt: 0, offset: 0 };
  }
}
