import { hex } from "@scure/base";
import { type Msat, msat } from "../../../protocol/units.ts";
import { malformed } from "./malformed.ts";

/** One private channel on the way to the payee. */
export interface RouteHop {
  /** Compressed public key (hex) of the node at the start of the channel. */
  readonly pubkey: string;
  /** Block, transaction and output of the channel, as BOLT 7 writes it: `589390x3312x1`. */
  readonly shortChannelId: string;
  readonly feeBase: Msat;
  readonly feeProportionalMillionths: number;
  readonly cltvExpiryDelta: number;
}

/** 33 bytes key, 8 channel, 4 base fee, 4 proportional fee, 2 expiry delta. */
const HOP_BYTES = 51;

/** Reads an `r` field. Refuses (`malformed_invoice`) one that is not whole hops. */
export function readRouteHint(bytes: Uint8Array): RouteHop[] {
  if (bytes.length === 0 || bytes.length % HOP_BYTES !== 0) return malformed("a route in it is cut off");
  return Array.from({ length: bytes.length / HOP_BYTES }, (_, index) => {
    const hop = bytes.subarray(index * HOP_BYTES, (index + 1) * HOP_BYTES);
    const view = new DataView(hop.buffer, hop.byteOffset, hop.length);
    const channel = view.getBigUint64(33);
    return {
      pubkey: hex.encode(hop.subarray(0, 33)),
      shortChannelId: `${channel >> 40n}x${(channel >> 16n) & 0xffffffn}x${channel & 0xffffn}`,
      feeBase: msat(BigInt(view.getUint32(41))),
      feeProportionalMillionths: view.getUint32(45),
      cltvExpiryDelta: view.getUint16(49),
    };
  });
}

/** Writes an `r` field. */
export function writeRouteHint(hops: readonly RouteHop[]): Uint8Array {
  const bytes = new Uint8Array(hops.length * HOP_BYTES);
  const view = new DataView(bytes.buffer);
  hops.forEach((hop, index) => {
    const at = index * HOP_BYTES;
    const [block = 0n, transaction = 0n, output = 0n] = hop.shortChannelId.split("x").map(BigInt);
    bytes.set(hex.decode(hop.pubkey), at);
    view.setBigUint64(at + 33, (block << 40n) | (transaction << 16n) | output);
    view.setUint32(at + 41, Number(hop.feeBase));
    view.setUint32(at + 45, hop.feeProportionalMillionths);
    view.setUint16(at + 49, hop.cltvExpiryDelta);
  });
  return bytes;
}
