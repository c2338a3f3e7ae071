import type { Writable } from "node:stream";
import type { WebSocket } from "ws";
import { MAX_QUEUED_BYTES } from "../../protocol/limits.ts";

/** A frame ready to go: text, or the same text as bytes that several connections share. */
export type OutFrame = string | Buffer;

/** What waits to be sent to one connection. */
export interface Outbox {
  /** Sends a frame; calls `onOverflow` when more than a connection is given waits. Nothing once the socket is closing. */
  send(frame: OutFrame): void;
  /** Sends a frame that does not count as waiting: its sender goes on only when {@link Outbox.drained}. */
  sendPaced(frame: OutFrame): void;
  /** Whether the peer reads more slowly than the tower writes. */
  isBusy(): boolean;
  isOpen(): boolean;
  /** Resolves when nothing waits any more, or the connection is closed. */
  drained(): Promise<void>;
  /** Calls `listener` each time that nothing waits any more; returns its undo. */
  onDrain(listener: () => void): () => void;
}

const AS_TEXT = { binary: false } as const;

/** The outbox of a socket. `stream` is the network stream under it, which knows when it has been written out. */
export function createOutbox(socket: WebSocket, stream: Writable, onOverflow: () => void): Outbox {
  const isOpen = () => socket.readyState === socket.OPEN;
  // `ws` writes straight to the stream; without compression nothing waits anywhere else.
  const isBusy = () => stream.writableNeedDrain;
  return {
    isOpen,
    isBusy,
    send(frame) {
      if (!isOpen()) return;
      socket.send(frame, AS_TEXT);
      if (socket.bufferedAmount > MAX_QUEUED_BYTES) onOverflow();
    },
    sendPaced(frame) {
      if (isOpen()) socket.send(frame, AS_TEXT);
    },
    drained() {
      if (!isOpen() || !isBusy()) return Promise.resolve();
      return new Promise((resolve) => {
        const done = () => {
          stream.off("drain", done);
          socket.off("close", done);
          resolve();
        };
        stream.on("drain", done);
        socket.on("close", done);
      });
    },
    onDrain(listener) {
      stream.on("drain", listener);
      return () => stream.off("drain", listener);
    },
  };
}
