import { type ClientId, clientId } from "../../protocol/ids.ts";
import type { Storage } from "./ports.ts";

/** Who this browser can prove to be to one gateway. */
export interface Credentials {
  readonly clientId: ClientId;
  /** The secret the tower gave this browser's owner, if it did. */
  ownerToken(): string | undefined;
  /** An operator's or kiosk's token, if this page was opened with one. */
  token(): string | undefined;
  keepOwnerToken(token: string): void;
  /** The tower does not know the operator's or kiosk's token any more. Of an owner's secret it never says so. */
  forgetToken(): void;
}

/** The page's address, as far as a token can travel in it. */
export interface Address {
  /** `#…` or empty. */
  readonly hash: string;
  /** Takes the fragment out of the address and its history entry. */
  stripHash(): void;
}

export interface CredentialsOptions {
  readonly gateway: string;
  /** Kept as long as the browser keeps it; may be missing altogether. */
  readonly local: Storage | undefined;
  /** Kept as long as this tab lives; may be missing altogether. */
  readonly session: Storage | undefined;
  readonly address: Address;
  readonly newId: () => string;
}

/** The forms a tower takes; anything else was mistyped or damaged. */
const TOKEN = /^[\x21-\x7e]{16,128}$/;
const OWNER_TOKEN = /^[A-Za-z0-9_-]{43}$/;

/**
 * What a page shows a tower. The token of an operator's link is taken out of the address at once, before anything
 * can copy it from there, and lives as long as the tab; the owner's secret outlives the browser, one per gateway.
 */
export function loadCredentials(options: CredentialsOptions): Credentials {
  const { gateway, address } = options;
  const local = cell(options.local);
  const session = cell(options.session);
  const ownerKey = `matrix.owner ${gateway}`;
  const tokenKey = `matrix.token ${gateway}`;
  const clientKey = "matrix.client";

  const fromLink = new URLSearchParams(address.hash.slice(1)).get("token");
  if (fromLink !== null) {
    address.stripHash();
    if (TOKEN.test(fromLink)) session.set(tokenKey, fromLink);
  }
  // What was damaged would be refused at every connection, for ever.
  if (!OWNER_TOKEN.test(local.get(ownerKey) ?? "")) local.remove(ownerKey);
  const client = local.get(clientKey) ?? options.newId();
  local.set(clientKey, client);

  return {
    clientId: clientId(client),
    ownerToken: () => local.get(ownerKey),
    token: () => session.get(tokenKey),
    keepOwnerToken: (token) => local.set(ownerKey, token),
    forgetToken: () => session.remove(tokenKey),
  };
}

/** A storage that falls back to memory, value by value, when the browser forbids it or is full. */
function cell(storage: Storage | undefined) {
  const memory = new Map<string, string>();
  const attempt = <T>(use: (storage: Storage) => T): T | undefined => {
    try {
      return storage === undefined ? undefined : use(storage);
    } catch {
      return undefined;
    }
  };
  return {
    get: (key: string): string | undefined =>
      memory.get(key) ?? attempt((kept) => kept.getItem(key)) ?? undefined,
    set(key: string, value: string) {
      memory.set(key, value);
      attempt((kept) => kept.setItem(key, value));
    },
    remove(key: string) {
      memory.delete(key);
      attempt((kept) => kept.removeItem(key));
    },
  };
}
