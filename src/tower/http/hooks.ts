import type { FastifyInstance } from "fastify";
import * as v from "valibot";
import type { PaymentHints } from "../economy/payment-hints.ts";
import { declare } from "./declaration.ts";
import { type AddRoute, answer } from "./route.ts";

/** What phoenixd may send its webhooks as. */
const FORM = "application/x-www-form-urlencoded";

/** Where wallets say that something was paid. */
export const PAYMENT_HOOK_PATH = "/api/hooks/payment";

const hearOfPayment = declare({
  id: "hearOfPayment",
  method: "POST",
  path: PAYMENT_HOOK_PATH,
  summary: "Hears from a wallet that something may have been paid.",
  description:
    "A hint and no more: the tower asks its own wallet about every payment hash it finds in the body, and believes nothing else. It answers the same whatever comes of it.",
  tag: "tower",
  callableBy: "anybody",
  body: v.unknown(),
  otherBodies: [FORM],
  answers: { 204: { description: "It was heard." } },
  refusals: [],
});

/** One webhook is about one payment: it names its hash, and a few other things that look like one. */
const MOST_HASHES = 8;

/**
 * The payment hashes in a body, each once, as far as they are 64 hex digits by themselves. Looked for in its text, because LNbits
 * writes JSON into a text of JSON (`lnbits/core/services/notifications.py`), and every wallet calls the field by another name.
 */
function hashesIn(body: unknown): readonly string[] {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const found = text.matchAll(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/gi);
  return [...new Set(Array.from(found, ([hash]) => hash.toLowerCase()))].slice(0, MOST_HASHES);
}

/** The route of webhooks, the only one that takes a form. `app` is its own: a parser is there for all routes beside it. */
export function addHookRoutes(app: FastifyInstance, add: AddRoute, hints: Pick<PaymentHints, "hint">): void {
  app.addContentTypeParser(FORM, { parseAs: "string" }, (_request, body, done) => done(null, body));
  add(hearOfPayment, ({ body }) => {
    for (const hash of hashesIn(body)) hints.hint(hash);
    return answer(204, undefined);
  });
}
