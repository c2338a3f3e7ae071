import { type JobView, jobView } from "../../../job/view.ts";
import { AGENT_DEFS } from "../../../protocol/agent-defs.ts";
import { agentId, jobId, ownerId, seq, sessionId, timestamp } from "../../../protocol/ids.ts";
import type { ChatLine, InvoiceRecord, JobRecord, SessionRecord } from "../../../protocol/records.ts";
import { sats } from "../../../protocol/units.ts";
import { createChanges } from "../../state/changes.ts";
import type { AgentView, IntentDraft, MatrixState, Me, SessionSecret } from "../../state/model.ts";
import { createStore, type Store } from "../kit/store.ts";

type Stores = {
  readonly [Key in Exclude<keyof MatrixState, "cues" | "secrets" | "agentChanges">]: Store<
    ReturnType<MatrixState[Key]["get"]>
  >;
};

/** The person whose browser it is. */
export const ME = ownerId("owner-me");
export const JOB = jobId("a4f2c81e");
export const NOW = 1_800_000_000_000;

const visitor: Me = { role: "visitor", ownerId: ME, playSats: true };

/** A state that a test writes, and what was sent. Intents stay in flight until the test takes them out. */
export function createFakeState() {
  const stores: Stores = {
    link: createStore<ReturnType<MatrixState["link"]["get"]>>({ status: "live" }),
    me: createStore(visitor),
    agents: createStore<ReturnType<MatrixState["agents"]["get"]>>(agentsOf(5)),
    agentCount: createStore(5),
    jobs: createStore<ReturnType<MatrixState["jobs"]["get"]>>([]),
    economy: createStore<ReturnType<MatrixState["economy"]["get"]>>({
      balanceSats: sats(15_420),
      earnedTodaySats: sats(8500),
      spentTodaySats: sats(3200),
      dailyLimitSats: sats(50_000),
      pendingInvoices: 2,
    }),
    treasury: createStore<ReturnType<MatrixState["treasury"]["get"]>>({
      treasurySats: sats(142_800),
      dailyBurnSats: sats(12_400),
      netTodaySats: sats(5800),
    }),
    purse: createStore<ReturnType<MatrixState["purse"]["get"]>>({
      balanceSats: sats(2340),
      faucetLeftSats: sats(5000),
    }),
    chat: createStore<readonly ChatLine[]>([]),
    sending: createStore<ReadonlySet<string>>(new Set()),
    notices: createStore<ReturnType<MatrixState["notices"]["get"]>>([]),
    sessions: createStore<ReturnType<MatrixState["sessions"]["get"]>>([]),
    session: createStore<ReturnType<MatrixState["session"]["get"]>>(undefined),
  };
  const secrets = createStore<SessionSecret | undefined>(undefined);
  const agentChanges = createChanges<AgentView["id"]>();
  stores.agents.subscribe(agentChanges.replaced);
  const sent: IntentDraft[] = [];
  const state: MatrixState = {
    ...stores,
    agentChanges,
    cues: { subscribe: () => () => undefined },
    secrets: {
      subscribe: (listener) =>
        secrets.subscribe(() => {
          const secret = secrets.get();
          if (secret !== undefined) listener(secret);
        }),
    },
  };
  return {
    state,
    stores,
    sent,
    tellSecret: secrets.set,
    /** The person's sessions; the first that is not over is the current one. */
    setSessions(...sessions: readonly SessionRecord[]) {
      stores.sessions.set(sessions);
      stores.session.set(sessions.find(({ state: its }) => its !== "expired" && its !== "closed"));
    },
    send(intent: IntentDraft): string {
      sent.push(intent);
      const requestId = `r${sent.length}`;
      stores.sending.set(new Set([...stores.sending.get(), requestId]));
      return requestId;
    },
    /** Takes everything out of flight, as facts would. */
    answerAll: () => stores.sending.set(new Set()),
  };
}

/** So many agents, the first five as a new tower has them. */
export function agentsOf(count: number): ReadonlyMap<AgentView["id"], AgentView> {
  return new Map(
    Array.from({ length: count }, (_, index) => {
      const definition = AGENT_DEFS[index % AGENT_DEFS.length];
      if (definition === undefined) throw new Error("There are no agents.");
      const agent: AgentView = {
        ...definition,
        id: index < AGENT_DEFS.length ? definition.id : agentId(`agent-${index}`),
        label: index < AGENT_DEFS.length ? definition.label : `Agent ${index}`,
        pose: index % 2 === 0 ? "idle" : "working",
        state: index % 2 === 0 ? "idle" : "working",
        focusTopic: undefined,
        engagement: 0.5,
        coherence: 0.8,
        budgetStress: index % 4 === 3 ? 0.7 : 0.2,
        job: undefined,
        openJobs: 0,
      };
      return [agent.id, agent];
    }),
  );
}

export const invoice = (
  invoiceType: InvoiceRecord["invoiceType"],
  amount: number,
  state: InvoiceRecord["state"],
): InvoiceRecord => ({
  invoiceType,
  amountSats: sats(amount),
  state,
  expiresAt: timestamp(NOW + 600_000),
  paymentRequest: `lnbcrt${amount}n1${"qpzry9x8gf2tvdw0s3jn54khce6mua7l".repeat(8)}`,
  description: "Sentiment of twelve reviews",
});

/** A job of this person's with the alpha agent, closed unless said otherwise. */
export const job = (change: Partial<JobRecord>): JobView =>
  jobView({
    jobId: JOB,
    agentId: agentId("alpha"),
    funding: "invoice",
    phase: "closed",
    refund: "none",
    seq: seq(5),
    owedSats: sats(0),
    paidBackSats: sats(0),
    ownerId: ME,
    request: "Tell me the mood of these reviews",
    ...change,
  });

export const SESSION = sessionId("session_c07e44");

/** An active session of this person's with nothing under way. */
export const session = (change: Partial<SessionRecord> = {}): SessionRecord => ({
  sessionId: SESSION,
  state: "active",
  balanceSats: sats(2340),
  reservedSats: sats(0),
  owedSats: sats(0),
  refund: "none",
  expiresAt: timestamp(NOW + 86_400_000),
  ownerId: ME,
  ...change,
});

/** The same while its deposit is waited for. */
export const awaited = (amount: number): SessionRecord =>
  session({
    state: "awaiting_payment",
    balanceSats: sats(0),
    amountSats: sats(amount),
    paymentRequest: invoice("work", amount, "open").paymentRequest ?? "",
    invoiceExpiresAt: timestamp(NOW + 600_000),
  });

/** A job that waits for its work invoice, and what was said about it. */
export const offered = (): JobView =>
  job({
    phase: "awaiting_work_payment",
    evalInvoice: invoice("eval", 10, "settled"),
    workInvoice: invoice("work", 500, "open"),
  });

export const OFFERED_CHAT: readonly ChatLine[] = [
  { id: "1:0", jobId: JOB, speaker: { kind: "owner" }, text: "Tell me the mood of these reviews" },
  {
    id: "2:0",
    jobId: JOB,
    speaker: { kind: "system" },
    text: "JOB a4f2… eval invoice: ⚡10",
    offers: "pay_eval",
  },
  {
    id: "3:0",
    jobId: JOB,
    speaker: { kind: "agent", agentId: agentId("alpha") },
    text: "I can. Work cost: ⚡500",
  },
  {
    id: "3:1",
    jobId: JOB,
    speaker: { kind: "system" },
    text: "JOB a4f2… work invoice: ⚡500",
    offers: "pay_work",
  },
];
