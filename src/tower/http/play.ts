import * as v from "valibot";
import type { OwnerId } from "../../protocol/ids.ts";
import {
  type PurseFigures,
  PurseFiguresSchema,
  purseFigures as purseFields,
} from "../../protocol/records.ts";
import { SatsSchema, sats } from "../../protocol/units.ts";
import type { Limits } from "../access/limiter.ts";
import type { Economy } from "../economy/economy.ts";
import type { Purse, Purses } from "../lightning/play/purses.ts";
import { declare } from "./declaration.ts";
import { BillSchema, billOf, InvoiceTextSchema } from "./invoices.ts";
import { type AddRoute, answer, type Input } from "./route.ts";

/** The most one purse is ever asked to take in: ten bitcoin of play sats. */
const MAX_INVOICE_SATS = sats(1_000_000_000);
const common = { tag: "play money", callableBy: "owner" } as const;

const lookIntoPurse = declare({
  ...common,
  id: "lookIntoPurse",
  method: "GET",
  path: "/api/play/purse",
  summary: "What is in the caller's purse, and what the faucet still gives today.",
  answers: { 200: { description: "The purse.", schema: PurseFiguresSchema } },
  refusals: ["wallet_unavailable"],
});

const turnFaucet = declare({
  ...common,
  id: "turnFaucet",
  method: "POST",
  path: "/api/play/faucet",
  summary: "Gives the caller's purse more play sats, up to the day's share.",
  body: v.strictObject({}),
  answers: { 200: { description: "The purse after it.", schema: PurseFiguresSchema } },
  refusals: ["faucet_dry", "wallet_unavailable"],
});

const payFromPurse = declare({
  ...common,
  id: "payFromPurse",
  method: "POST",
  path: "/api/play/pay",
  summary: "Pays an invoice of this tower from the caller's purse, and tells the payer the preimage.",
  body: v.strictObject({ paymentRequest: InvoiceTextSchema }),
  answers: {
    200: {
      description: "It is paid. The tower knows of it already.",
      schema: v.object({ paymentHash: v.string(), preimage: v.string(), ...purseFields }),
    },
  },
  refusals: [
    "malformed_invoice",
    "wrong_network",
    "foreign_invoice",
    "purse_empty",
    "already_paid",
    "invoice_expired",
    "wallet_unavailable",
  ],
});

const fillPurse = declare({
  ...common,
  id: "fillPurse",
  method: "POST",
  path: "/api/play/invoice",
  summary: "Makes an invoice that fills the caller's purse when it is paid.",
  body: v.strictObject({
    amountSats: v.pipe(
      SatsSchema,
      v.minValue(sats(1), "must be at least 1 sat"),
      v.maxValue(MAX_INVOICE_SATS, "is more than a purse takes"),
    ),
  }),
  answers: {
    201: {
      description: "The invoice.",
      schema: BillSchema,
    },
  },
  refusals: ["wallet_unavailable"],
});

/** A purse as the wire has it. */
export const purseFigures = ({ balance, faucetLeft }: Purse): PurseFigures => ({
  balanceSats: balance,
  faucetLeftSats: faucetLeft,
});

/** What the routes of play money ask of the rest of the tower. */
export interface PlayRoutesOptions {
  readonly limits: Limits;
  readonly economy: Pick<Economy, "reconcile">;
  readonly purses: Omit<Purses, "followPurses">;
}

/** The routes that exist only with the play wallet: each acts on the caller's own purse. */
export function addPlayRoutes(add: AddRoute, { economy, limits, purses }: PlayRoutesOptions): void {
  /** Whose purse a request acts on, within the limits. */
  function within({
    acting: { caller },
    request,
  }: Pick<Input<typeof turnFaucet>, "acting" | "request">): OwnerId {
    limits.intent(caller.ownerId, request.ip);
    return caller.ownerId;
  }

  add(lookIntoPurse, ({ acting: { caller } }) => answer(200, purseFigures(purses.purse(caller.ownerId))));

  add(turnFaucet, (input) => answer(200, purseFigures(purses.faucet(within(input)))));

  add(payFromPurse, async (input) => {
    const ownerId = within(input);
    const { paymentHash, preimage, purse } = purses.payFromPurse(ownerId, input.body.paymentRequest);
    // The wallet's hint does this as well; waiting for it here means that the answer comes after the fact.
    await economy.reconcile(paymentHash);
    return answer(200, { paymentHash, preimage, ...purseFigures(purse) });
  });

  add(fillPurse, (input) => {
    const { amountSats } = input.body;
    return answer(201, billOf(purses.makePurseInvoice(within(input), amountSats), amountSats));
  });
}
