import { decodeTowerMessage, encode } from "../../protocol/codec.ts";
import type { Subscribe, TowerReplyOf } from "../../protocol/handshake.ts";
import { requestId } from "../../protocol/ids.ts";
import type { Intent } from "../../protocol/intents.ts";
import { CLOSES, CONNECT_SECONDS } from "../../protocol/limits.ts";
import type { ClientMessage, TowerMessage } from "../../protocol/messages.ts";
import type { LinkView, Send } from "../state/model.ts";
import { backOff } from "./back-off.ts";
import type { Credentials } from "./credentials.ts";
import type { Gateway } from "./gateway.ts";
import { createLogPlace, isFact } from "./log-place.ts";
import { createOutbox } from "./outbox.ts";
import type { LinkPorts, Socket, Undo } from "./ports.ts";

/** Frames longer than this, in UTF-16 units, are not even parsed; a tower's longest are a quarter of it. */
const MAX_FRAME_LENGTH = 1_048_576;
/** Catching up ends this long after its last fact: the log's newest facts may be hidden from this reader. */
const QUIET_MS = 500;
/** A connection that says nothing for this long is taken for dead: browsers do not show pings to a page. */
const SILENCE_MS = 60_000;
/** An intent is answered sooner than this, or the connection is dead. */
const ANSWER_MS = 10_000;
/** After a pause of the page, a connection that has been silent for longer than this is replaced. */
const STALE_MS = 5_000;
/** A connection that has been good for this long clears earlier failures. */
const STEADY_MS = 10_000;

/** Something the tower sent that could not be used. It is counted and told; the connection goes on. */
export interface LinkFault {
  readonly kind: "malformed" | "too_large" | "loss";
  readonly message: string;
  /** How many of this kind there have been. */
  readonly count: number;
}

export interface LinkOptions {
  readonly gateway: Gateway;
  readonly credentials: Credentials;
  readonly ports: LinkPorts;
  /** Takes each message once and in order. `live` is false for what happened while this browser was away. */
  readonly receive: (message: TowerMessage, arrival: { readonly live: boolean }) => void;
  /** Told of each intent before it is sent: from now on it is under way. */
  readonly onSend: (intent: Intent) => void;
  readonly onView: (view: LinkView) => void;
  readonly onFault: (fault: LinkFault) => void;
}

/** The one owner of the socket to the tower. */
export interface Link {
  /** Sends an intent now, or after reconnecting; again, under the same id, until the tower answers it. */
  readonly send: Send;
  /** What was received cannot be trusted: start anew from a snapshot. */
  takeSnapshot(): void;
  /** Closes for good. */
  dispose(): void;
}

/** What a connection is timed for: its handshake, the end of catching up, and whether it is still alive. */
type Watch = "handshake" | "quiet" | "silence" | "answer" | "steady";

/** One connection, from opening to closing. */
interface Connection {
  readonly socket: Socket;
  status: "opening" | "subscribing" | "catching_up" | "live";
  /** False until the tower has said who this browser is: nothing is asked before. */
  takesIntents: boolean;
  /** A tower without a log: it neither resumes nor answers. */
  isOlder: boolean;
  /** Milliseconds since 1970. */
  heardAt: number;
  readonly undoes: Map<Watch, Undo>;
}

/**
 * Connects and keeps connected: handshake, resume after the last good fact, jittered back-off, never while the page
 * is hidden and at once when it is shown again.
 */
