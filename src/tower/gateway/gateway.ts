import websocket from "@fastify/websocket";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { encode } from "../../protocol/codec.ts";
import { timestamp } from "../../protocol/ids.ts";
import { CONNECTION_AGENTS, MAX_FRAME_BYTES, PING_SECONDS } from "../../protocol/limits.ts";
import { refuse } from "../../protocol/refusal.ts";
import { publicAgent } from "../../protocol/visibility.ts";
import type { Identity } from "../access/identity.ts";
import { type Connection, serveConnection } from "./connection.ts";
import type { GatewayOptions, GatewayParts } from "./parts.ts";
import { withMinds } from "./snapshot.ts";
import type { SnapshotSource } from "./snapshot-source.ts";

/** The door for sockets. */
export interface Gateway {
  /** How many are connected. */
  size(): number;
  /** Closes the connections of a kiosk whose token was revoked. */
  dropKiosk(kioskId: string): void;
  /** Takes nobody in any more, closes everybody as draining, and resolves when all have gone. Gives them `withinMs`. */
  drain(withinMs: number): Promise<void>;
}

const SUBSCRIBE_GRACE_MS = 2000;
/** The path of the socket. */
const SOCKET_PATH = "/ws/matrix";

/** A frame that is a little too long is answered with a refusal; one that is longer still ends the connection unread. */
const MAX_PAYLOAD = MAX_FRAME_BYTES + 1024;
/** How long a peer may take to answer a close, in milliseconds. */
const CLOSE_TIMEOUT_MS = 3000;

/**
 * Lets a server take upgrades. To be called before any other hook is added: a hook that refuses an upgrade before this one has
 * seen it would leave the network connection open for ever.
 */
export async function acceptSockets(app: FastifyInstance, log: Logger): Promise<void> {
  // Compression costs every send eight times as much and half a megabyte a connection.
  const options = { maxPayload: MAX_PAYLOAD, perMessageDeflate: false, closeTimeout: CLOSE_TIMEOUT_MS };
  await app.register(websocket, {
    options,
    errorHandler(error, socket) {
      log.info({ err: error }, "a socket failed");
      socket.terminate();
    },
  });
}

/** Adds the socket's route to a server that accepts sockets. Connections last until {@link Gateway.drain} or the server's close. */
export function openGateway(app: FastifyInstance, options: GatewayOptions): Gateway {
  const connections = new Set<Connection>();
  const presumed = new WeakMap<FastifyRequest, Identity>();
  let isDraining = false;
  const parts: GatewayParts = {
    ...options,
    subscribeGraceMs: options.subscribeGraceMs ?? SUBSCRIBE_GRACE_MS,
    greeting: createGreeting(options),
  };

  /** Everything that is checked before the upgrade: a refusal is an ordinary HTTP answer. */
  async function admit(request: FastifyRequest): Promise<void> {
    if (isDraining) refuse("draining", "The tower is stopping. Try again in a moment.");
    options.doors.check(request.headers);
    const { token } = request.query as { token?: unknown };
    if (token === undefined) return;
    const holder = typeof token === "string" ? await options.access.holderOf(token) : undefined;
    if (holder === undefined || holder.role === "operator")
      refuse(
        "unauthorized",
        "The address has a token that opens nothing here. Operators send theirs in subscribe, never in an address.",
      );
    presumed.set(request, holder);
  }

  app.route({
    method: "GET",
    url: SOCKET_PATH,
    onRequest: admit,
    handler: () =>
      refuse("bad_request", "This is the address of a WebSocket: connect with a WebSocket client."),
    wsHandler(socket, request) {
      // Drained while it was being upgraded.
      if (isDraining) return socket.close(1001);
      const connection = serveConnection(
        socket,
        request.raw.socket,
        { address: request.ip, presumed: presumed.get(request) },
        parts,
      );
      connections.add(connection);
      socket.on("close", () => connections.delete(connection));
    },
  });

  const heartbeat = setInterval(
    () => {
      for (const connection of connections) connection.ping();
    },
    options.pingMs ?? PING_SECONDS * 1000,
  );
  heartbeat.unref();
  app.addHook("onClose", async () => clearInterval(heartbeat));

  return {
    size: () => connections.size,
    dropKiosk(kioskId) {
      for (const connection of connections) {
        const identity = connection.identity();
        if (identity?.role === "kiosk" && identity.kioskId === kioskId) connection.close("unauthorized");
      }
    },
    async drain(withinMs) {
      isDraining = true;
      const sockets = [...app.websocketServer.clients];
      const gone = sockets.map(
        (socket) =>
          new Promise<void>((resolve) => {
            if (socket.readyState === socket.CLOSED) resolve();
            else socket.once("close", () => resolve());
          }),
      );
      for (const connection of connections) connection.close("draining");
      const impatient = setTimeout(() => {
        for (const socket of sockets) socket.terminate();
      }, withinMs);
      await Promise.all(gone);
      clearTimeout(impatient);
    },
  };
}

/** Makes the `connection` frame, anew when the log has moved on; those that connect meanwhile share the reading. */
function createGreeting({
  board,
  epoch,
  head,
  now,
  snapshots,
  wallet,
}: GatewayOptions): () => Promise<string> {
  let reading: { readonly seq: number; readonly agents: ReturnType<SnapshotSource["agents"]> } | undefined;
  return async () => {
    const seq = head.seq();
    if (reading?.seq !== seq) {
      const agents = snapshots.agents();
      const mine = { seq, agents };
      reading = mine;
      agents.catch(() => {
        if (reading === mine) reading = undefined;
      });
    }
    const agents = await reading.agents;
    return encode({
      type: "connection",
      status: "connected",
      agents: withMinds(agents.slice(0, CONNECTION_AGENTS), board.latest()).map(publicAgent),
      agentCount: agents.length,
      epoch,
      seq,
      at: timestamp(now()),
      wallet,
    });
  };
}
