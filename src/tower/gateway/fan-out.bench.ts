import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { afterAll, test } from "vitest";
import { WebSocketServer } from "ws";
import { seq } from "../../protocol/ids.ts";
import { newSecret } from "../access/secret.ts";
import { startServer } from "../http/server-fixture.ts";
import { createLogFollower } from "../log/follow.ts";
import type { Database } from "../storage/port.ts";
import type { ReadersData } from "./fan-out-readers.ts";
import { createHead } from "./head.ts";

const READERS = 200;
/** Facts that are committed together, and commits in one turn. */
const TOGETHER = 10;
const COMMITS = 10;

const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

/** Readers in a thread of their own; `received` resolves when so many frames a reader have come in all. */
async function startReaders(data: Omit<ReadersData, "readers">) {
  const worker = new Worker(new URL("./fan-out-readers.ts", import.meta.url), {
    workerData: { ...data, readers: READERS },
  });
  ends.push(() => worker.terminate());
  await once(worker, "message");
  let awaited = 0;
  return async (framesEach: number) => {
    awaited += framesEach * READERS;
    const received = once(worker, "message");
    worker.postMessage(awaited);
    await received;
  };
}

const body = (n: number): string =>
  JSON.stringify({
    type: "invoice_settled",
    jobId: `job-${n}`,
    invoiceType: "work",
    amountSats: 200,
    onTime: true,
  });
const AT = "2026-01-15T12:00:00.000Z";

/** Bare `ws` at its best: the same frames, each made into bytes once, one `send` a reader. */
async function bare(): Promise<() => Promise<void>> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  ends.push(() => server.close());
  await once(server, "listening");
  const received = await startReaders({
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    first: undefined,
  });
  let place = 0;
  return async () => {
    for (let commit = 0; commit < COMMITS; commit++) {
      for (let n = 0; n < TOGETHER; n++) {
        place += 1;
        const frame = Buffer.from(`{"prev":${place - 1},"seq":${place},"at":"${AT}",${body(place).slice(1)}`);
        for (const client of server.clients) client.send(frame, { binary: false });
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await received(TOGETHER * COMMITS);
  };
}

/** The whole way from the log's rows to the sockets; only the disk is left out. */
async function gateway(): Promise<() => Promise<void>> {
  const rows: { seq: bigint; at: string; owner_id: null; body: string }[] = [];
  const database: Pick<Database, "read"> = {
    read: (work) =>
      work({
        all: async <Row>(_text: string, after: unknown, limit: unknown) =>
          rows.slice(Number(after), Number(after) + Number(limit)) as Row[],
        run: async () => ({ changes: 0 }),
      }),
  };
  const follower = createLogFollower(database as Database);
  const head = createHead(follower, seq(0), () => {});
  const server = await startServer({ follower, head });
  ends.push(() => server.close());
  const owner = await server.access.owners.create();
  const received = await startReaders({
    url: `${server.origin.replace("http", "ws")}/ws/matrix`,
    first: JSON.stringify({ type: "subscribe", clientId: newSecret(), ownerToken: owner.ownerToken }),
  });
  return async () => {
    for (let commit = 0; commit < COMMITS; commit++) {
      for (let n = 0; n < TOGETHER; n++) {
        const place = rows.length + 1;
        rows.push({ seq: BigInt(place), at: AT, owner_id: null, body: body(place) });
      }
      follower.notify();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await received(TOGETHER * COMMITS);
  };
}

/** A turn is 100 facts to 200 readers: the printed turns a second are 20,000 frames each. */
test("fan-out", async ({ bench }) => {
  const [sendBare, sendFacts] = [await bare(), await gateway()];
  await bench.compare(bench("bare ws", sendBare), bench("log to sockets", sendFacts), {
    time: 4000,
    iterations: 8,
    warmupTime: 1000,
    warmupIterations: 2,
  });
});
