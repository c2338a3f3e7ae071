import type { Intent } from "../../../protocol/intents.ts";
import { refuse } from "../../../protocol/refusal.ts";
import type { Caller, Performed } from "../economy.ts";
import type { IntentParts, Perform } from "./intent.ts";
import { cancel, requestJob } from "./job-request.ts";
import { control, say } from "./operator.ts";
import { payInvoice, paySession, topUpPurse } from "./purse.ts";
import { claim } from "./refund-claim.ts";
import { closeSession } from "./session-close.ts";
import { openSession, recoverSession, topUpSession } from "./session-open.ts";

/** Does what callers ask: each intent once per owner and `requestId`. Kiosks are refused with `read_only`. */
export function createIntents(parts: IntentParts): (caller: Caller, intent: Intent) => Promise<Performed> {
  const performers: { readonly [Type in Intent["type"]]: Perform<Type> } = {
    job_request: requestJob(parts),
    job_cancel: cancel(parts),
    pay_invoice: payInvoice(parts),
    refund_claim: claim(parts),
    purse_topup: topUpPurse(parts),
    chat_message: say(parts),
    agent_control: control(parts),
    session_open: openSession(parts),
    session_topup: topUpSession(parts),
    session_pay: paySession(parts),
    session_close: closeSession(parts),
    session_recover: recoverSession(parts),
  };
  const underWay = new Map<string, Promise<Performed>>();

  const perform = (caller: Caller, intent: Intent): Promise<Performed> =>
    // Each type has the performer of its own type; the compiler cannot follow the pairing through the table.
    (performers[intent.type] as (caller: Caller, intent: Intent) => Promise<Performed>)(caller, intent);

  return async (caller, intent) => {
    if (caller.role === "kiosk") refuse("read_only", "A kiosk only looks: nothing can be asked from here.");
    // The same intent twice at the same instant is one intent: the second waits for the first.
    const key = `${caller.ownerId} ${intent.requestId} ${JSON.stringify(intent)}`;
    const first = underWay.get(key);
    if (first !== undefined) return first;
    const performing = perform(caller, intent).finally(() => underWay.delete(key));
    underWay.set(key, performing);
    return performing;
  };
}
