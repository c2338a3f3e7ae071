import { refuse } from "../../../protocol/refusal.ts";

/** `name@domain`, both in lower case. */
export interface LightningAddress {
  readonly name: string;
  readonly domain: string;
}

/** RFC 5321, 4.5.3.1.1. */
const MAX_NAME = 64;
/** RFC 1035, 2.3.4: 255 bytes with their lengths, written out. */
const MAX_DOMAIN = 253;

/**
 * LUD-16 allows `a-z0-9-_.+`. Dots stand between other characters, as in RFC 5322's dot-atom: a name of dots alone would be a step
 * in a path and lead elsewhere.
 */
const NAME = /^[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*$/;
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
/** The last label begins with a letter: what ends in a number, `0x7f` too, a URL takes for an IPv4 address. */
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+(?=[a-z])${LABEL}$`);

/**
 * Whether this is a name in the public DNS, in lower case: two labels or more, no port, no IP address, no `.onion` (it would need
 * Tor, and no DNS knows it), and nothing that a URL takes for another host.
 */
export function isDomain(text: string): boolean {
  if (text.length > MAX_DOMAIN || !DOMAIN.test(text) || text.endsWith(".onion")) return false;
  const url = `https://${text}/`;
  return URL.canParse(url) && new URL(url).hostname === text;
}

/**
 * Reads a Lightning Address as LUD-16 has it. Refuses everything else with `bad_address`, capital letters too.
 * Source: https://github.com/lnurl/luds/blob/luds/16.md
 */
export function parseLightningAddress(text: string): LightningAddress {
  const at = text.indexOf("@");
  const name = text.slice(0, Math.max(0, at));
  const domain = text.slice(at + 1);
  if (name.length > MAX_NAME || !NAME.test(name) || !isDomain(domain)) {
    refuse(
      "bad_address",
      "That is not a Lightning Address: it looks like name@domain.com, in lower-case letters, digits and . - _ +.",
    );
  }
  return { name, domain };
}

/** Where the service of an address answers. What the grammar allows needs no escaping. */
export const urlOf = ({ name, domain }: LightningAddress): URL =>
  new URL(`https://${domain}/.well-known/lnurlp/${name}`);
