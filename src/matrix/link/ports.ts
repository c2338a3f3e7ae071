/** Undoes what returned it. Safe to call twice. */
export type Undo = () => void;

/** An open or opening connection. */
export interface Socket {
  send(text: string): void;
  /** Ends it. It may still be heard; whoever closed it no longer listens. */
  close(): void;
}

/** What a socket tells. */
export interface SocketEvents {
  /** `data` is a string for a text frame and anything else for a binary one. */
  onFrame(data: unknown): void;
  /** Once, also when it never opened. The reason is empty when the other side gave none. */
  onClose(code: number, reason: string): void;
}

/** The part of a browser's `Storage` that the link uses. Any call may throw: storage can be forbidden or full. */
export interface Storage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Whether a person can see the page, and when it comes back to life. */
export interface Page {
  isHidden(): boolean;
  /** Calls `listener` when the page is shown again, comes out of the cache, or the network returns. */
  onWake(listener: () => void): Undo;
}

/** Everything of the outside world that the link touches, so that a test can stand in for all of it. */
export interface LinkPorts {
  /** May throw when the page is not allowed to connect there. */
  readonly openSocket: (url: string, events: SocketEvents) => Socket;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly setTimer: (milliseconds: number, run: () => void) => Undo;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** An id that nobody else makes. */
  readonly newId: () => string;
  readonly page: Page;
}
