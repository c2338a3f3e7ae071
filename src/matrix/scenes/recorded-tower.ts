import { decodeClientMessage, encode } from "../../protocol/codec.ts";
import type { LoggedFact } from "../../protocol/facts.ts";
import type { Subscribe } from "../../protocol/handshake.ts";
import { epoch, type Seq, seq, timestamp } from "../../protocol/ids.ts";
import { CONNECTION_AGENTS } from "../../protocol/limits.ts";
import type { TowerMessage } from "../../protocol/messages.ts";
import type { CurrentValue } from "../../protocol/values.ts";
import type { LinkPorts, SocketEvents } from "../link/ports.ts";
import type { SceneClock } from "./clock.ts";
import { createHoldings, VIEWER } from "./holdings.ts";
import { isFact, type Moment, SCENE_EPOCH_MS, type Scene } from "./scene.ts";
import { snapshotParts } from "./snapshot-parts.ts";

/** How long anything takes from one end of the recorded link to the other, in milliseconds. */
const LATENCY_MS = 20;
const EPOCH = epoch("recorded");
/** The close code of a connection that broke or never came about. */
const BROKEN = 1006;

/** One connection of the page to the recorded tower. */
interface Connection {
  readonly events: SocketEvents;
  /** The last fact it was sent; undefined until it has subscribed. */
  sent: Seq | undefined;
}

/**
 * Plays a scene at the far end of the link: greets, answers `subscribe` with a snapshot or what was missed, says what
 * the script says when its time has come, refuses every intent, and is gone while the scene says so.
 */
export function createRecordedTower(scene: Scene, clock: SceneClock): Pick<LinkPorts, "openSocket"> {
  const script = scene.script()[Symbol.iterator]();
  const holdings = createHoldings();
  const connections = new Set<Connection>();
  /** What happened since the beginning; a page that looks for more takes a snapshot. */
  const log: LoggedFact[] = [];
  let head = seq(0);
  let beginning = seq(0);
  let next = script.next();

  const isReachable = (): boolean => {
    const now = clock.elapsed();
    return !(scene.outages ?? []).some(({ from, to }) => now >= from && now < to);
  };

  const sayTo = (connection: Connection, text: string): void => {
    if (connections.has(connection)) connection.events.onFrame(text);
  };
  const tell = (connection: Connection, message: TowerMessage): void => sayTo(connection, encode(message));

  const tellFact = (connection: Connection, fact: LoggedFact): void => {
    const seen = holdings.seen(fact);
    if (seen === undefined || connection.sent === undefined) return;
    tell(connection, { ...seen, prev: connection.sent });
    connection.sent = fact.seq;
  };

  const tellValue = (connection: Connection, value: CurrentValue): void => {
    const seen = holdings.seen(value);
    if (seen !== undefined) tell(connection, seen);
  };

  /** Lets one moment happen and tells every subscribed page. */
  const happen = ({ at, say }: Moment): void => {
    const pages = [...connections].filter(({ sent }) => sent !== undefined);
    if ("raw" in say) {
      for (const page of pages) sayTo(page, say.raw);
      return;
    }
    if (!isFact(say)) {
      holdings.take(say);
      for (const page of pages) tellValue(page, say);
      return;
    }
    head = seq(head + 1);
    const fact: LoggedFact = { ...say, seq: head, at: timestamp(SCENE_EPOCH_MS + at) };
    holdings.take(fact);
    log.push(fact);
    for (const page of pages) tellFact(page, fact);
  };

  /** Plays what is due, and comes back when the next moment is. */
  const play = (): void => {
    while (next.done !== true && next.value.at <= clock.elapsed()) {
      const moment = next.value;
      next = script.next();
      happen(moment);
    }
    if (next.done !== true) clock.setTimer(next.value.at - clock.elapsed(), play);
  };

  const close = (connection: Connection): void => {
    if (connections.delete(connection)) connection.events.onClose(BROKEN, "");
  };

  const greet = (connection: Connection): void => {
    const agents = holdings.agents();
    tell(connection, {
      type: "connection",
      status: "connected",
      agents: agents.slice(0, CONNECTION_AGENTS),
      agentCount: agents.length,
      epoch: EPOCH,
      seq: head,
      at: timestamp(SCENE_EPOCH_MS + clock.elapsed()),
      wallet: "play",
    });
  };

  const subscribe = (connection: Connection, { since }: Subscribe): void => {
    const isResumable = since?.epoch === EPOCH && since.seq >= beginning && since.seq <= head;
    const subscribed = {
      type: "subscribed",
      role: "visitor",
      epoch: EPOCH,
      seq: head,
      ownerId: VIEWER,
    } as const;
    connection.sent = isResumable ? since.seq : head;
    if (isResumable) {
      tell(connection, { ...subscribed, mode: "resume" });
      for (const fact of log) if (fact.seq > since.seq) tellFact(connection, fact);
      for (const value of holdings.values()) tellValue(connection, value);
      return;
    }
    tell(connection, { ...subscribed, mode: "snapshot" });
    for (const part of snapshotParts(holdings.snapshot())) sayTo(connection, part);
  };

  const hear = (connection: Connection, text: string): void => {
    const decoded = decodeClientMessage(text);
    if (decoded.kind === "refused") {
      const { code, message } = decoded.refusal;
      tell(connection, {
        type: "error",
        code,
        message,
        ...(decoded.requestId !== undefined && { requestId: decoded.requestId }),
      });
      return;
    }
    if (decoded.message.type === "subscribe") {
      subscribe(connection, decoded.message);
      return;
    }
    tell(connection, {
      type: "error",
      code: "read_only",
      message: "This is a recorded scene: it only plays, and nothing can be asked of it.",
      requestId: decoded.message.requestId,
    });
  };

  while (next.done !== true && next.value.at < 0) {
    happen(next.value);
    next = script.next();
  }
  beginning = head;
  log.length = 0;
  play();
  for (const { from } of scene.outages ?? []) {
    clock.setTimer(from - clock.elapsed(), () => {
      for (const connection of [...connections]) close(connection);
    });
  }

  return {
    openSocket(_url, events) {
      const connection: Connection = { events, sent: undefined };
      connections.add(connection);
      const after = (run: () => void) => {
        clock.setTimer(LATENCY_MS, () => {
          if (!connections.has(connection)) return;
          if (isReachable()) run();
          else close(connection);
        });
      };
      after(() => greet(connection));
      return {
        send: (text) => after(() => hear(connection, text)),
        close: () => connections.delete(connection),
      };
    },
  };
}
