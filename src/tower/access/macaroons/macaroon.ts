/// <reference path="./macaroon-package.d.ts" />
import { timingSafeEqual } from "node:crypto";
import { importMacaroon, type Macaroon, newMacaroon } from "macaroon";
import { refuse } from "../../../protocol/refusal.ts";
import { toBinary } from "./binary.ts";
import { limitsOf } from "./caveats.ts";
import { decodeIdentifier, encodeIdentifier, type Identifier } from "./identifier.ts";

/** Longer texts are nobody's; they are not even decoded. */
const MAX_LENGTH = 4096;
const MAX_CAVEATS = 32;

/** A macaroon as somebody sent it. Nothing of it is to be believed before it {@link ReadMacaroon.isSignedWith}. */
export interface ReadMacaroon {
  readonly identifier: Identifier;
  /** In the order in which they were added; a byte is a character. */
  readonly caveats: readonly string[];
  /** Whether identifier and caveats are signed with this root key, in a time that does not tell how much of the signature is right. */
  isSignedWith(rootKey: Uint8Array): boolean;
}

/**
 * The bytes of a base64 text, in the standard or the URL alphabet, padded or not. Undefined for any other text, and for one whose last
 * character has bits that nothing is made of: it would be a second text of the same bytes.
 */
function bytesOf(text: string): Uint8Array | undefined {
  if (text.length > MAX_LENGTH || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64");
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  const padded = bytes.toString("base64");
  return standard === padded || standard === padded.replace(/=+$/, "") ? bytes : undefined;
}

function decode(text: string): Macaroon | undefined {
  const bytes = bytesOf(text);
  if (bytes === undefined) return undefined;
  try {
    const macaroon = importMacaroon(bytes);
    const { caveats } = macaroon;
    // A third party's caveat would have to be discharged; the tower gives out none.
    return caveats.length <= MAX_CAVEATS && caveats.every(({ vid }) => vid === undefined)
      ? macaroon
      : undefined;
  } catch {
    // The package throws errors of every kind, with parts of what was sent in them.
    return undefined;
  }
}

const bytesOfCaveat = (caveat: string): Uint8Array => Buffer.from(caveat, "latin1");
const sign = (rootKey: Uint8Array, identifier: Uint8Array, caveats: readonly Uint8Array[]): Macaroon => {
  const macaroon = newMacaroon({ identifier, rootKey });
  for (const caveat of caveats) macaroon.addFirstPartyCaveat(caveat);
  return macaroon;
};

/** Standard base64, padded: what L402 wants. Throws `bad_request` for more than fits. */
function encode(macaroon: Macaroon): string {
  const text = toBinary(macaroon).toString("base64");
  if (text.length > MAX_LENGTH || macaroon.caveats.length > MAX_CAVEATS)
    refuse(
      "bad_request",
      `A credential holds at most ${MAX_CAVEATS} caveats and ${MAX_LENGTH} characters: add fewer.`,
    );
  return text;
}

function requireVocabulary(caveats: readonly string[]): void {
  if (limitsOf(caveats) === undefined)
    refuse(
      "bad_request",
      "A caveat is expires_at=<seconds since 1970>, agents=<ids>, max_sats=<sats> or actions=<request, read, topup, close>.",
    );
}

/**
 * A new macaroon in standard base64. It has no location: that part is not signed, and nobody needs it. Throws `bad_request` for caveats
 * that the tower itself would refuse, or too many.
 */
export function writeMacaroon(
  rootKey: Uint8Array,
  identifier: Identifier,
  caveats: readonly string[],
): string {
  requireVocabulary(caveats);
  return encode(sign(rootKey, encodeIdentifier(identifier), caveats.map(bytesOfCaveat)));
}

/**
 * The same macaroon with more caveats, which anybody who has it can add. Throws `bad_request` for caveats that the tower itself would
 * refuse, or too many, and when the text is no macaroon.
 */
export function addCaveats(text: string, caveats: readonly string[]): string {
  requireVocabulary(caveats);
  const macaroon = decode(text) ?? refuse("bad_request", "This is not a credential of the tower's.");
  for (const caveat of caveats) macaroon.addFirstPartyCaveat(bytesOfCaveat(caveat));
  return encode(macaroon);
}

/**
 * Reads a macaroon of the binary format's version 2, the only one whose identifiers may be binary, in any base64. Undefined when it is
 * none that the tower could have given out.
 */
export function readMacaroon(text: string): ReadMacaroon | undefined {
  const macaroon = decode(text);
  const identifier = macaroon && decodeIdentifier(macaroon.identifier);
  if (macaroon === undefined || identifier === undefined) return undefined;
  const caveats = macaroon.caveats.map((caveat) => caveat.identifier);
  return {
    identifier,
    caveats: caveats.map((caveat) => Buffer.from(caveat).toString("latin1")),
    isSignedWith(rootKey) {
      const { signature } = sign(rootKey, macaroon.identifier, caveats);
      const given = macaroon.signature;
      return given.length === signature.length && timingSafeEqual(given, signature);
    },
  };
}
