/**
 * Every reason the tower refuses something. `status` is the HTTP status of the same refusal over HTTP;
 * the sentence for a person is written where the refusal is made.
 */
export const REFUSALS = {
  bad_frame: { status: 400 },
  bad_request: { status: 400 },
  frame_too_large: { status: 413 },
  method_not_allowed: { status: 405 },
  unsupported_media_type: { status: 415 },
  unknown_type: { status: 400 },
  not_an_intent: { status: 403 },
  unauthorized: { status: 401 },
  forbidden: { status: 403 },
  tls_required: { status: 403 },
  read_only: { status: 403 },
  not_found: { status: 404 },
  unknown_agent: { status: 404 },
  unknown_job: { status: 404 },
  unknown_session: { status: 404 },
  unknown_invoice: { status: 404 },
  conflict: { status: 409 },
  illegal_event: { status: 409 },
  already_paid: { status: 409 },
  invoice_expired: { status: 409 },
  nothing_owed: { status: 409 },
  below_minimum: { status: 409 },
  session_not_active: { status: 409 },
  session_busy: { status: 409 },
  daily_limit: { status: 409 },
  treasury_too_low: { status: 409 },
  payout_in_flight: { status: 409 },
  agent_unavailable: { status: 409 },
  budget_exhausted: { status: 409 },
  wrong_amount: { status: 400 },
  wrong_network: { status: 400 },
  no_amount: { status: 400 },
  malformed_invoice: { status: 400 },
  own_invoice: { status: 400 },
  foreign_invoice: { status: 400 },
  bad_address: { status: 400 },
  address_unreachable: { status: 503 },
  address_refused: { status: 409 },
  purse_empty: { status: 402 },
  payment_required: { status: 402 },
  balance_too_low: { status: 402 },
  session_paused: { status: 402 },
  faucet_dry: { status: 429 },
  rate_limited: { status: 429 },
  too_many_open: { status: 429 },
  slow: { status: 429 },
  wallet_unavailable: { status: 503 },
  wallet_low: { status: 503 },
  storage_unavailable: { status: 503 },
  draining: { status: 503 },
  overloaded: { status: 503 },
  unsupported: { status: 501 },
  internal: { status: 500 },
} as const satisfies Record<string, { status: number }>;

export type RefusalCode = keyof typeof REFUSALS;

/** A refusal as a value: what went wrong, in a code for programs and a sentence a person can act on. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
}

/** A refusal on its way up the stack. Thrown by code that cannot go on; caught at the door. */
export class RefusalError extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RefusalError";
    this.code = code;
  }
}

/** Throws a {@link RefusalError}; typed as an expression so that it can stand after `??`. */
export function refuse(code: RefusalCode, message: string): never {
  throw new RefusalError(code, message);
}
