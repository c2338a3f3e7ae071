import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";
import * as v from "valibot";
import { refuse } from "../protocol/refusal.ts";
import { type Sats, sats } from "../protocol/units.ts";
import type { Network } from "./lightning/bolt11/invoice.ts";
import { type NwcConnection, parseConnection } from "./lightning/nwc/connection.ts";
import { isThisMachine } from "./this-machine.ts";

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How long a job may stay in each phase, in milliseconds. */
export interface Deadlines {
  readonly evalInvoiceMs: number;
  readonly workInvoiceMs: number;
  readonly evaluatingMs: number;
  readonly executingMs: number;
}

/** Which wallet the tower's sats are in. */
export type LightningConfig =
  | { readonly kind: "play" }
  | {
      readonly kind: "lnbits";
      readonly url: string;
      /** Can spend. */
      readonly adminKey: string;
      /** Can only look and ask for payments; undefined: the admin key is used for that as well. */
      readonly invoiceKey: string | undefined;
      readonly network: Network;
    }
  | {
      readonly kind: "phoenixd";
      readonly url: string;
      /** Can spend. */
      readonly password: string;
      readonly network: Network;
    }
  | {
      readonly kind: "lnd";
      readonly url: string;
      /** Hex. Can spend. */
      readonly macaroon: string;
      /** The path of the node's own certificate; undefined: one of a public authority. */
      readonly certificateFile: string | undefined;
      readonly network: Network;
    }
  | { readonly kind: "nwc"; readonly connection: NwcConnection; readonly network: Network };

/** Everything the tower is told from outside, parsed once. */
export interface Config {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** The operator's secret; undefined: the one kept in the data directory, made at the first start. */
  readonly operatorToken: string | undefined;
  readonly lightning: LightningConfig;
  /** Who says what a bitcoin costs: always the operator, or public sources. */
  readonly btcPrice: "fixed" | "public";
  /** US dollars per bitcoin: the fixed price, and what stands while no public one is known. */
  readonly btcPriceUsd: number;
  /** An IANA name; its midnight begins the day. */
  readonly timeZone: string;
  /** Origins (`https://tower.example`) beside the tower's own addresses. */
  readonly allowedOrigins: readonly string[];
  /** Host names, with or without a port, that the tower answers to. */
  readonly allowedHosts: readonly string[];
  /** Addresses and CIDR ranges of proxies whose X-Forwarded-For is believed; of nobody else is it looked at. */
  readonly trustedProxies: readonly string[];
  /** The `https:` origin by which everybody reaches the tower, through whatever stands before it; undefined: nobody outside does. */
  readonly publicUrl: string | undefined;
  readonly dailyLimitSats: Sats;
  /** What one agent may cost in a day. */
  readonly agentDailyBudgetSats: Sats;
  /** Whether visitors see the economy's and the treasury's figures. */
  readonly publicFigures: boolean;
  readonly logLevel: LogLevel;
  readonly deadlines: Deadlines;
  /** How long a session lives in which nothing happens, in milliseconds. */
  readonly sessionIdleMs: number;
}

type Env = Readonly<Record<string, string | undefined>>;

const text = v.pipe(v.string(), v.trim());
const whole = (least: number, most: number) =>
  v.pipe(text, v.regex(/^\d{1,15}$/), v.transform(Number), v.minValue(least), v.maxValue(most));
const list = <Entry extends v.GenericSchema<string, string>>(entry: Entry) =>
  v.pipe(
    text,
    v.transform((all) =>
      all
        .split(",")
        .map((one) => one.trim())
        .filter((one) => one !== ""),
    ),
    v.array(entry),
  );

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
};

const isOrigin = (value: string): boolean =>
  /^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value;

