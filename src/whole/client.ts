import { WebSocket } from "ws";
import { decodeTowerMessage } from "../protocol/codec.ts";
import { FACTS, type Fact, type FactOf, type FactType } from "../protocol/facts.ts";
import type { Subscribe, TowerReplyOf } from "../protocol/handshake.ts";
import { clientId, type Epoch, type RequestId, requestId, type Seq } from "../protocol/ids.ts";
import type { IntentType } from "../protocol/intents.ts";
import type { TowerMessage } from "../protocol/messages.ts";

/** How a connection ended. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** What a program sends: an intent whose `requestId` is made when it has none. */
export type Ask = { readonly type: IntentType; readonly requestId?: string } & Readonly<
  Record<string, unknown>
>;
/** What the tower says to it. */
export type Answer = TowerReplyOf<"accepted"> | TowerReplyOf<"error">;

const isFact = (message: TowerMessage): message is Fact => Object.hasOwn(FACTS, message.type);

/** A program at the socket: it keeps its place and its secret, and comes back as who it was. */
export interface MatrixClient {
  /** Everything received, over all connections, in order. */
  readonly received: readonly TowerMessage[];
  /** The frames as they came, for looking for what should not be there. */
  readonly frames: readonly string[];
  /** The facts among it. */
  facts(): readonly Fact[];
  /** The first fact of a type that is as asked, if it has come. */
  fact<Type extends FactType>(type: Type, as?: (fact: FactOf<Type>) => boolean): FactOf<Type> | undefined;
  place(): { readonly epoch: Epoch; readonly seq: Seq } | undefined;
  ownerToken(): string | undefined;
  isOpen(): boolean;
  /** Resolves with the latest connection's end. */
  closed(): Promise<Closed>;
  /**
   * Connects and subscribes, from `since` when given, else from the place it has. Rejects when the tower cannot be
   * reached or refuses.
   */
  connect(more?: Readonly<Record<string, unknown>>): Promise<TowerReplyOf<"subscribed">>;
  /** Connects and says nothing. */
  open(): Promise<void>;
  /** Sends a frame as it is. */
  sendRaw(frame: string | Uint8Array): void;
  /** Sends an intent and resolves with what the tower says to it. */
  ask(intent: Ask): Promise<Answer>;
  /** Resolves with the first value that is not undefined, now or after any message. Rejects when the connection ends first. */
  until<T>(look: () => T | undefined): Promise<T>;
  /** Calls back after each message. Returns its undo. */
  onMessage(listener: (message: TowerMessage) => void): () => void;
  /** Ends the connection without a word. */
  drop(): Promise<void>;
}

let made = 0;
/** An id that no other intent of this process has. */
export const newRequestId = (): RequestId => requestId(`r${process.pid}-${made++}`);

/** Options for connections: `from` is the address of this machine that they come from. */
export interface ClientOptions {
  readonly from?: string;
}

/** A client of the tower at `address()`, which may change from one connection to the next. */
export function createClient(address: () => string, { from }: ClientOptions = {}): MatrixClient {
  const received: TowerMessage[] = [];
  const frames: string[] = [];
  const listeners = new Set<(message: TowerMessage) => void>();
  const looks = new Set<() => void>();
  let socket: WebSocket | undefined;
  let closed: Promise<Closed> = Promise.resolve({ code: 0, reason: "never opened" });
  let epoch: Epoch | undefined;
  let seq: Seq | undefined;
  let ownerToken: string | undefined;

  function take(message: TowerMessage): void {
    received.push(message);
    if (message.type === "subscribed") {
      ownerToken = message.ownerToken ?? ownerToken;
      epoch = message.epoch;
      // A snapshot stands for everything up to its place; a resume does not until the gap has come.
      if (message.mode === "snapshot") seq = message.seq;
    }
    if (isFact(message) && message.seq !== undefined) seq = message.seq;
    for (const listener of [...listeners]) listener(message);
    for (const look of [...looks]) look();
  }

  const client: MatrixClient = {
    received,
    frames,
    facts: () => received.filter(isFact),
    fact: <Type extends FactType>(type: Type, as: (fact: FactOf<Type>) => boolean = () => true) =>
      received.find(
        (message): message is Extract<TowerMessage, FactOf<Type>> =>
          message.type === type && as(message as FactOf<Type>),
      ) as FactOf<Type> | undefined,
    place: () => (epoch === undefined || seq === undefined ? undefined : { epoch, seq }),
    ownerToken: () => ownerToken,
    isOpen: () => socket?.readyState === WebSocket.OPEN,
    closed: () => closed,

    async open() {
      const opening = new WebSocket(`${address().replace("http", "ws")}/ws/matrix`, {
        perMessageDeflate: false,
        ...(from !== undefined && { localAddress: from }),
      });
      socket = opening;
      closed = new Promise((resolve) => {
        opening.on("close", (code, reason) => {
          resolve({ code, reason: reason.toString() });
          for (const look of [...looks]) look();
        });
      });
      opening.on("message", (data) => {
        const text = data.toString();
        frames.push(text);
        const decoded = decodeTowerMessage(text);
        if (decoded.kind !== "message") throw new Error(`the tower sent what no client understands: ${text}`);
        take(decoded.message);
      });
      await new Promise<void>((resolve, reject) => {
        opening.once("open", resolve);
        opening.on("error", reject);
      });
    },

    async connect(more = {}) {
      await client.open();
      const from = received.length;
      const since = client.place();
      const subscribe: Subscribe & Readonly<Record<string, unknown>> = {
        type: "subscribe",
        clientId: clientId("program"),
        ...(ownerToken !== undefined && { ownerToken }),
        ...(since !== undefined && { since }),
        ...more,
      };
      client.sendRaw(JSON.stringify(subscribe));
      return client.until(() => {
        for (const message of received.slice(from)) {
          if (message.type === "subscribed") return message;
          if (message.type === "error") throw new Error(`${message.code}: ${message.message}`);
        }
        return undefined;
      });
    },

    sendRaw(frame) {
      if (socket?.readyState !== WebSocket.OPEN) throw new Error("the client is not connected");
      socket.send(frame);
    },

    async ask(intent) {
      const id = intent.requestId ?? newRequestId();
      const from = received.length;
      client.sendRaw(JSON.stringify({ ...intent, requestId: id }));
      return client.until(() =>
        received
          .slice(from)
          .find(
            (message): message is Answer =>
              (message.type === "accepted" || message.type === "error") && message.requestId === id,
          ),
      );
    },

    until: (look) =>
      new Promise((resolve, reject) => {
        const attempt = (): void => {
          try {
            const value = look();
            if (value !== undefined) resolve(value);
            else if (socket?.readyState !== WebSocket.OPEN)
              throw new Error("the connection ended before it was so");
            else return;
          } catch (error) {
            reject(error);
          }
          looks.delete(attempt);
        };
        looks.add(attempt);
        attempt();
      }),

    onMessage(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    async drop() {
      socket?.terminate();
      await closed;
    },
  };
  return client;
}

/** What an HTTP request got. */
export interface HttpAnswer {
  readonly status: number;
  /** The JSON body. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A program at the HTTP door. `token` goes out as `Authorization: Bearer`. */
export async function http(
  address: string,
  method: "GET" | "POST",
  path: string,
  {
    token,
    body,
    headers,
  }: { token?: string | undefined; body?: unknown; headers?: Record<string, string> } = {},
): Promise<HttpAnswer> {
  const response = await fetch(`${address}${path}`, {
    method,
    headers: {
      ...(method === "POST" && { "content-type": "application/json" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as HttpAnswer["body"] };
}
