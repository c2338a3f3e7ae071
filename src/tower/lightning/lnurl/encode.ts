import { bech32, utf8 } from "@scure/base";

const PREFIX = "lnurl";
/** LNURL goes past the 90 characters of BIP-0173 (LUD-01). */
const NO_LIMIT = false;

/**
 * Writes an `https:` URL as LNURL, in upper case, which makes the smaller QR code. Throws a `RangeError` for every other URL: LUD-01 allows
 * only that (and onion services, which a tower is not).
 * Source: https://github.com/lnurl/luds/blob/luds/01.md
 */
export function encodeLnurl(url: string): string {
  if (!URL.canParse(url) || new URL(url).protocol !== "https:")
    throw new RangeError("an LNURL is an https URL");
  // The parsed form: ASCII alone.
  const words = bech32.toWords(utf8.decode(new URL(url).href));
  return bech32.encode(PREFIX, words, NO_LIMIT).toUpperCase();
}

/** The URL in an LNURL, in either case. Throws a `RangeError` when it is none. */
export function decodeLnurl(text: string): string {
  const decoded = bech32.decodeUnsafe(text, NO_LIMIT);
  const bytes = decoded?.prefix === PREFIX ? bech32.fromWordsUnsafe(decoded.words) : undefined;
  if (!bytes) throw new RangeError("not an LNURL");
  return utf8.encode(bytes);
}
