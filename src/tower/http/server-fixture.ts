import type { AddressInfo } from "node:net";
import { type RawData, WebSocket } from "ws";
import { AGENT_DEFS } from "../../protocol/agent-defs.ts";
import type { LoggedFact, NewFact } from "../../protocol/facts.ts";
import { epoch, jobId, type OwnerId, ownerId, seq, timestamp } from "../../protocol/ids.ts";
import type { Intent } from "../../protocol/intents.ts";
import type { TowerMessage } from "../../protocol/messages.ts";
import type { ChatLine, JobRecord } from "../../protocol/records.ts";
import { refuse } from "../../protocol/refusal.ts";
import { createDoors } from "../access/doors.ts";
import { createAccess } from "../access/identity.ts";
import type { Kiosk, Kiosks } from "../access/kiosks.ts";
import { createLimits } from "../access/limiter.ts";
import { createLogger } from "../access/logger.ts";
import type { Credentials } from "../access/macaroons/credentials.ts";
import type { Owners } from "../access/owners.ts";
import { newSecret } from "../access/secret.ts";
import type { Caller, Economy } from "../economy/economy.ts";
import { createHead } from "../gateway/head.ts";
import type { SnapshotSource } from "../gateway/snapshot-source.ts";
import { createCalendar } from "../ledger/day.ts";
import type { LogEntry } from "../log/entry.ts";
import type { LogFollower, LogSubscriber } from "../log/follow.ts";
import { createValueBoard } from "../values/board.ts";
import { createServer, type ServerOptions } from "./server.ts";

/** A log in memory. It behaves like the real follower: batches in order, the next when the last was taken. */
export function memoryLog() {
  const entries: LogEntry[] = [];
  const wake = new Set<() => void>();
  const follower: LogFollower = {
    notify: () => {
      for (const look of [...wake]) look();
    },
    subscribe(subscriber: LogSubscriber) {
      let place: number = subscriber.after;
      let running = false;
      async function run(): Promise<void> {
        running = true;
        while (wake.has(look) && place < entries.length) {
          const batch = entries.slice(place, place + 500);
          try {
            await subscriber.deliver(batch);
          } catch (error) {
            wake.delete(look);
            subscriber.failed(error, true);
          }
          place += batch.length;
        }
        running = false;
      }
      const look = () => {
        if (!running) void run();
      };
      wake.add(look);
      look();
      return () => wake.delete(look);
    },
    close: () => wake.clear(),
  };
  return {
    entries,
    follower,
    /** Appends facts of one owner, or of nobody, and tells the followers. */
    append(facts: readonly NewFact[], owner: OwnerId | null = null): void {
      for (const fact of facts) {
        const logged: LoggedFact = { ...fact, seq: seq(entries.length + 1), at: timestamp(0) };
        entries.push({ fact: logged, ownerId: owner });
      }
      follower.notify();
    },
  };
}

const NO_CREDENTIALS: Credentials = {
  verify: async () => refuse("unauthorized", "No credential was given out here."),
};

/** Owners and kiosks in memory, with their secrets in the clear. */
export function memoryAccess(operatorToken: string, credentials = NO_CREDENTIALS) {
  const ownersByToken = new Map<string, OwnerId>();
  const kiosksByToken = new Map<string, Kiosk>();
  const owners: Owners = {
    async create() {
      const owner = { ownerId: ownerId(`owner_${ownersByToken.size + 1}`), ownerToken: newSecret() };
      ownersByToken.set(owner.ownerToken, owner.ownerId);
      return owner;
    },
    find: async (token) => ownersByToken.get(token),
  };
  const kiosks: Kiosks = {
    async create(label) {
      const kiosk = { kioskId: `kiosk_${kiosksByToken.size + 1}`, label, token: newSecret() };
      kiosksByToken.set(kiosk.token, { kioskId: kiosk.kioskId, label });
      return kiosk;
    },
    find: async (token) => kiosksByToken.get(token),
    list: async () => [...kiosksByToken.values()],
    async revoke(kioskId) {
      const found = [...kiosksByToken].find(([, kiosk]) => kiosk.kioskId === kioskId);
      return found !== undefined && kiosksByToken.delete(found[0]);
    },
  };
  return createAccess(operatorToken, owners, kiosks, credentials);
}

