import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { RefusalError, refuse } from "../protocol/refusal.ts";
import { createDoors } from "./access/doors.ts";
import { createAccess } from "./access/identity.ts";
import { createKiosks } from "./access/kiosks.ts";
import { createLimits } from "./access/limiter.ts";
import { createCredentials } from "./access/macaroons/credentials.ts";
import { loadOperatorToken } from "./access/operator-token.ts";
import { createOwners } from "./access/owners.ts";
import { createBuiltinBrain } from "./agents/brains/builtin.ts";
import { openBtcPrice } from "./btc-price/btc-price.ts";
import { systemClock } from "./clock.ts";
import { type Config, urlHost } from "./config.ts";
import { openEconomy } from "./economy/create-economy.ts";
import { createHead, type Head } from "./gateway/head.ts";
import { storedSnapshots } from "./gateway/stored-snapshot.ts";
import { PAYMENT_HOOK_PATH } from "./http/hooks.ts";
import { purseFigures } from "./http/play.ts";
import { createServer } from "./http/server.ts";
import { createCalendar } from "./ledger/day.ts";
import { createAddressPayer } from "./lightning/lnurl/address-payer.ts";
import { openWallet } from "./lightning/open-wallet.ts";
import type { Wallet } from "./lightning/wallet.ts";
import { ensureEpoch } from "./log/epoch.ts";
import { createLogFollower } from "./log/follow.ts";
import { lastSeq } from "./log/read.ts";
import { createReleases } from "./release.ts";
import type { Database } from "./storage/port.ts";
import { openSqlite } from "./storage/sqlite.ts";
import { createValueBoard } from "./values/board.ts";

/** How often the log is looked at besides after each commit, in milliseconds: a net under a hint that was lost. */
const LOG_POLL_MS = 1000;
/** How long the follower may take to reach what is committed before the tower counts as lagging, in milliseconds. */
const MAX_LAG_MS = 1000;
/** How long clients are given to take their leave, in milliseconds. */
const GOODBYE_MS = 3000;

/** A tower that serves. */
export interface Tower {
  /** Where it is to be found, such as `http://127.0.0.1:8080`. */
  readonly address: string;
  /** The operator's secret if it was made at this start; it is never shown again. */
  readonly newOperatorToken: string | undefined;
  /** The wallet its sats are in. */
  readonly wallet: Wallet["kind"];
  /**
   * Takes nobody in any more, sends everybody away, lets what runs come to rest, and frees everything, the database last. Rejects
   * with the first error; everything has been tried.
   */
  stop(): Promise<void>;
}

/**
 * Starts a tower: storage, wallet, economy, then its two doors. Rejects with a `RefusalError` whose sentence says what to change, when
 * the machine does not allow it; whatever was taken until then has been freed. `clientDir` is the folder of the built browser app. A
 * `wallet` that is given takes the place of the configured one, and is the tower's from then on: it closes it.
 */
export async function startTower(
  config: Config,
  log: Logger,
  clientDir: string,
  given: { readonly wallet?: Wallet } = {},
): Promise<Tower> {
  const releases = createReleases();
  try {
    return await assemble(config, log, clientDir, releases, given.wallet);
  } catch (error) {
    await releases
      .all()
      .catch((cause: unknown) => log.error({ err: cause }, "what was taken could not all be freed"));
    throw error;
  }
}

