import * as v from "valibot";
import { PING_SECONDS } from "../../protocol/limits.ts";
import { refuse } from "../../protocol/refusal.ts";
import type { Callers } from "./callers.ts";
import { declare } from "./declaration.ts";
import type { EventChannel } from "./event-channel.ts";
import { type FollowParts, followJob } from "./job-follower.ts";
import { seesJob } from "./job-reader.ts";
import { ofOneJob } from "./jobs.ts";
import { type AddRoute, answer } from "./route.ts";

const streamJob = declare({
  ...ofOneJob,
  id: "streamJob",
  method: "GET",
  path: "/api/jobs/:id/stream",
  summary:
    "Follows a job with Server-Sent Events until its work is over, for its owner, operators and who has a macaroon of what paid.",
  description: [
    "`state`: the JobRecord, at first and at each change. `token`: `{attempt, offset, text}`, a piece of the work's text and where it",
    "goes, in UTF-16 units; a new attempt starts the text again. `done`: the JobRecord at the end, in place of a last `state`.",
    "A reader that was cut off sends the last id it got as `Last-Event-ID` and gets what it lacks.",
  ].join(" "),
  callableBy: "macaroon",
  proofs: ["owner", "operator", "macaroon"],
  headers: v.object({
    "last-event-id": v.exactOptional(
      v.pipe(v.string(), v.regex(/^(?:\d{1,9}:\d{1,15}|end)$/, "must be the id of an event of this stream")),
    ),
  }),
  answers: {
    200: { description: "The events.", type: "text/event-stream", schema: v.string() },
    204: { description: "The job is over and the reader has all of it: there is nothing to come back for." },
  },
  refusals: ["unauthorized", "forbidden", "read_only", "too_many_open", "draining"],
});

/** Streams that one owner, or one macaroon, may have open at a time. */
const MAX_STREAMS = 20;

/** What the route of streams asks of the rest of the tower. */
export interface JobStreamOptions extends FollowParts {
  readonly callers: Pick<Callers, "sender" | "callerOf">;
  /** How often a quiet stream says that it is there, in milliseconds. */
  readonly heartbeatMs?: number;
}

/** Adds the route of streams. Returns what ends them all and takes no more. */
export function addJobStreamRoute(add: AddRoute, options: JobStreamOptions): () => void {
  const { callers, economy, heartbeatMs = PING_SECONDS * 1000 } = options;
  const channels = new Set<EventChannel>();
  const counts = new Map<string, number>();
  let isClosed = false;
  const heartbeat = setInterval(() => {
    for (const channel of channels) channel.beat();
  }, heartbeatMs);
  heartbeat.unref();

  /** Counts one more stream of an owner's or a macaroon's; returns its undo. */
  function count(key: string): () => void {
    const open = counts.get(key) ?? 0;
    if (open >= MAX_STREAMS)
      refuse("too_many_open", `You have ${MAX_STREAMS} streams open: close some of them first.`);
    counts.set(key, open + 1);
    return () => {
      const left = (counts.get(key) ?? 1) - 1;
      if (left > 0) counts.set(key, left);
      else counts.delete(key);
    };
  }

  add(streamJob, async ({ headers, params, reply, request }) => {
    const sender =
      (await callers.sender(request)) ??
      refuse("unauthorized", "Send Authorization: Bearer with your owner token.");
    const key = sender.by === "token" ? callers.callerOf(sender).ownerId : sender.pass.tokenId;
    const job = (await economy.job(params.id)) ?? refuse("unknown_job", `There is no job ${params.id}.`);
    if (!seesJob(sender, job)) refuse("forbidden", "Only its owner and operators may follow a job.");
    const uncount = count(key);
    const channel = await followJob(options, job, headers["last-event-id"]).catch((error: unknown) => {
      uncount();
      throw error;
    });
    if (channel === undefined) {
      uncount();
      return answer(204, undefined);
    }
    channels.add(channel);
    channel.stream.once("close", () => {
      channels.delete(channel);
      uncount();
    });
    if (isClosed) {
      channel.stream.destroy();
      refuse("draining", "The tower is stopping. Try again in a moment.");
    }
    // The connection ends with the stream, so that a tower that stops need not wait for it; nginx must not hold events back.
    reply.header("connection", "close").header("x-accel-buffering", "no");
    return answer(200, channel.stream);
  });

  return () => {
    isClosed = true;
    clearInterval(heartbeat);
    for (const channel of channels) channel.end();
  };
}
