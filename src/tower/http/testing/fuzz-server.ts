import { agentId, jobId as toJobId } from "../../../protocol/ids.ts";
import { sats } from "../../../protocol/units.ts";
import { createLimits } from "../../access/limiter.ts";
import { createCredentials } from "../../access/macaroons/credentials.ts";
import { newSecret } from "../../access/secret.ts";
import { fastDirectory } from "../../economy/testing/directory.ts";
import { ALPHA, newRequestId, OPERATOR, openTestEconomy } from "../../economy/testing/economy.ts";
import { memoryAccess, OPERATOR_TOKEN, startServer } from "../server-fixture.ts";
import type { Schema } from "./json-arbitrary.ts";
import { type Answered, type Asked, ask } from "./raw-request.ts";

/** An operation of the served document. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: Schema;
  }[];
  readonly body: Schema | undefined;
  /** The codes that it may be refused with, by status; none for a success. */
  readonly codes: Readonly<Record<string, readonly string[]>>;
}

interface Served {
  readonly paths: Readonly<Record<string, Readonly<Record<string, ServedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface ServedOperation {
  readonly security: Operation["security"];
  readonly parameters?: Operation["parameters"];
  readonly requestBody?: { readonly content: { readonly "application/json": { readonly schema: Schema } } };
  readonly responses: Readonly<
    Record<string, { readonly content?: { readonly "application/json"?: unknown } }>
  >;
}

const codesIn = (response: unknown): readonly string[] =>
  /"code":\{"enum":(\[[^\]]*\])/.exec(JSON.stringify(response))?.[1]?.match(/\w+/g) ?? [];

const operationsOf = ({ paths }: Served): readonly Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody, responses, security }]) => ({
      method: method.toUpperCase(),
      path,
      security,
      parameters,
      body: requestBody?.content["application/json"].schema,
      codes: Object.fromEntries(
        Object.entries(responses).map(([status, response]) => [status, codesIn(response)]),
      ),
    })),
  );

/** Nothing that is counted in a minute runs out: what is looked for lies behind it. */
const MANY = 1_000_000_000;

/**
 * Both doors on a real economy with jobs in every state, and callers of every kind. `names` are the texts that mean something here, by a
 * name that is the same in every run.
 */