/** `name`, `name:port`, `[v6]`, `[v6]:port`: what a browser puts into the Host header. */
const isHost = (value: string): boolean =>
  URL.canParse(`http://${value}`) && new URL(`http://${value}`).pathname === "/" && !/[/@?#]/.test(value);

/** An IP address or a CIDR range, never everybody: whoever is trusted could say that it is anyone. */
function isProxy(value: string): boolean {
  // ipaddr.js alone also takes `127.1` and octal, which other programs read otherwise.
  if (isIP(value.split("/")[0] ?? "") === 0) return false;
  return ipaddr.isValid(value) || (ipaddr.isValidCIDR(value) && ipaddr.parseCIDR(value)[1] > 0);
}

/** Keys travel to it: only encrypted, or without leaving this machine. */
const isWalletUrl = (value: string): boolean => {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(value);
  if (username + password + search + hash !== "") return false;
  return protocol === "https:" || (protocol === "http:" && isThisMachine(hostname));
};

const key = v.pipe(text, v.regex(/^[\x21-\x7e]{8,200}$/));
const KEY = "a wallet's key: 8 to 200 letters, digits or signs without spaces";
const walletUrl = v.optional(v.pipe(text, v.check(isWalletUrl)));
const WALLET_URL = "an https:// address, or http:// on this machine, without a path's query or a password";
const seconds = whole(1, 86_400);
const SECONDS = "a whole number of seconds from 1 to 86400";

/** Each variable: what it may be, in a schema and in words, and what stands when it is not set. */
const VARIABLES = {
  PORT: {
    schema: whole(0, 65_535),
    allowed: "a whole number from 0 to 65535; 0 takes any free port",
    unset: "8080",
  },
  HOST: {
    schema: v.pipe(text, v.regex(/^[A-Za-z0-9._:-]{1,253}$/)),
    allowed: "an address or name of this machine, such as 127.0.0.1 or 0.0.0.0",
    unset: "127.0.0.1",
  },
  DATA_DIR: { schema: v.pipe(text, v.minLength(1)), allowed: "the path of a folder", unset: "./data" },
  OPERATOR_TOKEN: {
    schema: v.optional(v.pipe(v.string(), v.regex(/^[\x21-\x7e]{32,128}$/))),
    allowed: "32 to 128 letters, digits or signs without spaces",
    unset: undefined,
  },
  LIGHTNING: {
    schema: v.pipe(text, v.picklist(["play", "lnbits", "phoenixd", "lnd", "nwc"])),
    allowed: "play (play sats), lnbits, phoenixd, lnd or nwc",
    unset: "play",
  },
  LIGHTNING_NETWORK: {
    schema: v.pipe(text, v.picklist(["bc", "tb", "tbs", "bcrt"])),
    allowed: "bc (bitcoin), tb (testnet), tbs (signet) or bcrt (regtest)",
    unset: "bc",
  },
  LNBITS_URL: { schema: walletUrl, allowed: WALLET_URL, unset: undefined },
  LNBITS_ADMIN_KEY: { schema: v.optional(key), allowed: KEY, unset: undefined },
  LNBITS_INVOICE_KEY: { schema: v.optional(key), allowed: KEY, unset: undefined },
  NWC_URL: {
    schema: v.optional(
      v.pipe(
        text,
        v.transform(parseConnection),
        v.check((connection) => connection !== undefined),
      ),
    ),
    allowed:
      "a nostr+walletconnect:// address with the wallet's key, 1 to 8 relays (wss://, or ws:// on this machine) and a secret",
    unset: undefined,
  },
  PHOENIXD_URL: { schema: walletUrl, allowed: WALLET_URL, unset: undefined },
  PHOENIXD_PASSWORD: { schema: v.optional(key), allowed: KEY, unset: undefined },
  LND_URL: { schema: walletUrl, allowed: WALLET_URL, unset: undefined },
  LND_MACAROON: {
    schema: v.optional(v.pipe(text, v.regex(/^(?:[0-9a-f]{2}){32,2048}$/i))),
    allowed: "a macaroon in hex, such as lncli bakemacaroon prints",
    unset: undefined,
  },
  LND_TLS_CERT: {
    schema: v.optional(v.pipe(text, v.minLength(1))),
    allowed: "the path of the node's tls.cert",
    unset: undefined,
  },
  BTC_PRICE: {
    schema: v.optional(v.pipe(text, v.picklist(["fixed", "public"]))),
    allowed: "fixed (that of BTC_PRICE_USD) or public (what several exchanges say)",
    // Fixed with play sats, public with a real wallet.
    unset: undefined,
  },
  BTC_PRICE_USD: {
    schema: whole(1, 1_000_000_000),
    allowed: "a whole number of US dollars from 1 to 1000000000",
    unset: "100000",
  },
  TIME_ZONE: {
    schema: v.pipe(text, v.check(isTimeZone)),
    allowed: "an IANA time zone such as Europe/Berlin or UTC",
    unset: Intl.DateTimeFormat().resolvedOptions().timeZone,
  },
  ALLOWED_ORIGINS: {
    schema: list(v.pipe(v.string(), v.check(isOrigin))),
    allowed: "origins such as https://tower.example:8443, separated by commas",
    unset: "",
  },
  ALLOWED_HOSTS: {
    schema: list(v.pipe(v.string(), v.toLowerCase(), v.check(isHost))),
    allowed: "host names such as tower.example or tower.example:8443, separated by commas",
    unset: "",
  },
  TRUSTED_PROXIES: {
    schema: list(v.pipe(v.string(), v.check(isProxy))),
    allowed: "addresses or CIDR ranges of proxies such as 127.0.0.1 or 10.1.0.0/16, separated by commas",
    unset: "",
  },
  PUBLIC_URL: {
    schema: v.optional(
      v.pipe(
        text,
        v.check((value) => value.startsWith("https:") && isOrigin(value)),
      ),
    ),
    allowed: "an https:// origin such as https://tower.example, without a path or a slash at its end",
    unset: undefined,
  },
  DAILY_LIMIT_SATS: {
    schema: whole(0, 2_100_000_000_000),
    allowed: "a whole number of sats from 0 to 2100000000000",
    unset: "50000",
  },
  AGENT_DAILY_BUDGET_SATS: {
    schema: whole(0, 2_100_000_000_000),
    allowed: "a whole number of sats from 0, which lets no agent work, to 2100000000000",
    unset: "10000",
  },
  PUBLIC_FIGURES: {
    schema: v.pipe(text, v.picklist(["on", "off"])),
    allowed: "on or off",
    unset: "on",
  },
  LOG_LEVEL: {
    schema: v.pipe(text, v.picklist(LOG_LEVELS)),
    allowed: LOG_LEVELS.join(", "),
    unset: "warn",
  },
  EVAL_INVOICE_SECONDS: { schema: seconds, allowed: SECONDS, unset: "600" },
  WORK_INVOICE_SECONDS: { schema: seconds, allowed: SECONDS, unset: "900" },
  EVALUATING_SECONDS: { schema: seconds, allowed: SECONDS, unset: "60" },
  EXECUTING_SECONDS: { schema: seconds, allowed: SECONDS, unset: "600" },
  SESSION_IDLE_SECONDS: {
    schema: whole(1, 31_536_000),
    allowed: "a whole number of seconds from 1 to 31536000",
    unset: "86400",
  },
} as const;

type Variable = keyof typeof VARIABLES;
type ValueOf<Name extends Variable> = v.InferOutput<(typeof VARIABLES)[Name]["schema"]>;

const SECRETS: ReadonlySet<Variable> = new Set([
  "OPERATOR_TOKEN",
  "LNBITS_ADMIN_KEY",
  "LNBITS_INVOICE_KEY",
  "PHOENIXD_PASSWORD",
  "LND_MACAROON",
  "NWC_URL",
]);

function read<Name extends Variable>(env: Env, name: Name): ValueOf<Name> {
  const { schema, allowed, unset } = VARIABLES[name];
  const given = env[name];
  // An empty variable is how most shells and container files say "not set".
  const parsed = v.safeParse(schema, given === undefined || given.trim() === "" ? unset : given);
  if (parsed.success) return parsed.output as ValueOf<Name>;
  const shown = SECRETS.has(name) ? "as it is set" : JSON.stringify(given?.slice(0, 80));
  return refuse("bad_request", `${name} cannot be ${shown}: it must be ${allowed}.`);
}

const LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]"] as const;