/** An economy that notes what it is asked and does nothing by itself. */
export function recordingEconomy() {
  const performed: { readonly caller: Caller; readonly intent: Intent }[] = [];
  const jobs = new Map<string, JobRecord>();
  /** How often the work of a job was begun. */
  const attempts = new Map<string, number>();
  const watchers = new Set<(job: JobRecord) => void>();
  const economy = {
    async perform(caller: Caller, intent: Intent) {
      performed.push({ caller, intent });
      if (intent.type === "job_cancel" && !jobs.has(intent.jobId))
        refuse("unknown_job", "There is no such job.");
      if (intent.type !== "job_request") return {};
      const id = jobId(`job_${jobs.size + 1}`);
      jobs.set(id, { ...job(id, caller.ownerId), agentId: intent.agentId, request: intent.request });
      return { jobId: id };
    },
    job: async (id: string) => jobs.get(id),
    async waitForJob(id: string, as: (record: JobRecord) => boolean, signal: AbortSignal) {
      const record = jobs.get(id) ?? refuse("unknown_job", "There is no such job.");
      if (as(record)) return record;
      return new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
    },
    reconcile: async () => {},
    watchJob(id: string, listener: (record: JobRecord) => void) {
      const own = (record: JobRecord) => {
        if (record.jobId === id) listener(record);
      };
      watchers.add(own);
      return () => watchers.delete(own);
    },
    attemptsOf: async (id: string) => attempts.get(id) ?? 0,
    isPayable: async () => false,
    session: async () => undefined,
    token: async () => undefined,
    waitForSession: () => refuse("unknown_session", "There is no such session."),
    quote: () => refuse("agent_unavailable", "Nobody is priced here."),
    offerToken: () => refuse("agent_unavailable", "Nobody is priced here."),
    treasury: {
      settings: noTreasury,
      change: noTreasury,
      figures: noTreasury,
      deposit: noTreasury,
      withdraw: noTreasury,
      withdrawal: noTreasury,
      setBudget: noTreasury,
    },
    withdrawLinks: { make: noTreasury, offer: noTreasury, claim: noTreasury },
  } satisfies Omit<Economy, "drain">;
  return {
    performed,
    jobs,
    attempts,
    watchers,
    economy,
    /** Has a job become this. */
    change(record: JobRecord): void {
      jobs.set(record.jobId, record);
      for (const told of [...watchers]) told(record);
    },
  };
}

const noTreasury = (): never => refuse("storage_unavailable", "There are no books here.");

/** A job that waits for its evaluation to be paid. */
export function job(id: string, owner: OwnerId): JobRecord {
  return {
    jobId: jobId(id),
    agentId: AGENT_DEFS[0]?.id ?? refuse("internal", "there are no agents"),
    funding: "invoice",
    phase: "awaiting_eval_payment",
    refund: "none",
    seq: seq(1),
    owedSats: 0 as JobRecord["owedSats"],
    paidBackSats: 0 as JobRecord["paidBackSats"],
    ownerId: owner,
    request: "A secret request",
  };
}

export const OPERATOR_TOKEN = "operator-token-of-the-tests-0123456789";

