import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { type JobId, jobId, type OwnerId, seq } from "../../protocol/ids.ts";
import { MAX_QUEUED_BYTES } from "../../protocol/limits.ts";
import type { JobRecord } from "../../protocol/records.ts";
import { newSecret } from "../access/secret.ts";
import { createTestBrain } from "../economy/testing/brain.ts";
import { testDirectory } from "../economy/testing/directory.ts";
import { ANNA, openTestEconomy } from "../economy/testing/economy.ts";
import { job, OPERATOR_TOKEN, startServer, type TestServer } from "./server-fixture.ts";

const JOB = jobId("j");
let server: TestServer;
let owner: { readonly ownerId: OwnerId; readonly ownerToken: string };
const readers = new Set<Reader>();

beforeEach(async () => {
  server = await startServer();
  owner = await server.access.owners.create();
  server.change(job(JOB, owner.ownerId));
});
afterEach(async () => {
  for (const reader of readers) reader.leave();
  readers.clear();
  await server.close();
  expect(server.logged.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
  // Whatever ended a stream, nobody listens for it any more.
  expect(server.watchers.size).toBe(0);
});

interface Event {
  readonly event: string;
  readonly id?: string;
  readonly data: unknown;
}

function eventOf(block: string): Event | "beat" {
  if (block.startsWith(":")) return "beat";
  const fields = Object.fromEntries(
    block.split("\n").map((line) => line.split(/: (.*)/s, 2) as [string, string]),
  );
  return { ...fields, data: JSON.parse(fields["data"] ?? "") } as Event;
}

type Reader = Awaited<ReturnType<typeof follow>>;

/** Follows the job as a program does, and keeps what it is told. */
async function follow({
  token = owner.ownerToken,
  of = JOB,
  lastEventId,
}: {
  token?: string;
  of?: JobId;
  lastEventId?: string;
} = {}) {
  const leaving = new AbortController();
  const response = await fetch(`${server.origin}/api/jobs/${of}/stream`, {
    signal: leaving.signal,
    headers: {
      authorization: `Bearer ${token}`,
      ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
    },
  });
  const events: (Event | "beat")[] = [];
  let how: "open" | "ended" | "cut" = "open";
  let look = () => {};
  async function read(): Promise<void> {
    const text = response.body?.pipeThrough(new TextDecoderStream()) ?? [];
    let rest = "";
    for await (const piece of text) {
      const blocks = (rest + piece).split("\n\n");
      rest = blocks.pop() ?? "";
      events.push(...blocks.map(eventOf));
      look();
    }
  }
  const over = read().then(
    () => {
      how = "ended";
      look();
    },
    () => {
      how = "cut";
      look();
    },
  );
  const reader = {
    response,
    events,
    leave: () => leaving.abort(),
    /** Everything it was told, once the stream is over, and whether that was its end. */
    async all() {
      await over;
      return { how, events };
    },
    /** Resolves once so many events have come. */
    until: (count: number) =>
      new Promise<readonly (Event | "beat")[]>((resolve, reject) => {
        look = () => {
          if (events.length >= count) resolve([...events]);
          else if (how !== "open") reject(new Error(`it ${how} after ${events.length} events`));
        };
        look();
      }),
  };
  readers.add(reader);
  return reader;
}

const piece = (attempt: number, offset: number, text: string): void =>
  server.board.post({ type: "job_progress", jobId: JOB, attempt, offset, text }, { ownerId: owner.ownerId });
const become = (change: Partial<JobRecord>): JobRecord => {
  const before = server.jobs.get(JOB) ?? job(JOB, owner.ownerId);
  const next = { ...before, seq: seq(before.seq + 1), ...change };
  server.change(next);
  return next;
};
/** The job ends as the economy has it: taken down from the board first, then told. */
function complete(result: string, attempt = 1): JobRecord {
  server.attempts.set(JOB, attempt);
  server.board.takeDown(`job_progress:${JOB}`);
  return become({ phase: "closed", outcome: "completed", result });
}
const state = (data: JobRecord): Event => ({ event: "state", data });
const token = (attempt: number, offset: number, text: string): Event => ({
  event: "token",
  id: `${attempt}:${offset + text.length}`,
  data: { attempt, offset, text },
});
const done = (data: JobRecord): Event => ({ event: "done", id: "end", data });
const begin = (attempt = 1) => {
  server.attempts.set(JOB, attempt);
  return become({ phase: "executing" });
};

test("a job is followed from its request to its end", async () => {
  const opened = server.jobs.get(JOB) as JobRecord;
  const reader = await follow();
  expect(reader.response.headers.get("content-type")).toBe("text/event-stream");
  expect(reader.response.headers.get("cache-control")).toBe("no-store");
  await reader.until(1);
  const evaluating = become({ phase: "evaluating" });
  const executing = begin();
  piece(1, 0, "Ein ");
  piece(1, 4, "Wörtchen 🌍\n");
  await reader.until(5);
  const closed = complete("Ein Wörtchen 🌍\n");
  expect(await reader.all()).toEqual({
    how: "ended",
    events: [
      state(opened),
      state(evaluating),
      state(executing),
      token(1, 0, "Ein "),
      token(1, 4, "Wörtchen 🌍\n"),
      done(closed),
    ],
  });
});

test("an operator follows anybody's job", async () => {
  const closed = complete("All of it.");
  const reader = await follow({ token: OPERATOR_TOKEN });
  expect(await reader.all()).toEqual({ how: "ended", events: [token(1, 0, "All of it."), done(closed)] });
});

test("who comes back in the middle gets exactly what it lacks", async () => {
  const executing = begin();
  piece(1, 0, "One two ");
  const first = await follow();
  await first.until(2);
  first.leave();
  piece(1, 8, "three ");
  piece(1, 14, "four ");
  const again = await follow({ lastEventId: "1:8" });
  await again.until(2);
  piece(1, 19, "five");
  await again.until(3);
  expect(again.events).toEqual([state(executing), token(1, 8, "three four "), token(1, 19, "five")]);
});

test.each([
  ["all of it", "1:0", [token(1, 0, "One two three")]],
  ["the rest", "1:4", [token(1, 4, "two three")]],
  ["nothing", "1:13", []],
  ["all of another attempt", "0:7", [token(1, 0, "One two three")]],
  ["all, after a place that was never reached", "1:999", [token(1, 0, "One two three")]],
  ["all, after an attempt that never was", "7:2", [token(1, 0, "One two three")]],
])("who comes back after the end gets %s, and the end", async (_what, lastEventId, tokens) => {
  const closed = complete("One two three");
  expect(await (await follow({ lastEventId })).all()).toEqual({
    how: "ended",
    events: [...tokens, done(closed)],
  });
});

test("who has the end is told not to come back; while the job goes on it is followed", async () => {
  const opened = server.jobs.get(JOB) as JobRecord;
  const early = await follow({ lastEventId: "end" });
  expect(await early.until(1)).toEqual([state(opened)]);
  complete("Done.");
  await early.all();
  const late = await follow({ lastEventId: "end" });
  expect(late.response.status).toBe(204);
  expect((await late.all()).events).toEqual([]);
});

test("a new attempt starts the text again, also for who comes back from the former", async () => {
  const executing = begin();
  piece(1, 0, "A first try");
  const reader = await follow();
  await reader.until(2);
  begin(2);
  piece(2, 0, "A sec");
  piece(1, 11, " goes on");
  piece(2, 5, "ond");
  const events = await reader.until(5);
  expect(events).toEqual([
    state(executing),
    token(1, 0, "A first try"),
    state(server.jobs.get(JOB) as JobRecord),
    token(2, 0, "A sec"),
    token(2, 5, "ond"),
  ]);
  const back = await follow({ lastEventId: "1:11" });
  expect((await back.until(2))[1]).toEqual(token(2, 0, "A second"));
  const closed = complete("A second try.", 2);
  expect((await reader.all()).events.slice(5)).toEqual([token(2, 8, " try."), done(closed)]);
  expect((await (await follow({ lastEventId: "1:11" })).all()).events[0]).toEqual(
    token(2, 0, "A second try."),
  );
});

test("after a restart of the tower the text goes on with the next attempt", async () => {
  // What the former process had said is gone with it; the count of attempts is not.
  begin(1);
  const back = await follow({ lastEventId: "1:6" });
  await back.until(1);
  server.attempts.set(JOB, 2);
  piece(2, 0, "Anew");
  expect((await back.until(2))[1]).toEqual(token(2, 0, "Anew"));
});

test("on a real economy too, over a restart in the middle of the work", async () => {
  const directory = testDirectory();
  const brain = createTestBrain();
  brain.behaviour.execute = "hang";
  const open = async () => {
    const tower = await openTestEconomy(directory, { brain });
    onTestFinished(tower.close);
    await server.close();
    server = await startServer({ economy: tower.economy, board: tower.board });
    return tower;
  };
  const first = await open();
  const { jobId: real } = await first.offered(ANNA);
  await first.pay(ANNA, real, "work");
  const before = await follow({ token: OPERATOR_TOKEN, of: real });
  await expect.poll(() => before.events).toContainEqual(token(1, 0, "Half "));
  await first.close();
  brain.behaviour = {};
  const second = await open();
  expect((await before.all()).how).toBe("ended");
  const after = await follow({ token: OPERATOR_TOKEN, of: real, lastEventId: "1:5" });
  const closed = await second.until(real, ({ phase }) => phase === "closed");
  const { events } = await after.all();
  const texts = events.flatMap((event) => (event !== "beat" && event.event === "token" ? [event.data] : []));
  expect(texts.map((piece) => (piece as { attempt: number }).attempt)).toEqual(texts.map(() => 2));
  expect(texts.map((piece) => (piece as { text: string }).text).join("")).toBe("Half and whole.");
  expect(events.at(-1)).toEqual(done(closed));
});

test("a job that ends without a result ends its stream; a refund is not waited for", async () => {
  const reader = await follow();
  await reader.until(1);
  const closed = become({ phase: "closed", outcome: "failed", error: "It broke.", refund: "owed" });
  expect((await reader.all()).events.at(-1)).toEqual(done(closed));
});

test("what is older than what was told is not told", async () => {
  const { economy } = server;
  const old = server.jobs.get(JOB) as JobRecord;
  economy.job = async () => old;
  const { attemptsOf } = economy;
  economy.attemptsOf = async (id) => {
    become({ phase: "evaluating" });
    return attemptsOf(id);
  };
  const reader = await follow();
  expect(await reader.until(1)).toEqual([state(server.jobs.get(JOB) as JobRecord)]);
});

test("a change that is told later than it was read is told once, and what came before it not at all", async () => {
  const before = server.jobs.get(JOB) as JobRecord;
  const evaluating: JobRecord = { ...before, seq: seq(2), phase: "evaluating" };
  const offering: JobRecord = { ...before, seq: seq(3), phase: "awaiting_work_payment" };
  server.jobs.set(JOB, offering);
  const reader = await follow();
  await reader.until(1);
  for (const late of [evaluating, offering]) server.change(late);
  const executing = { ...offering, seq: seq(4), phase: "executing" } as const;
  server.change(executing);
  expect(await reader.until(2)).toEqual([state(offering), state(executing)]);
});

test("nobody but its owner and operators follows a job, and no token in an address does", async () => {
  const stranger = await server.access.owners.create();
  const kiosk = await server.access.kiosks.create("hall");
  const ask = async (headers: Record<string, string>, path = `/api/jobs/${JOB}/stream`, method = "GET") => {
    const response = await fetch(`${server.origin}${path}`, { method, headers });
    const { code } = (await response.json()) as { code: string };
    return [response.status, code];
  };
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
  expect(await ask(bearer(stranger.ownerToken))).toEqual([403, "forbidden"]);
  expect(await ask(bearer(kiosk.token))).toEqual([403, "read_only"]);
  expect(await ask(bearer(newSecret()))).toEqual([401, "unauthorized"]);
  expect(await ask({})).toEqual([401, "unauthorized"]);
  expect(await ask({}, `/api/jobs/${JOB}/stream?token=${owner.ownerToken}`)).toEqual([401, "unauthorized"]);
  expect(await ask(bearer(owner.ownerToken), "/api/jobs/k/stream")).toEqual([404, "unknown_job"]);
  expect(await ask({ ...bearer(owner.ownerToken), "last-event-id": "1" })).toEqual([400, "bad_request"]);
});

test("an owner has twenty streams at a time, and another when one of them is over", async () => {
  const open = await Promise.all(Array.from({ length: 20 }, () => follow()));
  const refused = await follow();
  expect(refused.response.status).toBe(429);
  open[0]?.leave();
  await expect.poll(async () => (await follow()).response.status).toBe(200);
});

test("a quiet stream says that it is there", async () => {
  await server.close();
  server = await startServer({ pingMs: 5 });
  owner = await server.access.owners.create();
  server.change(job(JOB, owner.ownerId));
  const reader = await follow();
  expect((await reader.until(3)).slice(1)).toEqual(["beat", "beat"]);
});

test("streams end when the tower stops, which does not wait for their readers", async () => {
  begin();
  piece(1, 0, "Some");
  const reader = await follow();
  await reader.until(2);
  await server.app.close();
  expect((await reader.all()).how).toBe("ended");
});

test("a reader that does not read is cut off, and lacks nothing when it comes back", async () => {
  const executing = begin();
  const response = await fetch(`${server.origin}/api/jobs/${JOB}/stream`, {
    headers: { authorization: `Bearer ${owner.ownerToken}` },
  });
  const text = "x".repeat(MAX_QUEUED_BYTES / 4);
  let offset = 0;
  // What the network itself holds for a reader is some megabytes, and differs by machine.
  await expect
    .poll(
      () => {
        piece(1, offset, text);
        offset += text.length;
        return server.watchers.size;
      },
      { interval: 1 },
    )
    .toBe(0);
  await expect(response.text()).rejects.toThrow();
  const lacked = offset - 10;
  const again = await follow({ lastEventId: `1:${lacked}` });
  expect(await again.until(2)).toEqual([state(executing), token(1, lacked, "x".repeat(10))]);
});

test("what keeps a stream from its end is logged, and cuts it off to come back", async () => {
  const reader = await follow();
  await reader.until(1);
  server.economy.attemptsOf = async () => {
    throw new Error("the disk is gone");
  };
  complete("Never told.");
  expect((await reader.all()).how).toBe("cut");
  expect(server.logged.join("")).toContain("the disk is gone");
  server.logged.length = 0;
});