/** A host as it stands in a URL: version 6 addresses in brackets. */
export const urlHost = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** What a tower bound to `host` is called from near and far: its own address, or all of the machine's for a wildcard. */
function ownHosts(host: string): readonly string[] {
  const isWildcard = host === "0.0.0.0" || host === "::";
  if (!isWildcard) return [...new Set([...LOCAL_NAMES, urlHost(host.toLowerCase())])];
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  return [...new Set([...LOCAL_NAMES, ...addresses.map(({ address }) => urlHost(address.toLowerCase()))])];
}

type RealWallet = Exclude<LightningConfig, { readonly kind: "play" }>;

/** How each real wallet is named. */
const WALLETS: {
  readonly [Kind in RealWallet["kind"]]: (env: Env, network: Network) => RealWallet & { kind: Kind };
} = {
  lnbits(env, network) {
    const url = read(env, "LNBITS_URL");
    const adminKey = read(env, "LNBITS_ADMIN_KEY");
    if (url === undefined || adminKey === undefined)
      return refuse("bad_request", "LIGHTNING=lnbits needs LNBITS_URL and LNBITS_ADMIN_KEY.");
    return { kind: "lnbits", url, adminKey, invoiceKey: read(env, "LNBITS_INVOICE_KEY"), network };
  },
  phoenixd(env, network) {
    const url = read(env, "PHOENIXD_URL");
    const password = read(env, "PHOENIXD_PASSWORD");
    if (url === undefined || password === undefined)
      return refuse("bad_request", "LIGHTNING=phoenixd needs PHOENIXD_URL and PHOENIXD_PASSWORD.");
    return { kind: "phoenixd", url, password, network };
  },
  lnd(env, network) {
    const url = read(env, "LND_URL");
    const macaroon = read(env, "LND_MACAROON");
    if (url === undefined || macaroon === undefined)
      return refuse("bad_request", "LIGHTNING=lnd needs LND_URL and LND_MACAROON.");
    return { kind: "lnd", url, macaroon, certificateFile: read(env, "LND_TLS_CERT"), network };
  },
  nwc(env, network) {
    const connection = read(env, "NWC_URL");
    if (connection === undefined) return refuse("bad_request", "LIGHTNING=nwc needs NWC_URL.");
    return { kind: "nwc", connection, network };
  },
};

