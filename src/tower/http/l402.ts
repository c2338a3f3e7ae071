import { createHash, timingSafeEqual } from "node:crypto";
import { refuse } from "../../protocol/refusal.ts";

// L402 (lightninglabs/L402, protocol-specification.md): who pays the challenge's invoice learns the preimage, and comes back with it and the
// challenge's macaroon. 402 is for a request without credentials only: one whose credentials are not valid is answered with 401.

/** What somebody has to pay, and what they come back with once they have. */
export interface Challenge {
  /** In standard base64. */
  readonly macaroon: string;
  /** The invoice whose payment hash the macaroon has. */
  readonly paymentRequest: string;
}

/** A value between quotes. Throws a `RangeError` for one that would end them, or the header, early. */
function quoted(value: string): string {
  if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value)) throw new RangeError("not to be written in a header");
  return `"${value}"`;
}

/**
 * The value of `WWW-Authenticate` beside a 402. `token` is today's name of the macaroon and `macaroon` the one that older clients read. It comes
 * last, as the additional parameter that every client has to ignore: aperture's client (`l402/client_interceptor.go`) wants `invoice` right
 * after the first of the two.
 */
export function challenge({ macaroon, paymentRequest }: Challenge): string {
  const token = quoted(macaroon);
  return `L402 version="0", token=${token}, invoice=${quoted(paymentRequest)}, macaroon=${token}`;
}

/** What a client came back with. Nothing of it is verified. */
export interface L402Credentials {
  /** At least one. All of them must verify, and be of the payment whose preimage it is. */
  readonly macaroons: readonly string[];
  /** 64 hex digits, in lower case. */
  readonly preimage: string;
}

const SCHEME = /^(?:L402|LSAT)\b/i;
/** What follows the preimage is left alone: aperture's client sends the header under both names, and proxies join them with a comma. */
const CREDENTIALS = /^[a-z0-9]+ +([a-z0-9+/_=,-]+):([0-9a-f]{64})(?: *,.*)?$/i;
/** The tower gives out one for each payment; each of them costs a look into the database. */
const MAX_MACAROONS = 4;

/**
 * What an `Authorization` header of L402, or of its older name LSAT, holds. Undefined without a header and for other schemes. Throws
 * `unauthorized` when it is of this scheme and malformed.
 */
export function parseAuthorization(header: string | undefined): L402Credentials | undefined {
  if (header === undefined || !SCHEME.test(header)) return undefined;
  const [, list = "", preimage = ""] = CREDENTIALS.exec(header) ?? [];
  const macaroons = list.split(",");
  if (macaroons.length > MAX_MACAROONS || macaroons.includes(""))
    refuse(
      "unauthorized",
      "Send Authorization: L402 with the challenge's token, a colon and the payment's preimage in 64 hex digits.",
    );
  return { macaroons, preimage: preimage.toLowerCase() };
}

/**
 * Throws `unauthorized` when the preimage is not the payment hash's, both in hex. That it is proves little: routing nodes know it too, and some
 * wallets tell it before the payment has settled. Whether it has is for the tower's own wallet to say.
 */
export function assertPreimage(preimage: string, paymentHash: string): void {
  const hash = createHash("sha256").update(Buffer.from(preimage, "hex")).digest();
  const wanted = Buffer.from(paymentHash, "hex");
  const fits = /^[0-9a-f]{64}$/i.test(preimage) && wanted.length === hash.length;
  if (!fits || !timingSafeEqual(hash, wanted))
    refuse("unauthorized", "The preimage is not that of the credential's payment.");
}
