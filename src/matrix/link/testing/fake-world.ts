import type { TowerMessage } from "../../../protocol/messages.ts";
import type { LinkPorts, SocketEvents, Storage } from "../ports.ts";

/** The tower's end of a socket that a test holds. */
export interface TowerEnd {
  readonly url: string;
  /** What the browser sent, decoded, oldest first; taking it empties it. */
  taken(): readonly unknown[];
  say(...messages: readonly TowerMessage[]): void;
  /** Sends something that need not be a message. */
  sayRaw(data: unknown): void;
  close(code?: number, reason?: string): void;
  isClosedByBrowser(): boolean;
}

/** A browser and its network that do nothing by themselves: a test moves the clock and holds the far ends. */
export interface FakeWorld {
  readonly ports: LinkPorts;
  readonly sockets: readonly TowerEnd[];
  /** The newest socket; throws when there is none. */
  socket(): TowerEnd;
  /** Moves the clock and runs what was due, in order. */
  pass(milliseconds: number): void;
  /** How many timers are running. */
  timers(): number;
  setHidden(isHidden: boolean): void;
  wake(): void;
  listeners(): number;
  refuseSockets(refuses: boolean): void;
}

export function createFakeWorld(): FakeWorld {
  const sockets: TowerEnd[] = [];
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  const wakeListeners = new Set<() => void>();
  let now = 1_000_000;
  let ids = 0;
  let isHidden = false;
  let refuses = false;

  const openSocket = (url: string, events: SocketEvents) => {
    if (refuses) throw new Error("not allowed");
    let sent: unknown[] = [];
    let isClosed = false;
    sockets.push({
      url,
      taken() {
        const all = sent;
        sent = [];
        return all;
      },
      say: (...messages) => {
        for (const message of messages) events.onFrame(JSON.stringify(message));
      },
      sayRaw: events.onFrame,
      close: (code = 1006, reason = "") => events.onClose(code, reason),
      isClosedByBrowser: () => isClosed,
    });
    return {
      send: (text: string) => {
        sent.push(JSON.parse(text));
      },
      close: () => {
        isClosed = true;
      },
    };
  };

  return {
    ports: {
      openSocket,
      now: () => now,
      setTimer(milliseconds, run) {
        const id = ids++;
        timers.set(id, { at: now + milliseconds, run });
        return () => timers.delete(id);
      },
      random: () => 0.5,
      newId: () => `id-${ids++}`,
      page: {
        isHidden: () => isHidden,
        onWake(listener) {
          wakeListeners.add(listener);
          return () => wakeListeners.delete(listener);
        },
      },
    },
    sockets,
    socket() {
      const newest = sockets.at(-1);
      if (newest === undefined) throw new Error("no socket was opened");
      return newest;
    },
    pass(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        const [next] = [...timers].filter(([, timer]) => timer.at <= end).sort(([, a], [, b]) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next[0]);
        now = next[1].at;
        next[1].run();
      }
      now = end;
    },
    timers: () => timers.size,
    setHidden(hidden) {
      isHidden = hidden;
    },
    wake() {
      for (const listener of wakeListeners) listener();
    },
    listeners: () => wakeListeners.size,
    refuseSockets(yes) {
      refuses = yes;
    },
  };
}

/** A storage in memory that a test can look into. */
export function createFakeStorage(): Storage & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => {
      kept.set(key, value);
    },
    removeItem: (key) => {
      kept.delete(key);
    },
  };
}
