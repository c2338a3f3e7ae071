import { expect, test } from "vitest";
import { RefusalError } from "../protocol/refusal.ts";
import { parseConfig } from "./config.ts";

test("nothing set is a tower for this machine alone, on play sats", () => {
  const config = parseConfig({ HOST: "", TIME_ZONE: "UTC" });
  expect(config).toEqual({
    port: 8080,
    host: "127.0.0.1",
    dataDir: "./data",
    operatorToken: undefined,
    lightning: { kind: "play" },
    btcPrice: "fixed",
    btcPriceUsd: 100_000,
    timeZone: "UTC",
    allowedOrigins: [],
    allowedHosts: ["localhost", "127.0.0.1", "[::1]"],
    trustedProxies: [],
    dailyLimitSats: 50_000,
    agentDailyBudgetSats: 10_000,
    publicFigures: true,
    logLevel: "warn",
    deadlines: { evalInvoiceMs: 600_000, workInvoiceMs: 900_000, evaluatingMs: 60_000, executingMs: 600_000 },
    sessionIdleMs: 86_400_000,
  });
  expect(Object.isFrozen(config)).toBe(true);
  expect(parseConfig({}).timeZone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
});

test("everything can be set", () => {
  const operatorToken = "x".repeat(32);
  expect(
    parseConfig({
      PORT: " 0 ",
      HOST: "::",
      DATA_DIR: "/var/lib/matrix",
      OPERATOR_TOKEN: operatorToken,
      LIGHTNING: "play",
      BTC_PRICE: " public",
      BTC_PRICE_USD: "65000",
      TIME_ZONE: "Europe/Berlin",
      ALLOWED_ORIGINS: "https://tower.example, http://tower.example:8080,",
      ALLOWED_HOSTS: "Tower.Example, tower.example:8080, [fd00::1]",
      TRUSTED_PROXIES: "127.0.0.1, ::1,10.1.0.0/16,fd00::/8,",
      DAILY_LIMIT_SATS: "0",
      AGENT_DAILY_BUDGET_SATS: "500",
      PUBLIC_FIGURES: "off",
      LOG_LEVEL: "debug",
      EVAL_INVOICE_SECONDS: "1",
      WORK_INVOICE_SECONDS: "2",
      EVALUATING_SECONDS: "3",
      EXECUTING_SECONDS: "4",
      SESSION_IDLE_SECONDS: "5",
    }),
  ).toEqual({
    port: 0,
    host: "::",
    dataDir: "/var/lib/matrix",
    operatorToken,
    lightning: { kind: "play" },
    btcPrice: "public",
    btcPriceUsd: 65_000,
    timeZone: "Europe/Berlin",
    allowedOrigins: ["https://tower.example", "http://tower.example:8080"],
    allowedHosts: expect.arrayContaining(["localhost", "tower.example", "tower.example:8080", "[fd00::1]"]),
    trustedProxies: ["127.0.0.1", "::1", "10.1.0.0/16", "fd00::/8"],
    dailyLimitSats: 0,
    agentDailyBudgetSats: 500,
    publicFigures: false,
    logLevel: "debug",
    deadlines: { evalInvoiceMs: 1000, workInvoiceMs: 2000, evaluatingMs: 3000, executingMs: 4000 },
    sessionIdleMs: 5000,
  });
});

test("a tower that everybody reaches by a public address answers to its name", () => {
  expect(parseConfig({ PUBLIC_URL: "https://tower.example:8443" })).toMatchObject({
    publicUrl: "https://tower.example:8443",
    allowedHosts: ["localhost", "127.0.0.1", "[::1]", "tower.example:8443"],
  });
  expect(parseConfig({ PUBLIC_URL: " " }).publicUrl).toBeUndefined();
});

test("a tower for everybody answers to all of the machine's addresses", () => {
  expect(parseConfig({ HOST: "0.0.0.0" }).allowedHosts).toEqual(
    expect.arrayContaining(["localhost", "127.0.0.1", "[::1]"]),
  );
  expect(parseConfig({ HOST: "192.168.1.5" }).allowedHosts).toContain("192.168.1.5");
});

test.each([
  ["PORT", "http"],
  ["PORT", "65536"],
  ["PUBLIC_URL", "http://tower.example"],
  ["PUBLIC_URL", "https://tower.example/"],
  ["PUBLIC_URL", "https://tower.example/matrix"],
  ["PUBLIC_URL", "https://user:secret@tower.example"],
  ["PUBLIC_URL", "tower.example"],
  ["PORT", "-1"],
  ["PORT", "80.5"],
  ["HOST", "no host"],
  ["LIGHTNING", "cln"],
  ["BTC_PRICE", "coinbase"],
  ["BTC_PRICE_USD", "0"],
  ["BTC_PRICE_USD", "1e5"],
  ["TIME_ZONE", "Mars/Olympus"],
  ["ALLOWED_ORIGINS", "tower.example"],
  ["ALLOWED_ORIGINS", "https://tower.example/path"],
  ["ALLOWED_ORIGINS", "https://tower.example,*"],
  ["ALLOWED_HOSTS", "https://tower.example"],
  ["ALLOWED_HOSTS", "tower.example/path"],
  ["TRUSTED_PROXIES", "localhost"],
  ["TRUSTED_PROXIES", "127.1"],
  ["TRUSTED_PROXIES", "10.01.0.0/16"],
  ["TRUSTED_PROXIES", "10.0.0.0/33"],
  ["TRUSTED_PROXIES", "10.0.0.0/"],
  ["TRUSTED_PROXIES", "127.0.0.1,0.0.0.0/0"],
  ["TRUSTED_PROXIES", "::/0"],
  ["TRUSTED_PROXIES", "loopback"],
  ["TRUSTED_PROXIES", "1"],
  ["TRUSTED_PROXIES", "true"],
  ["DAILY_LIMIT_SATS", "-5"],
  ["PUBLIC_FIGURES", "yes"],
  ["LOG_LEVEL", "loud"],
  ["EVAL_INVOICE_SECONDS", "0"],
  ["EXECUTING_SECONDS", "86401"],
])("%s=%s is refused in a sentence that names it, its value and what is allowed", (name, value) => {
  const error = refusal({ [name]: value });
  expect(error.code).toBe("bad_request");
  expect(error.message).toMatch(new RegExp(`^${name} cannot be .*: it must be .*\\.$`));
  expect(error.message).toContain(JSON.stringify(value));
});

test("an operator's token that is too short is refused without repeating it", () => {
  for (const token of ["hunter2", "x".repeat(31), `${"x".repeat(40)} y`]) {
    const { message } = refusal({ OPERATOR_TOKEN: token });
    expect(message).toMatch(/^OPERATOR_TOKEN cannot be as it is set: it must be 32 to 128 /);
    expect(message).not.toContain(token);
  }
});

function refusal(env: Record<string, string>): RefusalError {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof RefusalError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

test("a real wallet is named by its address and keys, and never stands at an open door", () => {
  const lnbits = {
    LIGHTNING: "lnbits",
    LNBITS_URL: "https://lnbits.example",
    LNBITS_ADMIN_KEY: "admin-key-1",
    LNBITS_INVOICE_KEY: "invoice-key-1",
  };
  expect(parseConfig(lnbits).lightning).toEqual({
    kind: "lnbits",
    url: "https://lnbits.example",
    adminKey: "admin-key-1",
    invoiceKey: "invoice-key-1",
    network: "bc",
  });
  const sentence = (env: Record<string, string>) => {
    try {
      parseConfig({ ...lnbits, ...env });
    } catch (error) {
      if (error instanceof RefusalError) return [error.code, error.message];
    }
    return undefined;
  };
  // Real sats are worth what a bitcoin costs now, unless the operator says otherwise.
  expect(parseConfig(lnbits).btcPrice).toBe("public");
  expect(parseConfig({ ...lnbits, BTC_PRICE: "fixed" }).btcPrice).toBe("fixed");
  expect(sentence({ HOST: "0.0.0.0" })).toEqual(["tls_required", expect.stringContaining("HTTPS")]);
  expect(sentence({ LNBITS_ADMIN_KEY: "" })).toEqual([
    "bad_request",
    expect.stringContaining("LNBITS_ADMIN_KEY"),
  ]);
  expect(sentence({ LNBITS_URL: "http://lnbits.example" })).toEqual([
    "bad_request",
    expect.stringContaining("https://"),
  ]);
  expect(sentence({ LNBITS_URL: "http://127.0.0.1:5000" })).toBe(undefined);
  // A key that cannot be one is not repeated.
  expect(sentence({ LNBITS_ADMIN_KEY: "se cret" })?.[1]).not.toContain("se cret");
});

test("a phoenixd is named by its address and password, an LND by its address, macaroon and certificate", () => {
  const phoenixd = {
    LIGHTNING: "phoenixd",
    PHOENIXD_URL: "http://127.0.0.1:9740",
    PHOENIXD_PASSWORD: "phoenixd-password",
  };
  expect(parseConfig(phoenixd).lightning).toEqual({
    kind: "phoenixd",
    url: "http://127.0.0.1:9740",
    password: "phoenixd-password",
    network: "bc",
  });
  const lnd = { LIGHTNING: "lnd", LND_URL: "https://127.0.0.1:8080", LND_MACAROON: "0201".repeat(60) };
  expect(parseConfig(lnd).lightning).toEqual({
    kind: "lnd",
    url: "https://127.0.0.1:8080",
    macaroon: "0201".repeat(60),
    certificateFile: undefined,
    network: "bc",
  });
  const named = { LND_TLS_CERT: "/home/lnd/.lnd/tls.cert", LIGHTNING_NETWORK: "bcrt" };
  expect(parseConfig({ ...lnd, ...named }).lightning).toMatchObject({
    certificateFile: "/home/lnd/.lnd/tls.cert",
    network: "bcrt",
  });
});

test.each([
  [{ LIGHTNING: "phoenixd", PHOENIXD_URL: "http://127.0.0.1:9740" }, "PHOENIXD_PASSWORD"],
  [{ LIGHTNING: "phoenixd", PHOENIXD_PASSWORD: "phoenixd-password" }, "PHOENIXD_URL"],
  [{ LIGHTNING: "lnd", LND_URL: "https://127.0.0.1:8080" }, "LND_MACAROON"],
  [{ LIGHTNING: "lnd", LND_MACAROON: "02".repeat(60) }, "LND_URL"],
  [{ LIGHTNING: "phoenixd", PHOENIXD_URL: "http://phoenixd.example" }, "https://"],
  [{ LIGHTNING: "lnd", LND_URL: "https://user:word@127.0.0.1" }, "LND_URL"],
])("%o is refused with what is missing or wrong", (env, words) => {
  expect(refusal(env)).toMatchObject({ code: "bad_request", message: expect.stringContaining(words) });
});

test.each(["lnbits", "phoenixd", "lnd"])("LIGHTNING=%s stands at no open door", (kind) => {
  expect(refusal({ LIGHTNING: kind, HOST: "0.0.0.0" }).code).toBe("tls_required");
});

test.each([
  ["PHOENIXD_PASSWORD", { LIGHTNING: "phoenixd", PHOENIXD_URL: "https://phoenixd.example" }, "not a word"],
  ["LND_MACAROON", { LIGHTNING: "lnd", LND_URL: "https://lnd.example" }, "AgEDbG5kAvgBAwo="],
])("a %s that cannot be one is not repeated", (name, env, value) => {
  const { message } = refusal({ ...env, [name]: value });
  expect(message).toContain(name);
  expect(message).not.toContain(value);
});

test("a wallet behind Nostr Wallet Connect is named by its connection string, which is never repeated", () => {
  const secret = "71a8c14c1407c113601079c4302dab36460f0ccd0ad506f1f2dc73b5100e4f3c";
  const wallet = "b889ff5b1513b641e2a139f661a661364979c5beee91842f8f0ef42ab558e9d4";
  const nwc = {
    LIGHTNING: "nwc",
    LIGHTNING_NETWORK: "tbs",
    NWC_URL: `nostr+walletconnect://${wallet}?relay=wss%3A%2F%2Frelay.example&secret=${secret}`,
  };
  expect(parseConfig(nwc).lightning).toEqual({
    kind: "nwc",
    connection: expect.objectContaining({ walletPubkey: wallet, relays: ["wss://relay.example"] }),
    network: "tbs",
  });
  expect(refusal({ ...nwc, NWC_URL: "" }).message).toContain("needs NWC_URL");
  expect(refusal({ ...nwc, HOST: "0.0.0.0" }).code).toBe("tls_required");
  const wrong = refusal({ ...nwc, NWC_URL: nwc.NWC_URL.replace("wss", "ws") });
  expect(wrong.message).toContain("nostr+walletconnect://");
  expect(wrong.message).not.toContain(secret);
});
