import { randomBytes } from "node:crypto";
import { formatSats } from "../../../protocol/format.ts";
import { type AgentId, jobId, type SessionId } from "../../../protocol/ids.ts";
import type { Intent, IntentOf } from "../../../protocol/intents.ts";
import { refuse } from "../../../protocol/refusal.ts";
import type { Msat } from "../../../protocol/units.ts";
import { findAgent, presentAgents } from "../../agents/registry.ts";
import { fundAccount } from "../../ledger/accounts.ts";
import { balanceOf } from "../../ledger/post.ts";
import type { Sql } from "../../storage/port.ts";
import type { Fund } from "../decide/decision.ts";
import { openFundedJob } from "../decide/fund-job.ts";
import { assertTakesRequests } from "../decide/session.ts";
import type { Caller, Performed } from "../economy.ts";
import { freeFunds } from "../treasury/free-funds.ts";
import { type IntentParts, once, ownSession } from "./intent.ts";

/** What is asked of an agent, from whichever intent it came. */
interface Asked {
  /** Whoever is there, where nobody in particular is asked. */
  readonly agentId: AgentId | undefined;
  readonly request: string;
}

const available = (sql: Sql, fund: Fund): Promise<Msat> =>
  fund.kind === "treasury" ? freeFunds(sql) : balanceOf(sql, fundAccount(fund));

/**
 * Opens a job that is paid from a fund. Refuses as `openFundedJob` does, with `session_not_active` or `session_paused`, and with
 * `forbidden` what the caller's credential does not allow.
 */
function openAhead(
  { quote, transactor }: IntentParts,
  caller: Caller,
  intent: Intent,
  asked: Asked,
  fund: Fund,
): Promise<Performed> {
  return once(transactor, caller, intent, async (sql, { day }) => {
    if (fund.kind === "session") assertTakesRequests(await ownSession(sql, caller, fund.sessionId));
    const present = asked.agentId === undefined ? await presentAgents(sql, day) : [];
    const agentId = asked.agentId ?? (present.find(({ paused }) => !paused) ?? present[0])?.def.id;
    if (agentId === undefined) {
      return refuse("agent_unavailable", "No agent is here just now. Try again later.");
    }
    const agent = await findAgent(sql, agentId, day);
    const id = jobId(randomBytes(8).toString("hex"));
    const most = quote(agentId, asked.request);
    if (caller.mostSats !== undefined && most.totalSats > caller.mostSats) {
      refuse(
        "forbidden",
        `This may cost up to ${formatSats(most.totalSats)}, and the credential allows ${formatSats(caller.mostSats)} at a time.`,
      );
    }
    const opened = openFundedJob(
      {
        jobId: id,
        ownerId: caller.ownerId,
        requestId: intent.requestId,
        agentId,
        request: asked.request,
      },
      agent,
      fund,
      most,
      await available(sql, fund),
    );
    return { decision: opened, performed: { jobId: id } };
  });
}

/** A `job_request` that is paid ahead: from the caller's session, from its token's credit, or, by operators, from the treasury. */
export function requestAhead(
  parts: IntentParts,
  caller: Caller,
  intent: IntentOf<"job_request">,
): Promise<Performed> {
  return openAhead(parts, caller, intent, intent, fundFor(caller, intent));
}

/** What is said on a session. */
export const sayOnSession = (
  parts: IntentParts,
  caller: Caller,
  intent: IntentOf<"chat_message">,
  sessionId: SessionId,
): Promise<Performed> =>
  openAhead(
    parts,
    caller,
    intent,
    { agentId: intent.agentId, request: intent.text },
    {
      kind: "session",
      sessionId,
    },
  );

function fundFor(caller: Caller, intent: IntentOf<"job_request">): Fund {
  switch (intent.funding) {
    case "session":
      if (intent.sessionId === undefined) refuse("bad_request", "Say which session pays.");
      return { kind: "session", sessionId: intent.sessionId };
    case "treasury":
      if (caller.role !== "operator") refuse("forbidden", "Only an operator may spend the treasury.");
      return { kind: "treasury" };
    case "l402":
      if (caller.tokenId === undefined)
        refuse("payment_required", "Ask with an L402 token that is paid for.");
      return { kind: "token", tokenId: caller.tokenId };
    case "invoice":
      throw new Error("what is paid by invoices has no fund");
  }
}
