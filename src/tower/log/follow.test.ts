import { expect, onTestFinished, test, vi } from "vitest";
import { agentId, seq } from "../../protocol/ids.ts";
import type { Database } from "../storage/port.ts";
import { openSqlite } from "../storage/sqlite.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";
import { appendFacts } from "./append.ts";
import type { LogEntry } from "./entry.ts";
import { createLogFollower, type LogFollower } from "./follow.ts";

async function opened(): Promise<Database> {
  const database = await openSqlite(temporaryDirectory());
  onTestFinished(() => database.close());
  return database;
}

function following(database: Database, options?: { pollMs?: number }): LogFollower {
  const follower = createLogFollower(database, options);
  onTestFinished(() => follower.close());
  return follower;
}

const append = (database: Database, count: number) =>
  database.transaction((sql) =>
    appendFacts(
      sql,
      Array.from({ length: count }, () => ({
        fact: { type: "agent_left", agentId: agentId("alpha") } as const,
      })),
      0,
    ),
  );

const upTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

/** Subscribes and writes down every place it is given. */
function record(
  follower: LogFollower,
  after = 0,
  deliver?: (entries: readonly LogEntry[]) => void | Promise<void>,
) {
  const places: number[] = [];
  const failures: { error: unknown; ended: boolean }[] = [];
  const stop = follower.subscribe({
    after: seq(after),
    async deliver(entries) {
      await deliver?.(entries);
      places.push(...entries.map(({ fact }) => fact.seq));
    },
    failed: (error, ended) => failures.push({ error, ended }),
  });
  return { places, failures, stop };
}

test("everything after one's own place comes once and in order, then what is appended", async () => {
  const database = await opened();
  await append(database, 1203);
  const follower = following(database);
  const all = record(follower);
  const late = record(follower, 1200);
  await vi.waitUntil(() => all.places.length >= 1203 && late.places.length >= 3);
  for (let round = 0; round < 5; round += 1) {
    await append(database, 2);
    follower.notify();
  }
  await vi.waitUntil(() => all.places.length >= 1213 && late.places.length >= 13);
  expect(all.places).toEqual(upTo(1, 1213));
  expect(late.places).toEqual(upTo(1201, 1213));
});

test("subscribers that come and go while a writer is busy miss nothing and see nothing twice", async () => {
  const database = await opened();
  const follower = following(database);
  const records: ReturnType<typeof record>[] = [];
  for (let round = 0; round < 100; round += 1) {
    const appended = append(database, 1 + (round % 3)).then(() => follower.notify());
    if (round % 10 === 0) records.push(record(follower, round));
    if (round % 2 === 0) await appended;
  }
  await append(database, 1);
  follower.notify();
  const [last] = await database.read((sql) => sql.all<{ n: bigint }>("SELECT MAX(seq) AS n FROM fact"));
  const end = Number(last?.n);
  await vi.waitUntil(() => records.every(({ places }) => places.at(-1) === end));
  for (const [index, { places }] of records.entries()) expect(places).toEqual(upTo(index * 10 + 1, end));
});

test("a subscriber waits for its own delivery and holds nobody else up", async () => {
  const database = await opened();
  await append(database, 600);
  const follower = following(database);
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  const slow = record(follower, 0, () => held);
  const fast = record(follower);
  await vi.waitUntil(() => fast.places.length === 600);
  await append(database, 1);
  follower.notify();
  await vi.waitUntil(() => fast.places.length === 601);
  expect(slow.places).toEqual([]);
  letGo();
  await vi.waitUntil(() => slow.places.length >= 601);
  expect(slow.places).toEqual(upTo(1, 601));
});

test("a subscriber that throws is ended and told so; the others go on", async () => {
  const database = await opened();
  await append(database, 1);
  const follower = following(database);
  const broken = record(follower, 0, () => {
    throw new Error("cannot take it");
  });
  const sound = record(follower);
  await vi.waitUntil(() => broken.failures.length > 0 && sound.places.length > 0);
  await append(database, 1);
  follower.notify();
  await vi.waitUntil(() => sound.places.length === 2);
  expect(broken.failures).toEqual([{ error: new Error("cannot take it"), ended: true }]);
  expect(sound.failures).toEqual([]);
});

test("a log that cannot be read for a while loses nothing", async () => {
  const database = await opened();
  await append(database, 3);
  let down = true;
  const flaky: Database = {
    ...database,
    read: (work) => (down ? Promise.reject(new Error("down")) : database.read(work)),
  };
  const follower = following(flaky);
  const reader = record(follower);
  await vi.waitUntil(() => reader.failures.length > 0);
  down = false;
  follower.notify();
  await vi.waitUntil(() => reader.places.length === 3);
  expect(reader.failures).toEqual([{ error: new Error("down"), ended: false }]);
  expect(reader.places).toEqual([1, 2, 3]);
});

test("after unsubscribing or closing nothing is delivered any more", async () => {
  const database = await opened();
  const follower = following(database);
  const gone = record(follower);
  const stays = record(follower);
  gone.stop();
  await append(database, 1);
  follower.notify();
  await vi.waitUntil(() => stays.places.length === 1);
  follower.close();
  await append(database, 1);
  follower.notify();
  const after = following(database);
  const witness = record(after);
  await vi.waitUntil(() => witness.places.length === 2);
  expect([gone.places, stays.places]).toEqual([[], [1]]);
});

test("those in the same place share one read", async () => {
  const database = await opened();
  let reads = 0;
  const counting: Database = {
    ...database,
    read(work) {
      reads += 1;
      return database.read(work);
    },
  };
  const follower = following(counting);
  const records = Array.from({ length: 100 }, () => record(follower));
  await append(database, 1);
  follower.notify();
  await vi.waitUntil(() => records.every(({ places }) => places.length === 1));
  expect(reads).toBeLessThan(10);
});

test("a read that began before a commit is not shared by those who ask after it", async () => {
  const database = await opened();
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  const slow: Database = {
    ...database,
    async read(work) {
      const answer = await database.read(work);
      await held;
      return answer;
    },
  };
  const follower = following(slow);
  const before = record(follower);
  await append(database, 1);
  follower.notify();
  const after = record(follower);
  letGo();
  await vi.waitUntil(() => before.places.length === 1 && after.places.length === 1);
  expect([before.places, after.places]).toEqual([[1], [1]]);
});

test("with a poll it finds by itself what others appended", async () => {
  const database = await opened();
  const reader = record(following(database, { pollMs: 5 }));
  await append(database, 2);
  await vi.waitUntil(() => reader.places.length === 2);
  expect(reader.places).toEqual([1, 2]);
});
