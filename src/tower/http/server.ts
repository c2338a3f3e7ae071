import rateLimit from "@fastify/rate-limit";
import underPressure from "@fastify/under-pressure";
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  fastify,
  type HTTPMethods,
  LogController,
} from "fastify";
import { MAX_FRAME_BYTES, REQUESTS_PER_MINUTE_PER_ADDRESS } from "../../protocol/limits.ts";
import { RefusalError, refuse } from "../../protocol/refusal.ts";
import { createIntake, type Intake } from "../access/intake.ts";
import { addressKey } from "../access/limiter.ts";
import { systemClock } from "../clock.ts";
import type { Economy } from "../economy/economy.ts";
import { createPaymentHints } from "../economy/payment-hints.ts";
import { acceptSockets, type Gateway, openGateway } from "../gateway/gateway.ts";
import type { GatewayOptions } from "../gateway/parts.ts";
import { addAskRoutes } from "./asks.ts";
import { acceptJson } from "./body.ts";
import { type Callers, createCallers } from "./callers.ts";
import { serveClient } from "./client.ts";
import type { Declaration } from "./declaration.ts";
import { addHealthRoutes } from "./health.ts";
import { addHookRoutes } from "./hooks.ts";
import { addJobStreamRoute } from "./job-stream.ts";
import { addJobRoutes, PATIENCE_MS } from "./jobs.ts";
import { addKioskRoutes } from "./kiosks.ts";
import { addLedgerRoute, type Books } from "./ledger.ts";
import { addLinkRoutes, addLnurlRoutes, answerAsLnurl } from "./lnurl.ts";
import { addOpenApiRoute } from "./openapi.ts";
import { addOperatorRoutes } from "./operator.ts";
import { WORK_PATIENCE_MS } from "./paid-jobs.ts";
import { addPlayRoutes, type PlayRoutesOptions } from "./play.ts";
import { answerRefusals, answerRouterErrors } from "./refusals.ts";
import { addingRoutes } from "./route.ts";
import { addSecurityHeaders } from "./security-headers.ts";
import { createSessionDoor } from "./session-entry.ts";
import { addSessionRequestRoute } from "./session-requests.ts";
import { addSessionRoutes } from "./sessions.ts";
import { dropSilentConnections } from "./silent-connections.ts";
import { addTreasuryRoutes } from "./treasury.ts";
import { createWaiting } from "./waiting.ts";

/** Everything that both doors, HTTP and socket, stand on. */
export interface ServerOptions extends Omit<GatewayOptions, "intake"> {
  readonly economy: Omit<Economy, "drain">;
  /** Present only with the play wallet. */
  readonly purses: PlayRoutesOptions["purses"] | undefined;
  /** Throws a `RefusalError` when nobody should be sent here. */
  readonly ready: () => Promise<void>;
  readonly books: Books;
  /** The origin by which wallets anywhere reach the tower. */
  readonly publicUrl?: string | undefined;
  /**
   * Addresses and CIDR ranges whose X-Forwarded-For says where a request comes from: `request.ip` is the last address in it that is none
   * of them, and without any the one at the other end of the connection.
   */
  readonly trustedProxies?: readonly string[];
  /** The folder of the built browser app. */
  readonly clientDir: string;
  /** Requests to `/api`, and to `/lnurl`, that one address may send in a minute. */
  readonly requestsPerMinute?: number;
  readonly maxEventLoopDelayMs?: number;
  /** How long an answer waits for the wallet, in milliseconds. */
  readonly patienceMs?: number;
  /** How long an answer waits for work that is paid for, in milliseconds. */
  readonly workPatienceMs?: number;
}

/** How late the event loop may be on average, in milliseconds, before new requests and sockets are turned away. */
const MAX_EVENT_LOOP_DELAY_MS = 3000;
/** What that average is taken over. */
const PRESSURE_SAMPLE_MS = 1000;
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
const METHODS: readonly HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** Both doors, and what is declared of the first. */
export interface Server {
  readonly app: FastifyInstance;
  readonly gateway: Gateway;
  readonly declarations: ReadonlySet<Declaration>;
}

