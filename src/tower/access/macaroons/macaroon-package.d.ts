/** What the tower uses of the package, which has no types of its own; read in its `macaroon.js`, 3.0.4. */
declare module "macaroon" {
  export interface Macaroon {
    readonly identifier: Uint8Array;
    /** 32 bytes when it was made here; of any length when it was read. */
    readonly signature: Uint8Array;
    /** `vid` is there on a third party's caveat only. */
    readonly caveats: readonly { readonly identifier: Uint8Array; readonly vid?: Uint8Array }[];
    /** Signs the caveat with the signature so far; needs no root key. */
    addFirstPartyCaveat(condition: string | Uint8Array): void;
  }
  export function newMacaroon(parts: {
    readonly identifier: Uint8Array;
    readonly rootKey: Uint8Array;
  }): Macaroon;
  /** Reads the binary format, version 2; throws on any other, and verifies nothing. */
  export function importMacaroon(binary: Uint8Array): Macaroon;
}
