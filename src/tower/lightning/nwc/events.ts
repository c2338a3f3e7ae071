import * as nip04 from "nostr-tools/nip04";
import * as nip44 from "nostr-tools/nip44";
import { finalizeEvent, type NostrEvent, verifyEvent } from "nostr-tools/pure";
import * as v from "valibot";
import type { NwcConnection } from "./connection.ts";

/** The kinds of NIP-47, and NIP-42's answer to a relay that wants to know who asks. */
export const KINDS = {
  info: 13194,
  request: 23194,
  response: 23195,
  /** Encrypted with NIP-04; a wallet that knows both sends each notification in both kinds. */
  oldNotification: 23196,
  notification: 23197,
  relayAuth: 22242,
} as const;

/** How a wallet's messages are encrypted. NIP-04 is only for wallets that know nothing else. */
export type Scheme = "nip44_v2" | "nip04";

const hex64 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const EventSchema = v.object({
  id: hex64,
  pubkey: hex64,
  created_at: v.pipe(v.number(), v.safeInteger()),
  kind: v.number(),
  tags: v.array(v.array(v.string())),
  content: v.string(),
  sig: v.pipe(v.string(), v.regex(/^[0-9a-f]{128}$/)),
});

/** What a wallet service says about itself in its info event. */
export interface WalletInfo {
  readonly scheme: Scheme;
  /** Whether it tells of payments that came in. */
  readonly notifies: boolean;
  /** Seconds since 1970: of two, the newer one counts. */
  readonly createdAt: number;
}

/** Signs and reads the events between the tower and its wallet service. */
export interface Envelopes {
  /** A request, which the wallet must not obey after `expiresAt` (seconds since 1970, like `createdAt`). */
  request(body: string, times: { createdAt: number; expiresAt: number }, scheme: Scheme): NostrEvent;
  /** NIP-42: who the tower is, to a relay that asks. */
  relayAuth(relay: string, challenge: string, createdAt: number): NostrEvent;
  /** An event that the wallet service itself signed; undefined for everything else, whoever sent it. */
  fromWallet(raw: unknown): NostrEvent | undefined;
  /** What it says inside; undefined when it cannot be read. */
  content(event: NostrEvent, scheme: Scheme): string | undefined;
}

export function createEnvelopes({ secret, walletPubkey, clientPubkey }: NwcConnection): Envelopes {
  const conversationKey = nip44.getConversationKey(secret, walletPubkey);
  const encrypt = (text: string, scheme: Scheme): string =>
    scheme === "nip44_v2" ? nip44.encrypt(text, conversationKey) : nip04.encrypt(secret, walletPubkey, text);

  return {
    request(body, { createdAt, expiresAt }, scheme) {
      const tags = [
        ["p", walletPubkey],
        ["encryption", scheme],
        // NIP-40: relays drop it then, and NIP-47 has the wallet ignore it.
        ["expiration", String(expiresAt)],
      ];
      const draft = { kind: KINDS.request, created_at: createdAt, tags, content: encrypt(body, scheme) };
      return finalizeEvent(draft, secret);
    },

    relayAuth(relay, challenge, createdAt) {
      const tags = [
        ["relay", relay],
        ["challenge", challenge],
      ];
      return finalizeEvent({ kind: KINDS.relayAuth, created_at: createdAt, tags, content: "" }, secret);
    },

    fromWallet(raw) {
      const read = v.safeParse(EventSchema, raw);
      if (!read.success || read.output.pubkey !== walletPubkey) return undefined;
      const event: NostrEvent = read.output;
      // The tag is only a SHOULD, but an event for somebody else is not for us. The info event is for everybody.
      const addressee = tagOf(event, "p");
      if (event.kind !== KINDS.info && addressee !== undefined && addressee !== clientPubkey)
        return undefined;
      return verifyEvent(event) ? event : undefined;
    },

    content(event, scheme) {
      try {
        return scheme === "nip44_v2"
          ? nip44.decrypt(event.content, conversationKey)
          : nip04.decrypt(secret, walletPubkey, event.content);
      } catch {
        return undefined;
      }
    },
  };
}

/** The first value of a tag. */
export const tagOf = (event: NostrEvent, name: string): string | undefined =>
  event.tags.find(([first]) => first === name)?.[1];

/** Reads an info event. Without the `encryption` tag the wallet is from before NIP-44, says NIP-47. */
export function readInfo(event: NostrEvent): WalletInfo {
  const words = (name: string) => (tagOf(event, name) ?? "").split(/\s+/);
  return {
    scheme: words("encryption").includes("nip44_v2") ? "nip44_v2" : "nip04",
    notifies: words("notifications").includes("payment_received"),
    createdAt: event.created_at,
  };
}