/** Both doors on one server that does not listen yet. Closing the server ends everything but what it was given. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const loggerInstance: FastifyBaseLogger = options.log;
  const app = fastify({
    loggerInstance,
    // A line for each request would bury what matters; failures are logged where they are answered.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_FRAME_BYTES,
    trustProxy: [...(options.trustedProxies ?? [])],
    forceCloseConnections: "idle",
    frameworkErrors: answerRouterErrors,
  });
  await acceptSockets(app, options.log);
  dropSilentConnections(app);
  answerRefusals(app);
  acceptJson(app);
  await addSecurityHeaders(app, options.doors);
  await app.register(underPressure, {
    maxEventLoopDelay: options.maxEventLoopDelayMs ?? MAX_EVENT_LOOP_DELAY_MS,
    sampleInterval: PRESSURE_SAMPLE_MS,
    pressureHandler: async ({ routeOptions }) => {
      if (routeOptions.url !== "/healthz")
        refuse("overloaded", "The tower has too much to do. Try again in a moment.");
    },
  });
  app.addHook("onRequest", async (request) => {
    if (SAFE_METHODS.has(request.method)) return;
    options.doors.check(request.headers);
    const type = request.headers["content-type"] ?? "";
    const others = request.routeOptions.config.declaration?.otherBodies ?? [];
    if (!/^application\/json\b/i.test(type) && !others.includes(plain(type)))
      refuse("unsupported_media_type", "Send a JSON body with the header Content-Type: application/json.");
  });
  const declarations = collectDeclarations(app);
  const callers = createCallers(options.access, options.limits, options.now);
  addHealthRoutes(addingRoutes(app, callers), options.ready);
  const intake = createIntake(options.economy, options.limits);
  const gateway = openGateway(app, { ...options, intake });
  await app.register((api) => addApi(api, { gateway, intake, callers, declarations }, options), {
    prefix: "/api",
  });
  await app.register(
    async (lnurl) => {
      answerAsLnurl(lnurl);
      await limitRate(lnurl, options);
      addLnurlRoutes(addingRoutes(lnurl, callers), {
        economy: options.economy,
        publicUrl: options.publicUrl,
      });
    },
    { prefix: "/lnurl" },
  );
  await serveClient(app, options.clientDir);
  return { app, gateway, declarations };
}

/** Counts what each address asks for of the routes that are added from now on. */
async function limitRate(
  app: FastifyInstance,
  { requestsPerMinute: max = REQUESTS_PER_MINUTE_PER_ADDRESS }: Pick<ServerOptions, "requestsPerMinute">,
): Promise<void> {
  await app.register(rateLimit, {
    max,
    timeWindow: "1 minute",
    keyGenerator: (request) => addressKey(request.ip),
    errorResponseBuilder: (_request, { after }) =>
      new RefusalError("rate_limited", `Too many requests from this address: try again in ${after}.`),
  });
}

/** A Content-Type without its parameters. */
const plain = (type: string): string => type.split(";")[0]?.trim().toLowerCase() ?? "";

/** What the routes under `/api` are made with, besides the server's options. */
interface ApiParts {
  readonly callers: Callers;
  readonly declarations: ReadonlySet<Declaration>;
  readonly gateway: Gateway;
  readonly intake: Intake;
}

async function addApi(
  api: FastifyInstance,
  { callers, declarations, gateway, intake }: ApiParts,
  options: ServerOptions,
): Promise<void> {
  const { access, board, economy, limits, purses, snapshots } = options;
  await limitRate(api, options);
  const known = collectRoutes(api);
  const add = addingRoutes(api, callers);
  const { patienceMs = PATIENCE_MS, workPatienceMs = WORK_PATIENCE_MS } = options;
  const agents = () => snapshots.agents();
  addJobRoutes(add, { economy, intake, callers, agents, patienceMs });
  const waiting = createWaiting();
  const door = createSessionDoor(economy, callers);
  const hasPurses = purses !== undefined;
  addSessionRoutes(add, { economy, intake, callers, limits, door, waiting, patienceMs, hasPurses });
  addSessionRequestRoute(add, { economy, intake, door, waiting, workPatienceMs, agents });
  addAskRoutes(add, { economy, intake, callers, waiting, workPatienceMs, agents });
  const endStreams = addJobStreamRoute(add, {
    economy,
    board,
    callers,
    failed: (error) => options.log.error({ err: error }, "a stream of a job failed"),
    ...(options.pingMs !== undefined && { heartbeatMs: options.pingMs }),
  });
  // Before the server stops listening: it waits for every answer that is under way.
  api.addHook("preClose", async () => {
    endStreams();
    waiting.end();
  });
  addKioskRoutes(add, { kiosks: access.kiosks, dropKiosk: gateway.dropKiosk });
  addTreasuryRoutes(add, economy.treasury);
  const hints = createPaymentHints({
    reconcile: (paymentHash) => economy.reconcile(paymentHash),
    clock: systemClock,
    failed: (error) => options.log.warn({ err: error }, "a hint of a payment could not be followed"),
  });
  api.addHook("onClose", hints.close);
  await api.register(async (hooks) => addHookRoutes(hooks, addingRoutes(hooks, callers), hints));
  addLedgerRoute(add, options.books);
  addLinkRoutes(add, { economy, limits, publicUrl: options.publicUrl });
  addOperatorRoutes(add, { economy, intake });
  if (hasPurses) addPlayRoutes(add, { economy, limits, purses });
  addOpenApiRoute(add, declarations);
  refuseOtherMethods(api, known());
}

/** The declarations of the routes that are added from now on, as they are added. */
function collectDeclarations(app: FastifyInstance): ReadonlySet<Declaration> {
  const declarations = new Set<Declaration>();
  app.addHook("onRoute", ({ config }) => {
    if (config?.declaration !== undefined) declarations.add(config.declaration);
  });
  return declarations;
}

/** Notes the routes that are added from now on; gives the methods of each path when asked. */
function collectRoutes(api: FastifyInstance): () => ReadonlyMap<string, ReadonlySet<string>> {
  const routes = new Map<string, Set<string>>();
  api.addHook("onRoute", ({ routePath, method }) => {
    const methods = routes.get(routePath) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    routes.set(routePath, methods);
  });
  return () => new Map(routes);
}

/** A path that exists answers a method it does not know with 405 and those it does. */
function refuseOtherMethods(api: FastifyInstance, routes: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const [url, methods] of routes) {
    const allow = [...methods].join(", ");
    api.route({
      url,
      method: METHODS.filter((method) => !methods.has(method)),
      handler: (request, reply) => {
        reply.header("allow", allow);
        return refuse("method_not_allowed", `${request.method} is not for this address: use ${allow}.`);
      },
    });
  }
}