export function createLink(options: LinkOptions): Link {
  const { credentials, ports, receive, onView } = options;
  const place = createLogPlace();
  const outbox = createOutbox();
  const faults: Record<LinkFault["kind"], number> = { malformed: 0, too_large: 0, loss: 0 };
  let connection: Connection | undefined;
  let undoRetry: Undo | undefined;
  let failures = 0;
  let isDisposed = false;

  const fault = (kind: LinkFault["kind"], message: string) => {
    faults[kind] += 1;
    options.onFault({ kind, message, count: faults[kind] });
  };

  const watch = (of: Connection, name: Watch, ms: number, run: () => void) => {
    of.undoes.get(name)?.();
    of.undoes.set(name, ports.setTimer(ms, run));
  };

  /** Lets go of the connection in use; whatever it still says is not heard. */
  const drop = () => {
    if (connection === undefined) return;
    const { socket, undoes } = connection;
    connection = undefined;
    for (const undo of undoes.values()) undo();
    socket.close();
  };

  const retry = (reason: string) => {
    drop();
    failures += 1;
    undoRetry?.();
    undoRetry = undefined;
    if (ports.page.isHidden()) {
      onView({ status: "offline", reason, retryAt: undefined });
      return;
    }
    const wait = backOff(failures, ports.random);
    undoRetry = ports.setTimer(wait, connect);
    onView({ status: "offline", reason, retryAt: ports.now() + wait });
  };

  /**
   * Replaces a connection that is no good any more, through no failure to connect. What is shown stays until that
   * fails or the new one says otherwise, so that nobody sees a tower with nothing to say come and go.
   */
  const renew = (reason: string) => {
    if (failures > 0 || ports.page.isHidden()) {
      retry(reason);
      return;
    }
    failures = 1;
    open();
  };

  const show = (of: Connection, status: "catching_up" | "live") => {
    if (of.status === status) return;
    of.status = status;
    onView({ status });
    if (status === "live") {
      of.undoes.get("quiet")?.();
      watch(of, "steady", STEADY_MS, () => {
        failures = 0;
      });
    }
  };

  const transmit = (of: Connection, message: ClientMessage) => of.socket.send(encode(message));

  /** Tells the person what became of an intent in the tower's stead. */
  const refuse = (id: Intent["requestId"], message: string) =>
    receive({ type: "error", code: "unsent", message, requestId: id }, { live: true });

  const transmitIntent = (of: Connection, intent: Intent) => {
    if (!outbox.isWorthSending(intent.requestId)) {
      refuse(intent.requestId, "The tower does not answer this: look at what happened, then try again.");
      return;
    }
    transmit(of, intent);
    if (of.isOlder) {
      outbox.answered(intent.requestId);
      return;
    }
    watch(of, "answer", ANSWER_MS, () => renew("The tower does not answer."));
  };

  const takeIntents = (of: Connection) => {
    of.takesIntents = true;
    for (const intent of outbox.unanswered()) transmitIntent(of, intent);
  };

  const answered = (of: Connection, id: Intent["requestId"]) => {
    outbox.answered(id);
    if (outbox.unanswered().length === 0) of.undoes.get("answer")?.();
  };

  const subscribe = (of: Connection) => {
    of.status = "subscribing";
    const ownerToken = credentials.ownerToken();
    const token = credentials.token();
    const since = place.since();
    const message: Subscribe = {
      type: "subscribe",
      clientId: credentials.clientId,
      ...(ownerToken !== undefined && { ownerToken }),
      ...(token !== undefined && { token }),
      ...(since !== undefined && { since }),
    };
    transmit(of, message);
    watch(of, "handshake", CONNECT_SECONDS * 1000, () => retry("The tower did not answer in time."));
  };

  const catchUp = (of: Connection) => {
    if (place.isCaughtUp()) show(of, "live");
    else {
      show(of, "catching_up");
      if (place.since() !== undefined) watch(of, "quiet", QUIET_MS, () => show(of, "live"));
    }
  };

  const subscribed = (of: Connection, reply: TowerReplyOf<"subscribed">): boolean => {
    if (!place.subscribed(reply)) {
      place.forget();
      renew("The tower resumed what was not asked for.");
      return false;
    }
    of.undoes.get("handshake")?.();
    if (reply.ownerToken !== undefined) credentials.keepOwnerToken(reply.ownerToken);
    return true;
  };

  const refusedToSubscribe = ({ code, message }: TowerReplyOf<"error">) => {
    if (code === "unauthorized") credentials.forgetToken();
    retry(message);
  };

  const take = (of: Connection, message: TowerMessage) => {
    if (isFact(message)) {
      const arrival = place.arrived(message);
      if (arrival === "already_seen") return;
      if (arrival === "after_a_loss") {
        fault("loss", `Facts before ${message.seq} did not arrive: asking for them.`);
        renew("Something the tower sent was lost.");
        return;
      }
      receive(message, { live: arrival === "live" });
      if (of.status === "catching_up" && connection === of) catchUp(of);
      return;
    }
    switch (message.type) {
      case "connection":
        receive(message, { live: false });
        if (connection !== of) return;
        of.isOlder = message.epoch === undefined;
        subscribe(of);
        if (of.isOlder) {
          of.undoes.get("handshake")?.();
          takeIntents(of);
          show(of, "live");
        } else {
          watch(of, "silence", SILENCE_MS, () => checkSilence(of));
        }
        return;
      case "subscribed":
        if (!subscribed(of, message)) return;
        receive(message, { live: false });
        if (connection !== of) return;
        catchUp(of);
        takeIntents(of);
        return;
      case "snapshot_part":
        receive(message, { live: false });
        if (!message.last || connection !== of) return;
        place.snapshotDone();
        catchUp(of);
        return;
      case "accepted":
      case "session_secret":
        answered(of, message.requestId);
        receive(message, { live: true });
        return;
      case "error":
        if (message.requestId !== undefined) answered(of, message.requestId);
        receive(message, { live: true });
        if (connection === of && of.status === "subscribing" && !of.isOlder) refusedToSubscribe(message);
        return;
      default:
        // The tower holds current values back until the whole gap has been sent.
        if (connection === of && of.status === "catching_up" && place.since() !== undefined) show(of, "live");
        receive(message, { live: of.status === "live" });
    }
  };

  const checkSilence = (of: Connection): void => {
    const left = of.heardAt + SILENCE_MS - ports.now();
    if (left <= 0) renew("The tower fell silent.");
    else watch(of, "silence", left, () => checkSilence(of));
  };

  const hear = (of: Connection, data: unknown) => {
    of.heardAt = ports.now();
    if (typeof data !== "string") {
      fault("malformed", "A binary frame: the protocol has none.");
      return;
    }
    if (data.length > MAX_FRAME_LENGTH) {
      fault("too_large", `A frame of ${data.length} characters was not read.`);
      return;
    }
    const decoded = decodeTowerMessage(data);
    if (decoded.kind === "refused") fault("malformed", decoded.refusal.message);
    if (decoded.kind !== "message") return;
    for (const left of decoded.faults ?? []) fault("malformed", left);
    take(of, decoded.message);
  };

  const closed = (code: number, reason: string) => {
    if (code === CLOSES.unauthorized.code) credentials.forgetToken();
    retry(reason === "" ? "The tower cannot be reached." : reason);
  };

  function connect(): void {
    if (isDisposed || options.gateway.kind === "none") return;
    onView({ status: "connecting" });
    open();
  }

  function open(): void {
    drop();
    undoRetry?.();
    undoRetry = undefined;
    if (isDisposed || options.gateway.kind === "none") return;
    place.reconnected();
    // What a connection says after it was let go of is not heard.
    const whileIn = (run: (of: Connection) => void) => {
      if (opened !== undefined && connection === opened) run(opened);
    };
    let opened: Connection | undefined;
    let socket: Socket;
    try {
      socket = ports.openSocket(options.gateway.url, {
        onFrame: (data) => whileIn((of) => hear(of, data)),
        onClose: (code, reason) => whileIn(() => closed(code, reason)),
      });
    } catch {
      retry("The browser does not allow this page to reach the tower.");
      return;
    }
    opened = {
      socket,
      status: "opening",
      takesIntents: false,
      isOlder: false,
      heardAt: ports.now(),
      undoes: new Map(),
    };
    connection = opened;
    // A socket can hang while it connects, and a tower while it says hello.
    watch(opened, "handshake", CONNECT_SECONDS * 1000, () => retry("The tower did not answer in time."));
  }

  const undoWake = ports.page.onWake(() => {
    if (connection === undefined) {
      connect();
      return;
    }
    // A socket that was open while the page slept may be dead without having said so; resuming costs little.
    const isStale = !connection.isOlder && ports.now() - connection.heardAt > STALE_MS;
    if (isStale && connection.status !== "opening") connect();
  });

  if (options.gateway.kind === "none") {
    onView({ status: "offline", reason: options.gateway.reason, retryAt: undefined });
  } else {
    connect();
  }

  return {
    send(draft) {
      const id = requestId(ports.newId());
      const intent = { ...draft, requestId: id } as Intent;
      options.onSend(intent);
      if (options.gateway.kind === "none") refuse(id, options.gateway.reason);
      else if (!outbox.keep(intent)) refuse(id, "Too much waits for the tower's answer: try again later.");
      else if (connection?.takesIntents === true) transmitIntent(connection, intent);
      return id;
    },
    takeSnapshot() {
      place.forget();
      renew("What the tower sent does not fit together.");
    },
    dispose() {
      isDisposed = true;
      undoWake();
      undoRetry?.();
      drop();
    },
  };
}
