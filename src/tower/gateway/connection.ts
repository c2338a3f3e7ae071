import type { Writable } from "node:stream";
import type { WebSocket } from "ws";
import { decodeClientMessage, encode } from "../../protocol/codec.ts";
import type { Subscribe } from "../../protocol/handshake.ts";
import type { RequestId, Seq } from "../../protocol/ids.ts";
import type { Intent } from "../../protocol/intents.ts";
import { CLOSES, type CloseName } from "../../protocol/limits.ts";
import type { TowerMessage } from "../../protocol/messages.ts";
import type { PurseFigures } from "../../protocol/records.ts";
import { type Refusal, RefusalError, refuse } from "../../protocol/refusal.ts";
import { callerOf, type Identity, type Viewer, viewerOf } from "../access/identity.ts";
import { createLimiter, type Limiter } from "../access/limiter.ts";
import { streamFacts } from "./fact-stream.ts";
import { createOutbox } from "./outbox.ts";
import type { GatewayParts } from "./parts.ts";
import { snapshotFor, snapshotFrames } from "./snapshot.ts";
import { isResumable, prove } from "./subscription.ts";
import { streamValues, type ValueStream } from "./value-stream.ts";

/** Frames refused at the door that one connection may send in a minute; past it, it is closed as a flood. */
export const REFUSED_PER_MINUTE = 50;
/** Frames of one connection that may wait to be handled. */
const MAX_WAITING_FRAMES = 256;

/** One client's connection, from its upgrade to its close. */
export interface Connection {
  identity(): Identity | undefined;
  close(reason: CloseName): void;
  /** Asks whether the peer is still there; closes it as silent when nothing was heard of it since the last time. */
  ping(): void;
}

/** Where a connection comes from. */
export interface Peer {
  readonly address: string;
  /** Who it is by the token in its address, as older clients send it. */
  readonly presumed: Identity | undefined;
}