export async function openFuzzServer(requestsPerMinute = MANY) {
  const directory = fastDirectory();
  const tower = await openTestEconomy(directory.path);
  const server = await startServer({
    access: memoryAccess(OPERATOR_TOKEN, createCredentials(tower.database, tower.clock.now)),
    now: tower.clock.now,
    workPatienceMs: 200,
    publicUrl: "https://tower.example",
    economy: tower.economy,
    purses: tower.wallet,
    board: tower.board,
    limits: createLimits(Date.now, { intents: MANY, perAddress: MANY, owners: MANY }),
    requestsPerMinute,
    maxEventLoopDelayMs: MANY,
  });
  const { kiosks, owners } = server.access;
  const owner = await owners.create();
  const other = await owners.create();
  const hall = await kiosks.create("hall");

  const invoice = async (amount: number) =>
    (await tower.wallet.makeInvoice({ amount: sats(amount), description: "fuzz", expirySeconds: 86_400 }))
      .paymentRequest;
  const unpaidJob = await tower.request(owner.ownerId);
  const offered = await tower.offered(owner.ownerId);
  const closed = await tower.offered(owner.ownerId);
  await tower.pay(owner.ownerId, closed.jobId, "work");
  const { owedSats } = await tower.until(closed.jobId, ({ phase }) => phase === "closed");
  const refunded = await tower.offered(owner.ownerId);
  await tower.pay(owner.ownerId, refunded.jobId, "work");
  await tower.until(refunded.jobId, ({ phase }) => phase === "closed");
  await tower.claim(owner.ownerId, refunded.jobId);
  await tower.until(refunded.jobId, ({ refund }) => refund === "paid");
  const paid = await invoice(5);
  tower.wallet.payFromPurse(owner.ownerId, paid);
  const ofPurse = (amount: number) =>
    tower.wallet.makePurseInvoice(other.ownerId, sats(amount)).paymentRequest;

  const caller = { ownerId: owner.ownerId, role: "visitor" } as const;
  async function openSession(amount: number) {
    const open = { type: "session_open", requestId: newRequestId(), amountSats: sats(amount) } as const;
    const { secret, sessionId } = await tower.economy.perform(caller, open);
    if (sessionId === undefined || secret === undefined)
      throw new Error("a session is opened, with its secret");
    return { ...secret, sessionId };
  }
  async function fundedSession(amount: number) {
    const opened = await openSession(amount);
    const { sessionId } = opened;
    await tower.economy.perform(caller, { type: "session_pay", requestId: newRequestId(), sessionId });
    return opened;
  }
  const rich = await fundedSession(5000);
  const poor = await fundedSession(100);
  const waiting = await openSession(100);
  const over = await fundedSession(100);
  const { sessionId } = over;
  await tower.economy.perform(caller, { type: "session_close", requestId: newRequestId(), sessionId });
  const offer = await tower.economy.offerToken(ALPHA, "Summarise this.");
  const { preimage } = tower.wallet.payFromPurse(owner.ownerId, offer.paymentRequest);

  const paused = agentId("beta");
  await tower.economy.perform(OPERATOR, {
    type: "agent_control",
    requestId: newRequestId(),
    agentId: paused,
    action: "pause",
  });
  const names: Readonly<Record<string, string>> = {
    unpaidJob,
    offeredJob: offered.jobId,
    closedJob: closed.jobId,
    refundedJob: refunded.jobId,
    strangersJob: await tower.request(other.ownerId),
    noJob: "no-such-job",
    agent: ALPHA,
    pausedAgent: paused,
    kiosk: hall.kioskId,
    richSession: rich.sessionId,
    poorSession: poor.sessionId,
    waitingSession: waiting.sessionId,
    overSession: over.sessionId,
    recoveryCode: waiting.recoveryCode,
    payable: await invoice(20),
    tooDear: await invoice(5_000_000),
    paid,
    refundable: ofPurse(owedSats),
    tooLittle: ofPurse(1),
  };
  const tokens: Readonly<Record<Who, string | undefined>> = {
    nobody: undefined,
    owner: `Bearer ${owner.ownerToken}`,
    other: `Bearer ${other.ownerToken}`,
    operator: `Bearer ${OPERATOR_TOKEN}`,
    kiosk: `Bearer ${hall.token}`,
    unknown: `Bearer ${newSecret()}`,
    tooLong: `Bearer ${"x".repeat(4000)}`,
    macaroon: `Bearer ${rich.macaroon}`,
    l402: `L402 ${offer.macaroon}:${preimage}`,
    basic: "Basic eA==",
    nonsense: "Bearer",
  };
  const origin = new URL(server.origin);
  const document = JSON.parse(
    (await ask(origin, { method: "GET", path: "/api/openapi.json" })).text,
  ) as Served;

  return {
    server,
    names,
    tokens,
    operations: operationsOf(document),
    schemas: document.components.schemas,
    /** What went wrong behind the doors. */
    troubles: () => [
      ...tower.failures,
      ...server.logged.filter((line) => (JSON.parse(line) as { level: number }).level >= 50),
    ],
    ask: (asked: Asked) => ask(origin, asked),
    /** Ends a job that an answer says was opened, so that there is room for the next: an owner may have only so many unpaid. */
    async endOpened({ status, text }: Answered): Promise<void> {
      const jobId = status === 201 || status === 202 ? /"jobId":"(\w+)"/.exec(text)?.[1] : undefined;
      const job = jobId === undefined ? undefined : await tower.economy.job(toJobId(jobId));
      if (job?.ownerId === undefined || job.phase !== "awaiting_eval_payment") return;
      const cancel = { type: "job_cancel", requestId: newRequestId(), jobId: job.jobId } as const;
      await tower.economy.perform({ ownerId: job.ownerId, role: "visitor" }, cancel);
    },
    async close() {
      await server.close();
      await tower.close();
      directory.remove();
    },
  };
}
export type FuzzServer = Awaited<ReturnType<typeof openFuzzServer>>;

/** Who sends a request. */
export const WHO = [
  "nobody",
  "owner",
  "other",
  "operator",
  "kiosk",
  "unknown",
  "tooLong",
  "macaroon",
  "l402",
  "basic",
  "nonsense",
] as const;
export type Who = (typeof WHO)[number];
