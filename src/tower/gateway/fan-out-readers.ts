import { parentPort, workerData } from "node:worker_threads";
import { WebSocket } from "ws";

/** What the benchmark tells its readers. `first`: what each says when it is connected. */
export interface ReadersData {
  readonly url: string;
  readonly readers: number;
  readonly first: string | undefined;
}

// Readers live in a thread of their own, so that what they take is not counted as the tower's.
const { url, readers, first } = workerData as ReadersData;
let received = 0;
let awaited = Number.POSITIVE_INFINITY;

function look(): void {
  if (received < awaited) return;
  awaited = Number.POSITIVE_INFINITY;
  parentPort?.postMessage("received");
}

const sockets = Array.from({ length: readers }, () => new WebSocket(url, { perMessageDeflate: false }));
let ready = 0;
for (const socket of sockets) {
  let isReady = false;
  const becomeReady = () => {
    isReady = true;
    ready += 1;
    if (ready === readers) parentPort?.postMessage("ready");
  };
  socket.on("open", () => {
    if (first === undefined) becomeReady();
    else socket.send(first);
  });
  socket.on("message", (data: Buffer) => {
    if (isReady) {
      received += 1;
      look();
    } else if (data.includes('"snapshot_part"') && data.includes('"last":true')) becomeReady();
  });
}

/** The parent says how many frames all readers together will have received since they were ready. */
parentPort?.on("message", (frames: number) => {
  awaited = frames;
  look();
});
