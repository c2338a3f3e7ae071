import { RefusalError } from "../../../protocol/refusal.ts";

/** The one way the codec says no: code `malformed_invoice`, and what is wrong with it. */
export function malformed(what: string, options?: ErrorOptions): never {
  throw new RefusalError(
    "malformed_invoice",
    `This is not a Lightning invoice that can be paid: ${what}.`,
    options,
  );
}