/** Both doors on a free port of this machine, with everything behind them in memory. */
export async function startServer(overrides: Partial<ServerOptions> = {}) {
  const log = memoryLog();
  const { attempts, change, performed, jobs, economy, watchers } = recordingEconomy();
  const board = createValueBoard();
  const chat: { readonly line: ChatLine; readonly ownerId: OwnerId | null }[] = [];
  const logged: string[] = [];
  const access = overrides.access ?? memoryAccess(OPERATOR_TOKEN);
  const agents = AGENT_DEFS.map(({ id, ...def }) => ({ ...def, agentId: id, state: "idle" }));
  const snapshots: SnapshotSource = {
    read: async (viewer) => ({
      seq: seq(log.entries.length),
      agents,
      jobs: [...jobs.values()],
      chat: chat
        .filter(({ ownerId: owner }) =>
          viewer.sees === "everything"
            ? true
            : owner === null || (viewer.sees === "own" && viewer.ownerId === owner),
        )
        .map(({ line }) => line),
      sessions: [],
    }),
    agents: async () => agents,
    purse: async () => undefined,
  };
  const head = createHead(log.follower, seq(0), () => {});
  const { app, declarations, gateway } = await createServer({
    access,
    doors: createDoors(["localhost", "127.0.0.1"], ["https://allowed.example"]),
    limits: createLimits(Date.now),
    economy,
    epoch: epoch("epoch-1"),
    follower: log.follower,
    head,
    snapshots,
    board,
    publicFigures: true,
    wallet: "play",
    log: createLogger("trace", { write: (line) => logged.push(line) }),
    now: Date.now,
    subscribeGraceMs: 60_000,
    purses: undefined,
    ready: async () => {},
    books: {
      database: { read: noTreasury, transaction: noTreasury, close: async () => {} },
      dayOf: createCalendar("UTC"),
      timeZone: "UTC",
      now: Date.now,
    },
    clientDir: "/nonexistent",
    patienceMs: 50,
    ...overrides,
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    access,
    app,
    attempts,
    board,
    change,
    chat,
    declarations,
    economy,
    gateway,
    head,
    jobs,
    log,
    logged,
    performed,
    origin,
    watchers,
    connect: (path = "", headers: Record<string, string> = {}) =>
      connectClient(`ws://127.0.0.1:${port}/ws/matrix${path}`, headers),
    async close() {
      await gateway.drain(100);
      await app.close();
      head.close();
    },
  };
}
export type TestServer = Awaited<ReturnType<typeof startServer>>;

/** How a connection ended. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A client that keeps what it is told, and waits for what it is asked to wait for. */
export async function connectClient(url: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  const received: TowerMessage[] = [];
  let look = () => {};
  const closed = new Promise<Closed>((resolve) => {
    socket.on("close", (code, reason) => {
      resolve({ code, reason: reason.toString() });
      look();
    });
  });
  socket.on("message", (data: RawData) => {
    received.push(JSON.parse(data.toString()) as TowerMessage);
    look();
  });
  await new Promise<void>((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
    socket.on("unexpected-response", (_request, response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => reject(new Error(`${response.statusCode} ${body}`)));
    });
  });

  /** Resolves with everything received, as soon as it is `as` asked. Rejects when the connection ends before. */
  function until(as: (messages: readonly TowerMessage[]) => boolean): Promise<readonly TowerMessage[]> {
    return new Promise((resolve, reject) => {
      look = () => {
        if (as(received)) resolve([...received]);
        else if (socket.readyState === socket.CLOSED)
          reject(new Error("the connection ended before it was so"));
      };
      look();
    });
  }

  return {
    socket,
    received,
    closed,
    until,
    send: (message: unknown) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    /** The first message of a type, now or when it comes. */
    async first<Type extends TowerMessage["type"]>(type: Type) {
      const messages = await until((all) => all.some((message) => message.type === type));
      return messages.find(
        (message): message is Extract<TowerMessage, { type: Type }> => message.type === type,
      ) as Extract<TowerMessage, { type: Type }>;
    },
    /** Subscribes and waits until caught up to the place that the tower named. */
    async subscribe(extra: object = {}) {
      socket.send(JSON.stringify({ type: "subscribe", clientId: "test", ...extra }));
      const messages = await until((all) =>
        all.some((message) => message.type === "subscribed" || message.type === "error"),
      );
      return messages.find((message) => message.type === "subscribed");
    },
  };
}
export type TestClient = Awaited<ReturnType<typeof connectClient>>;
