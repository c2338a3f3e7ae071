import type { FastifyInstance, FastifyRequest } from "fastify";
import * as v from "valibot";
import { type OwnerId, timestamp } from "../../protocol/ids.ts";
import type { PurseFigures } from "../../protocol/records.ts";
import { SatsSchema } from "../../protocol/units.ts";
import type { Limits } from "../access/limiter.ts";
import type { Economy } from "../economy/economy.ts";
import type { Purse, Purses } from "../lightning/play/purses.ts";
import { parseBody } from "./body.ts";
import type { Callers } from "./callers.ts";

const Payment = v.strictObject({
  paymentRequest: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(4096)),
});
const Nothing = v.strictObject({});
/** The most one purse is ever asked to take in: ten bitcoin of play sats. */
const MAX_INVOICE_SATS = 1_000_000_000;
const WantedInvoice = v.strictObject({
  amountSats: v.pipe(
    SatsSchema,
    v.check((amount) => amount >= 1, "must be at least 1 sat"),
    v.check((amount) => amount <= MAX_INVOICE_SATS, "is more than a purse takes"),
  ),
});

/** A purse as the wire has it. */
export const purseFigures = ({ balance, faucetLeft }: Purse): PurseFigures => ({
  balanceSats: balance,
  faucetLeftSats: faucetLeft,
});

/** What the routes of play money ask of the rest of the tower. */
export interface PlayRoutesOptions {
  readonly callers: Callers;
  readonly limits: Limits;
  readonly economy: Pick<Economy, "reconcile">;
  readonly purses: Omit<Purses, "followPurses">;
}

/** The routes that exist only with the play wallet: each acts on the caller's own purse. */
export function addPlayRoutes(app: FastifyInstance, options: PlayRoutesOptions): void {
  const { callers, economy, limits, purses } = options;

  /** Whose purse a request acts on, within the limits. */
  async function acting(request: FastifyRequest): Promise<OwnerId> {
    const ownerId = await callers.owner(request);
    limits.intent(ownerId, request.ip);
    return ownerId;
  }

  app.get("/play/purse", async (request, reply) => {
    const ownerId = await callers.owner(request);
    return reply.header("cache-control", "no-store").send(purseFigures(purses.purse(ownerId)));
  });

  app.post("/play/faucet", async (request) => {
    parseBody(Nothing, request.body);
    const ownerId = await acting(request);
    return purseFigures(purses.faucet(ownerId));
  });

  app.post("/play/pay", async (request) => {
    const { paymentRequest } = parseBody(Payment, request.body);
    const ownerId = await acting(request);
    const { paymentHash, purse } = purses.payFromPurse(ownerId, paymentRequest);
    // The wallet's hint does this as well; waiting for it here means that the answer comes after the fact.
    await economy.reconcile(paymentHash);
    return { paymentHash, ...purseFigures(purse) };
  });

  app.post("/play/invoice", async (request, reply) => {
    const { amountSats } = parseBody(WantedInvoice, request.body);
    const ownerId = await acting(request);
    const { expiresAt, paymentHash, paymentRequest } = purses.makePurseInvoice(ownerId, amountSats);
    return reply.code(201).send({ paymentRequest, paymentHash, amountSats, expiresAt: timestamp(expiresAt) });
  });
}
