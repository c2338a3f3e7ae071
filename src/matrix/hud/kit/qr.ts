/** The quiet zone that scanners need around a QR code, in modules. */
export const QUIET_ZONE = 4;

/**
 * The QR modules of a BOLT11 invoice, rows of true for dark, without quiet zone. The whole URI is upper case:
 * QR has a denser mode for that, and bech32 means the same in either case. The encoder is loaded on first use.
 */
export async function invoiceModules(paymentRequest: string): Promise<readonly (readonly boolean[])[]> {
  const { encode } = await import("uqr");
  return encode(`LIGHTNING:${paymentRequest.toUpperCase()}`, { ecc: "L", boostEcc: false, border: 0 }).data;
}
