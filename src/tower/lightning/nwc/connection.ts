import { hex } from "@scure/base";
import { getConversationKey } from "nostr-tools/nip44";
import { getPublicKey } from "nostr-tools/pure";
import { isThisMachine } from "../../this-machine.ts";

/** What a connection string says. Whoever has the secret can do whatever the wallet lets this connection do. */
export interface NwcConnection {
  /** The wallet service's key, lower-case hex. */
  readonly walletPubkey: string;
  /** Where the wallet service listens, without doubles. */
  readonly relays: readonly string[];
  readonly secret: Uint8Array;
  /** The public key of the secret: who the tower is to the wallet service. */
  readonly clientPubkey: string;
}

/** Far more than any wallet names, so that a long string does not open a long list of sockets. */
const MAX_RELAYS = 8;
const KEY = /^[0-9a-f]{64}$/;

/**
 * Reads `nostr+walletconnect://<wallet key>?relay=…&relay=…&secret=…`. Undefined when it is not exactly one of those: it never says
 * what was wrong with it, because that could repeat the secret. Parameters beside these, such as `lud16`, are left alone.
 * Source: "Nostr Wallet Connect URI" in NIP-47.
 */
export function parseConnection(url: string): NwcConnection | undefined {
  const [, walletPubkey, query] = /^nostr\+walletconnect:\/\/([0-9a-f]{64})\/?\?([^#]+)$/.exec(url) ?? [];
  if (walletPubkey === undefined || query === undefined) return undefined;
  const parameters = new URLSearchParams(query);
  const relays = [...new Set(parameters.getAll("relay"))];
  const [secretHex, ...moreSecrets] = parameters.getAll("secret");
  if (secretHex === undefined || !KEY.test(secretHex) || moreSecrets.length > 0) return undefined;
  if (relays.length === 0 || relays.length > MAX_RELAYS || !relays.every(isRelay)) return undefined;
  const secret = hex.decode(secretHex);
  try {
    // Both throw for a number that is no key of the curve.
    const clientPubkey = getPublicKey(secret);
    getConversationKey(secret, walletPubkey);
    return { walletPubkey, relays, secret, clientPubkey };
  } catch {
    return undefined;
  }
}

/** Requests are encrypted, but who asks whom and how often is not: only over TLS, or without leaving this machine. */
function isRelay(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password, hash } = new URL(value);
  if (username + password + hash !== "") return false;
  return protocol === "wss:" || (protocol === "ws:" && isThisMachine(hostname));
}