async function assemble(
  config: Config,
  log: Logger,
  clientDir: string,
  releases: ReturnType<typeof createReleases>,
  givenWallet: Wallet | undefined,
): Promise<Tower> {
  const clock = systemClock;
  const dayOf = createCalendar(config.timeZone);

  const database = await openSqlite(config.dataDir);
  releases.add(database.close);
  const operator = await loadOperatorToken(config.dataDir, config.operatorToken);
  const epoch = await database.transaction(ensureEpoch);
  const follower = createLogFollower(database, { pollMs: LOG_POLL_MS });
  releases.add(follower.close);

  const { wallet, purses } = givenWallet
    ? { wallet: givenWallet, purses: undefined }
    : openWallet(config.lightning, {
        dataDir: config.dataDir,
        now: clock.now,
        failed: (what, error) => log.warn({ err: error }, what),
        webhook: config.publicUrl && config.publicUrl + PAYMENT_HOOK_PATH,
        dayOf: (time) => {
          const { startMs, nextMs } = dayOf(time);
          return { start: startMs, end: nextMs };
        },
      });
  releases.add(wallet.close);

  const btcPrice = openBtcPrice(config, {
    clock,
    failed: (what, error) => log.warn({ err: error }, what),
  });
  releases.add(btcPrice.close);

  const board = createValueBoard();
  const brain = createBuiltinBrain();
  const { deadlines } = config;
  const economy = await openEconomy({
    database,
    follower,
    wallet,
    purses,
    brainOf: () => brain,
    board,
    clock,
    dayOf,
    timeZone: config.timeZone,
    limits: { evaluating: deadlines.evaluatingMs, executing: deadlines.executingMs },
    expirySeconds: { eval: deadlines.evalInvoiceMs / 1000, work: deadlines.workInvoiceMs / 1000 },
    btcPrice: btcPrice.current,
    addressPayer: createAddressPayer({ network: wallet.network, clock }),
    sessionIdle: config.sessionIdleMs,
    dailyLimit: config.dailyLimitSats,
    agentDailyBudget: config.agentDailyBudgetSats,
    failed: (what, error) => log.error({ err: error }, what),
  });
  releases.add(economy.drain);
  if (purses !== undefined)
    releases.add(
      purses.followPurses((ownerId) =>
        board.tell({ type: "purse_state", ...purseFigures(purses.purse(ownerId)) }, { ownerId }),
      ),
    );

  const head = createHead(follower, await database.read(lastSeq), (error) =>
    log.error({ err: error }, "the log could not be followed"),
  );
  releases.add(head.close);

  let isStopping = false;
  const { app, gateway } = await createServer({
    access: createAccess(
      operator.token,
      createOwners(database, clock.now),
      createKiosks(database, clock.now),
      createCredentials(database, clock.now),
    ),
    doors: createDoors(config.allowedHosts, config.allowedOrigins),
    limits: createLimits(clock.now),
    economy,
    epoch,
    follower,
    head,
    snapshots: storedSnapshots({
      database,
      today: () => dayOf(clock.now()).name,
      purse: (ownerId) => purses && purseFigures(purses.purse(ownerId)),
    }),
    board,
    publicFigures: config.publicFigures,
    wallet: wallet.kind,
    log,
    now: clock.now,
    purses,
    publicUrl: config.publicUrl,
    trustedProxies: config.trustedProxies,
    books: { database, dayOf, timeZone: config.timeZone, now: clock.now },
    clientDir,
    ready: () => checkReady(database, head, isStopping),
  });
  // Together, so that nobody new gets in while the others take their leave: the gateway first, for its own farewell.
  releases.add(async () => {
    await Promise.all([gateway.drain(GOODBYE_MS), app.close()]);
  });

  const address = await listen(app, config);
  await operator.keep();
  return {
    address,
    newOperatorToken: operator.isNew ? operator.token : undefined,
    wallet: wallet.kind,
    stop() {
      isStopping = true;
      return releases.all();
    },
  };
}

/** Refuses when nobody should be sent here: the tower is stopping, cannot reach its storage, or lags behind its own log. */
async function checkReady(database: Database, head: Head, isStopping: boolean): Promise<void> {
  if (isStopping) refuse("draining", "The tower is stopping.");
  const committed = await database.read(lastSeq);
  if (!(await head.reaches(committed, MAX_LAG_MS)))
    refuse("storage_unavailable", "The tower lags behind its log: what happens is not shown.");
}

/** Starts to serve, and says where. */
async function listen(app: FastifyInstance, { host, port }: Config): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw listenFailure(error, host, port);
  }
  const { port: taken } = app.server.address() as AddressInfo;
  const isWildcard = host === "0.0.0.0" || host === "::";
  return `http://${isWildcard ? "127.0.0.1" : urlHost(host)}:${taken}`;
}

function listenFailure(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const sentence = {
    EADDRINUSE: `Port ${port} of ${host} is taken by another program. Stop it, or set PORT to another port.`,
    EACCES: `This user may not listen on port ${port}. Set PORT to one from 1024 on.`,
    EADDRNOTAVAIL: `${host} is not an address of this machine. Set HOST to one that is, such as 127.0.0.1.`,
    ENOTFOUND: `${host} is not a name of this machine. Set HOST to one that is, such as localhost.`,
  }[String(code)];
  return sentence === undefined ? error : new RefusalError("bad_request", sentence, { cause: error });
}
