import type { FastifyError, FastifyInstance } from "fastify";
import * as v from "valibot";
import { SessionIdSchema, TimestampSchema, timestamp } from "../../protocol/ids.ts";
import { RefusalError, refuse } from "../../protocol/refusal.ts";
import type { Limits } from "../access/limiter.ts";
import type { Economy } from "../economy/economy.ts";
import type { OwedOf } from "../economy/withdraw-links/links-table.ts";
import { encodeLnurl } from "../lightning/lnurl/encode.ts";
import {
  WITHDRAW_OK,
  WithdrawRequestSchema,
  WithdrawResultSchema,
  withdrawError,
  withdrawRequest,
} from "../lightning/lnurl/withdraw.ts";
import { declare } from "./declaration.ts";
import { InvoiceTextSchema } from "./invoices.ts";
import { ofOneJob } from "./jobs.ts";
import { type AddRoute, answer, type Input } from "./route.ts";

const OFFER_PATH = "/lnurl/withdraw";
const CALLBACK_PATH = "/lnurl/withdraw/callback";

const link = {
  tag: "refunds",
  callableBy: "owner",
  method: "POST",
  body: v.strictObject({}),
  answers: {
    201: {
      description: "The link. It works once, and makes the one before it worthless.",
      schema: v.object({ lnurl: v.string(), expiresAt: TimestampSchema }),
    },
  },
} as const;

const linkToRefund = declare({
  ...ofOneJob,
  ...link,
  id: "linkToRefund",
  path: "/api/jobs/:id/refund/lnurl",
  summary: "A link by which any Lightning wallet takes the refund.",
  refusals: ["nothing_owed", "payout_in_flight", "below_minimum", "draining", "wallet_low", "unsupported"],
});

const linkToRest = declare({
  ...link,
  id: "linkToRest",
  path: "/api/sessions/:id/close/lnurl",
  summary: "Closes a session. A link by which any Lightning wallet takes what is left of it.",
  params: v.object({ id: SessionIdSchema }),
  missing: { code: "unknown_session", message: "There is no such session." },
  refusals: [
    "nothing_owed",
    "payout_in_flight",
    "below_minimum",
    "session_busy",
    "draining",
    "wallet_low",
    "unsupported",
  ],
});

/** A link's secret as a wallet sends it back. */
const k1 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "must be the k1 of a link"));
const ErrorSchema = WithdrawResultSchema.options[1];

const offer = declare({
  id: "offerWithdrawal",
  method: "GET",
  head: false,
  path: OFFER_PATH,
  summary: "What a wallet is told that has read a link: exactly what is owed.",
  tag: "refunds",
  callableBy: "anybody",
  query: v.object({ k1 }),
  answers: {
    200: {
      description: "What can be withdrawn, or why nothing can.",
      schema: v.union([WithdrawRequestSchema, ErrorSchema]),
    },
  },
  refusals: [],
});

const callback = declare({
  id: "takeWithdrawal",
  method: "GET",
  head: false,
  path: CALLBACK_PATH,
  summary: "Takes a wallet's invoice for exactly what is owed, once. It is paid after that.",
  tag: "refunds",
  callableBy: "anybody",
  query: v.object({ k1, pr: InvoiceTextSchema }),
  answers: { 200: { description: "It is taken, or why it is not.", schema: WithdrawResultSchema } },
  refusals: [],
});

/** What the routes of links ask of the rest of the tower. */
export interface LinkRoutesOptions {
  readonly economy: Pick<Economy, "withdrawLinks">;
  readonly limits: Limits;
  /** Where wallets anywhere reach the tower; undefined where they do not. */
  readonly publicUrl: string | undefined;
}

const whereWallets = (publicUrl: string | undefined): string =>
  publicUrl ??
  refuse(
    "unsupported",
    "No wallet outside can reach this tower: give an invoice for exactly what is owed. Its operator can set PUBLIC_URL.",
  );

/** The routes by which owners ask for links. */
export function addLinkRoutes(add: AddRoute, { economy, limits, publicUrl }: LinkRoutesOptions): void {
  async function linkTo(
    of: OwedOf,
    { acting: { caller }, request }: Pick<Input<typeof linkToRest>, "acting" | "request">,
  ) {
    limits.intent(caller.ownerId, request.ip);
    const origin = whereWallets(publicUrl);
    const { expiresAt, k1 } = await economy.withdrawLinks.make(caller, of);
    return answer(201, {
      lnurl: encodeLnurl(`${origin}${OFFER_PATH}?k1=${k1}`),
      expiresAt: timestamp(expiresAt),
    });
  }
  add(linkToRefund, (input) => linkTo({ kind: "job", jobId: input.params.id }, input));
  add(linkToRest, (input) => linkTo({ kind: "session", sessionId: input.params.id }, input));
}

/**
 * The routes that wallets call, in the way of LUD-03: for everything that is refused they are told why with the status of success. A
 * link's secret stands in their addresses, which the log writes without.
 */
export function addLnurlRoutes(
  add: AddRoute,
  { economy, publicUrl }: Pick<LinkRoutesOptions, "economy" | "publicUrl">,
): void {
  add(offer, async ({ query: { k1 } }) => {
    const callback = `${whereWallets(publicUrl)}${CALLBACK_PATH}`;
    return answer(200, withdrawRequest({ callback, k1, ...(await economy.withdrawLinks.offer(k1)) }));
  });

  add(callback, async ({ query: { k1, pr } }) => {
    whereWallets(publicUrl);
    await economy.withdrawLinks.claim(k1, pr);
    return answer(200, WITHDRAW_OK);
  });
}

/** Makes every failure of a server's routes what LUD-03 says. What is the tower's own fault is logged, and its reason stays there. */
export function answerAsLnurl(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const isKnown = error instanceof RefusalError && error.code !== "internal";
    if (!isKnown) request.log.error({ err: error, req: request }, "a request failed");
    const reason = isKnown ? error.message : "The tower failed at this. Nothing was done; try again.";
    return reply.code(200).send(withdrawError(reason));
  });
}