/** Serves one accepted socket until it closes. `stream` is the network stream under the socket. */
export function serveConnection(
  socket: WebSocket,
  stream: Writable,
  peer: Peer,
  parts: GatewayParts,
): Connection {
  const { board, epoch, follower, head, intake, log, publicFigures, snapshots } = parts;
  const outbox = createOutbox(socket, stream, () => close("slow"));
  const refusals: Limiter = createLimiter(REFUSED_PER_MINUTE, 60_000, parts.now);
  let identity = peer.presumed;
  let isSubscribed = false;
  let isAlive = true;
  let waiting = 0;
  let stopStreams = () => {};
  let repeatValue = (_key: string): void => {};
  let grace: NodeJS.Timeout | undefined;

  const say = (message: TowerMessage): void => outbox.send(encode(message));

  function close(reason: CloseName): void {
    if (!outbox.isOpen()) return;
    log.info({ reason, address: peer.address }, "connection closed by the tower");
    socket.close(CLOSES[reason].code, CLOSES[reason].reason);
  }

  function answer(refusal: Refusal, requestId?: RequestId): void {
    say({
      type: "error",
      code: refusal.code,
      message: refusal.message,
      ...(requestId !== undefined && { requestId }),
    });
  }

  /** Answers what was refused before anything was asked of the economy; too much of it is a flood. */
  function refuseFrame(refusal: Refusal, requestId?: RequestId): void {
    answer(refusal, requestId);
    if (!refusals.take("")) close("flood");
  }

  function start(viewer: Viewer, after: Seq, liveAfter: Seq, values: ValueStream): void {
    const stopFacts = streamFacts(follower, outbox, {
      viewer,
      after,
      liveAfter,
      onLive: values.release,
      onDelayed: (error) => log.warn({ err: error }, "the log could not be read for a connection"),
      onEnded: (error) => {
        log.error({ err: error }, "a connection's facts ended");
        close("internal");
      },
    });
    const stopBefore = stopStreams;
    stopStreams = () => {
      stopFacts();
      stopBefore();
    };
  }

  function followValues(viewer: Viewer): ValueStream {
    const values = streamValues(board, outbox, viewer, publicFigures);
    stopStreams = values.stop;
    repeatValue = values.repeat;
    return values;
  }

  const purseOf = async (viewer: Viewer): Promise<PurseFigures | undefined> =>
    viewer.sees === "public" ? undefined : snapshots.purse(viewer.ownerId);

  async function greet(): Promise<void> {
    const seq = head.seq();
    outbox.send(await parts.greeting());
    // A client that subscribes does so at once. Until it is clear that this one does not, it is told nothing, so
    // that no fact comes before those it will ask for.
    grace = setTimeout(() => {
      if (isSubscribed || !outbox.isOpen()) return;
      const viewer = viewerOf(identity);
      const values = followValues(viewer);
      values.repeatAll();
      start(viewer, seq, seq, values);
    }, parts.subscribeGraceMs);
  }

  async function subscribe(message: Subscribe): Promise<void> {
    if (isSubscribed) refuse("conflict", "This connection has subscribed already. Open another one.");
    const proven = await prove(message, { ...parts, address: peer.address, presumed: peer.presumed });
    if (!outbox.isOpen()) return;
    clearTimeout(grace);
    stopStreams();
    isSubscribed = true;
    identity = proven.identity;
    const viewer = viewerOf(identity);
    const values = followValues(viewer);
    const subscribed = {
      type: "subscribed",
      role: identity.role,
      epoch,
      ...(identity.role !== "kiosk" && { ownerId: identity.ownerId }),
      ...(proven.ownerToken !== undefined && { ownerToken: proven.ownerToken }),
    } as const;

    const newest = head.seq();
    if (isResumable(message.since, epoch, newest)) {
      say({ ...subscribed, mode: "resume", seq: newest });
      values.repeatAll();
      start(viewer, message.since.seq, newest, values);
      const purse = await purseOf(viewer);
      if (purse !== undefined) say({ type: "purse_state", ...purse });
      return;
    }
    const state = await snapshots.read(viewer);
    const purse = await purseOf(viewer);
    const snapshot = snapshotFor(viewer, state, board.latest(), { publicFigures, purse });
    say({ ...subscribed, mode: "snapshot", seq: state.seq });
    for (const frame of snapshotFrames(snapshot)) {
      outbox.sendPaced(frame);
      await outbox.drained();
      if (!outbox.isOpen()) return;
    }
    start(viewer, state.seq, state.seq, values);
  }

  async function perform(intent: Intent): Promise<void> {
    const caller = identity && callerOf(identity);
    if (caller === undefined) {
      const why = identity === undefined ? "Subscribe first: until then a connection" : "A kiosk";
      return refuseFrame({ code: "read_only", message: `${why} only looks.` }, intent.requestId);
    }
    try {
      const { secret, sessionId } = await intake.perform(caller, intent, peer.address);
      const { requestId } = intent;
      if (secret !== undefined && sessionId !== undefined)
        say({ type: "session_secret", requestId, sessionId, ...secret });
      say({ type: "accepted", requestId });
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.code === "rate_limited") refuseFrame(refusal, intent.requestId);
      else answer(refusal, intent.requestId);
    }
  }

  function refusalOf(error: unknown): Refusal {
    if (error instanceof RefusalError) return { code: error.code, message: error.message };
    log.error({ err: error }, "an intent failed");
    return { code: "internal", message: "The tower failed at this. Nothing was done; try again." };
  }

  async function handle(text: string): Promise<void> {
    const decoded = decodeClientMessage(text);
    if (decoded.kind === "refused") {
      refuseFrame(decoded.refusal, decoded.requestId);
      if (decoded.refusal.code === "frame_too_large") close("frame_too_large");
      return;
    }
    if (decoded.message.type !== "subscribe") return perform(decoded.message);
    try {
      await subscribe(decoded.message);
    } catch (error) {
      refuseFrame(refusalOf(error));
      // Half a snapshot must not pass for a whole one.
      if (isSubscribed && !(error instanceof RefusalError && error.code === "conflict")) close("internal");
    }
  }

  // One frame after the other, so that what a client asks for happens in the order it asked.
  let work = greet().catch((error: unknown) => {
    log.error({ err: error }, "a connection could not be greeted");
    close("internal");
  });
  function enqueue(step: () => Promise<void>): void {
    if (waiting >= MAX_WAITING_FRAMES) {
      close("flood");
      return;
    }
    waiting += 1;
    work = work
      .then(() => (outbox.isOpen() ? step() : undefined))
      .catch((error: unknown) => {
        log.error({ err: error }, "a frame could not be handled");
        close("internal");
      })
      .finally(() => {
        waiting -= 1;
      });
  }

  // Whatever comes in, and whatever goes out, shows that somebody is there; a slow peer's pong is long in coming.
  const seeAlive = (): void => {
    isAlive = true;
  };
  socket.on("pong", seeAlive);
  outbox.onDrain(seeAlive);
  socket.on("message", (data, isBinary) => {
    seeAlive();
    if (!outbox.isOpen()) return;
    enqueue(async () => {
      if (isBinary)
        return refuseFrame({ code: "bad_frame", message: "The frame is binary: send JSON text." });
      await handle(data.toString());
    });
  });
  socket.on("close", () => {
    clearTimeout(grace);
    stopStreams();
  });

  return {
    identity: () => identity,
    close,
    ping() {
      if (!isAlive) {
        close("silent");
        socket.terminate();
        return;
      }
      isAlive = false;
      if (!outbox.isOpen()) return;
      socket.ping();
      // Browsers keep pings from the page: a value that has not changed shows it that the tower is there.
      repeatValue("agent_count");
    },
  };
}
