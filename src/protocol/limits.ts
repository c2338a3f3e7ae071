/** The longest frame a client may send, in bytes of UTF-8. */
export const MAX_FRAME_BYTES = 65_536;
/** The longest `snapshot_part` frame, in bytes of UTF-8. */
export const MAX_SNAPSHOT_PART_BYTES = 262_144;
/** How much may wait to be sent to one connection, snapshot parts excepted; past it the connection is closed. */
export const MAX_QUEUED_BYTES = 1_048_576;
/** How many agents `connection` names at most; the rest come with the snapshot. */
export const CONNECTION_AGENTS = 200;

/** Intents a visitor may send in one minute. */
export const INTENTS_PER_MINUTE = 100;

/** How many intents one network address may send in a minute: a household, or everybody behind one proxy. */
export const INTENTS_PER_MINUTE_PER_ADDRESS = 1000;
/** New visitors that one network address may become in a minute, over the socket and HTTP together: each costs a durable write. */
export const NEW_OWNERS_PER_MINUTE_PER_ADDRESS = 120;
/** Requests that one network address may send to the tower's routes over HTTP in a minute. */
export const REQUESTS_PER_MINUTE_PER_ADDRESS = 600;
/** Recovery codes that one network address may try over HTTP in a minute. */
export const RECOVERIES_PER_MINUTE_PER_ADDRESS = 10;
/** Unpaid invoices one owner may have open. */
export const UNPAID_PER_OWNER = 10;
/** Unpaid invoices the owners behind one network address may have open together. */
export const UNPAID_PER_ADDRESS = 30;

/** What a session may be opened with, and topped up by at least, in sats. */
export const SESSION_LEAST_SATS = 100;
export const SESSION_MOST_SATS = 10_000;
/** What people are offered to open a session with, in sats. */
export const SESSION_PRESETS_SATS = [200, 500, 1000, 2000, 5000] as const;
/** Below this balance a session takes no request, in sats: it is paused until it is topped up. */
export const SESSION_PAUSE_SATS = 50;
/** The least that is paid out over Lightning, in sats: below it the route costs more than what arrives. */
export const LEAST_PAYOUT_SATS = 3;

/** The tower pings this often; a connection that has not answered by the next ping is closed as `silent`. */
export const PING_SECONDS = 25;
/** A client gives a connection this long to open. */
export const CONNECT_SECONDS = 5;
/**
 * A client waits a random time up to the bound before it connects again; the bound starts here and doubles
 * to {@link RECONNECT_MOST_SECONDS}.
 */
export const RECONNECT_FIRST_SECONDS = 0.5;
export const RECONNECT_MOST_SECONDS = 20;

/**
 * Why a tower closes a connection. `code` is the WebSocket close code, the sentence its reason (at most 123
 * bytes), `retry` whether the same client may connect again as it is.
 */
export const CLOSES = {
  draining: { code: 4000, retry: true, reason: "The tower is stopping: connect again in a moment." },
  slow: { code: 4001, retry: true, reason: "Too much waited to be sent: connect again and resume." },
  silent: { code: 4002, retry: true, reason: "No answer to a ping: connect again and resume." },
  flood: { code: 4003, retry: true, reason: "Too many frames that were refused: wait a minute." },
  frame_too_large: { code: 4004, retry: true, reason: "A frame was longer than 64 KiB: send shorter ones." },
  unauthorized: { code: 4005, retry: false, reason: "The token is no longer valid: get a new one." },
  internal: { code: 4006, retry: true, reason: "The tower failed: connect again and resume." },
} as const satisfies Record<string, { code: number; retry: boolean; reason: string }>;
export type CloseName = keyof typeof CLOSES;

/** Whether a text takes more than `limit` bytes as UTF-8. Never encodes it, and mostly does not even read it. */
export function exceedsBytes(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  // One UTF-16 unit takes at most three bytes.
  if (text.length * 3 <= limit) return false;
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes > limit;
}
