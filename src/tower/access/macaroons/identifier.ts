/** What a macaroon says of itself, as version 0 of L402 writes it (aperture, `l402/identifier.go`). No secret. */
export interface Identifier {
  /** SHA-256 of the preimage, 64 hex digits. */
  readonly paymentHash: string;
  /** 64 hex digits. */
  readonly tokenId: string;
}

const VERSION = 0;
/** Two bytes of version, the payment hash, the token's id. */
const LENGTH = 2 + 32 + 32;

/** The identifier's 66 bytes. Throws a `RangeError` when a part is not 32 bytes of hex: the tower made it wrong. */
export function encodeIdentifier({ paymentHash, tokenId }: Identifier): Uint8Array {
  const bytes = Buffer.alloc(LENGTH);
  bytes.writeUInt16BE(VERSION, 0);
  const written = bytes.write(paymentHash, 2, 32, "hex") + bytes.write(tokenId, 34, 32, "hex");
  // A write stops without a word at what is not hex.
  if (written !== 64 || paymentHash.length !== 64 || tokenId.length !== 64)
    throw new RangeError("a payment hash and a token id are 32 bytes each");
  return bytes;
}

/** The identifier in these bytes; undefined when it is of another version or length. */
export function decodeIdentifier(bytes: Uint8Array): Identifier | undefined {
  const buffer = Buffer.from(bytes);
  if (buffer.length !== LENGTH || buffer.readUInt16BE(0) !== VERSION) return undefined;
  return { paymentHash: buffer.toString("hex", 2, 34), tokenId: buffer.toString("hex", 34) };
}
