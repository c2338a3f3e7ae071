import { Readable } from "node:stream";
import { MAX_QUEUED_BYTES } from "../../protocol/limits.ts";

/** One Server-Sent Event; `data` goes out as JSON. */
export interface ServerEvent {
  readonly event: string;
  /** Where the reader is after it, for `Last-Event-ID`. Without one it stays where it was. */
  readonly id?: string;
  readonly data: unknown;
}

/** Server-Sent Events on their way to one reader, whose body `stream` is. */
export interface EventChannel {
  readonly stream: Readable;
  send(event: ServerEvent): void;
  /** Sends a comment, so that nobody between here and the reader takes the connection for dead. */
  beat(): void;
  /** Sends what waits, and ends. */
  end(): void;
}

/**
 * A channel whose reader takes what it can: past {@link MAX_QUEUED_BYTES} that wait to be sent it is cut off, to come back and resume.
 * A single event may be longer than that. After the end, whichever, sending does nothing.
 */
export function openEventChannel(): EventChannel {
  const stream = new Readable({ read: () => {} });
  let hasEnded = false;

  function push(text: string): void {
    if (hasEnded || stream.destroyed) return;
    if (stream.readableLength > MAX_QUEUED_BYTES) stream.destroy();
    else stream.push(text);
  }

  return {
    stream,
    send({ data, event, id }) {
      // JSON has no line breaks of its own, so one line of data holds it.
      push(`event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`);
    },
    beat: () => push(":\n\n"),
    end() {
      if (hasEnded || stream.destroyed) return;
      hasEnded = true;
      stream.push(null);
    },
  };
}