/** Refuses a real wallet behind a door that anybody in the network could listen at: the tower speaks plain HTTP. */
function readLightning(env: Env, host: string): LightningConfig {
  const kind = read(env, "LIGHTNING");
  if (kind === "play") return { kind };
  if (!isThisMachine(host)) {
    refuse(
      "tls_required",
      `With a real wallet HOST must be this machine, not ${host}: put a proxy that speaks HTTPS in front, its name in ALLOWED_HOSTS and its address in TRUSTED_PROXIES.`,
    );
  }
  return WALLETS[kind](env, read(env, "LIGHTNING_NETWORK"));
}

/**
 * The environment as a typed, frozen object. Throws `bad_request` with a sentence that names the variable, what it was (never a
 * secret's value) and what is allowed.
 */
export function parseConfig(env: Env): Config {
  const host = read(env, "HOST");
  const publicUrl = read(env, "PUBLIC_URL");
  const publicHosts = publicUrl === undefined ? [] : [new URL(publicUrl).host];
  const allowedHosts = [...read(env, "ALLOWED_HOSTS"), ...publicHosts];
  const lightning = readLightning(env, host);
  const config: Config = {
    port: read(env, "PORT"),
    host,
    dataDir: read(env, "DATA_DIR"),
    operatorToken: read(env, "OPERATOR_TOKEN"),
    lightning: Object.freeze(lightning),
    btcPrice: read(env, "BTC_PRICE") ?? (lightning.kind === "play" ? "fixed" : "public"),
    btcPriceUsd: read(env, "BTC_PRICE_USD"),
    timeZone: read(env, "TIME_ZONE"),
    allowedOrigins: Object.freeze(read(env, "ALLOWED_ORIGINS")),
    allowedHosts: Object.freeze([...new Set([...ownHosts(host), ...allowedHosts])]),
    trustedProxies: Object.freeze(read(env, "TRUSTED_PROXIES")),
    publicUrl,
    dailyLimitSats: sats(read(env, "DAILY_LIMIT_SATS")),
    agentDailyBudgetSats: sats(read(env, "AGENT_DAILY_BUDGET_SATS")),
    publicFigures: read(env, "PUBLIC_FIGURES") === "on",
    logLevel: read(env, "LOG_LEVEL"),
    deadlines: Object.freeze({
      evalInvoiceMs: read(env, "EVAL_INVOICE_SECONDS") * 1000,
      workInvoiceMs: read(env, "WORK_INVOICE_SECONDS") * 1000,
      evaluatingMs: read(env, "EVALUATING_SECONDS") * 1000,
      executingMs: read(env, "EXECUTING_SECONDS") * 1000,
    }),
    sessionIdleMs: read(env, "SESSION_IDLE_SECONDS") * 1000,
  };
  return Object.freeze(config);
}
