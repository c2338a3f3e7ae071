import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Database } from "../storage/port.ts";
import { openSqlite } from "../storage/sqlite.ts";
import { createDoors } from "./doors.ts";
import { callerOf, createAccess, OPERATOR_OWNER, viewerOf } from "./identity.ts";
import { createKiosks } from "./kiosks.ts";
import { addressKey, createLimiter, createLimits } from "./limiter.ts";
import { createLogger, withoutSecrets } from "./logger.ts";
import { createCredentials } from "./macaroons/credentials.ts";
import { loadOperatorToken } from "./operator-token.ts";
import { createOwners } from "./owners.ts";
import { newSecret, sameSecret } from "./secret.ts";

let directory = "";
let database: Database;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "access-"));
  database = await openSqlite(directory);
});
afterEach(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

const OPERATOR = "o".repeat(43);
const access = () =>
  createAccess(
    OPERATOR,
    createOwners(database, Date.now),
    createKiosks(database, Date.now),
    createCredentials(database, Date.now),
  );

test("a secret is 256 bits, never the same twice, and is compared whole", () => {
  const secret = newSecret();
  expect(Buffer.from(secret, "base64url").length).toBe(32);
  expect(newSecret()).not.toBe(secret);
  expect(sameSecret(secret, secret)).toBe(true);
  expect(sameSecret(secret, `${secret}x`)).toBe(false);
  expect(sameSecret(secret, secret.slice(0, -1))).toBe(false);
});

test("each secret has one holder", async () => {
  const { owners, kiosks, holderOf } = access();
  const owner = await owners.create();
  const kiosk = await kiosks.create("hall");
  expect(await holderOf(OPERATOR)).toEqual({ role: "operator", ownerId: OPERATOR_OWNER });
  expect(await holderOf(owner.ownerToken)).toEqual({ role: "visitor", ownerId: owner.ownerId });
  expect(await holderOf(kiosk.token)).toEqual({ role: "kiosk", kioskId: kiosk.kioskId });
  expect(await holderOf(newSecret())).toBeUndefined();
  expect(await holderOf("")).toBeUndefined();
  expect(await holderOf("x".repeat(1000))).toBeUndefined();
});

test("an id is no secret, and no secret is stored", async () => {
  const { owners, kiosks, holderOf } = access();
  const owner = await owners.create();
  const kiosk = await kiosks.create("hall");
  expect(await holderOf(owner.ownerId)).toBeUndefined();
  expect(await holderOf(kiosk.kioskId)).toBeUndefined();
  const rows = await database.read(async (sql) => [
    ...(await sql.all("SELECT * FROM owner")),
    ...(await sql.all("SELECT * FROM kiosk")),
  ]);
  const stored = rows.flatMap((row) => Object.values(row as object)).join(" ");
  expect(stored).toContain(owner.ownerId);
  expect(stored).not.toContain(owner.ownerToken);
  expect(stored).not.toContain(kiosk.token);
});

test("a revoked kiosk is nobody", async () => {
  const { kiosks, holderOf } = access();
  const hall = await kiosks.create("hall");
  const door = await kiosks.create("door");
  expect(await kiosks.revoke(hall.kioskId)).toBe(true);
  expect(await kiosks.revoke(hall.kioskId)).toBe(false);
  expect(await holderOf(hall.token)).toBeUndefined();
  expect(await kiosks.list()).toEqual([{ kioskId: door.kioskId, label: "door" }]);
});

test("what each may do and see", () => {
  const ownerId = OPERATOR_OWNER;
  expect(callerOf({ role: "kiosk", kioskId: "k" })).toBeUndefined();
  expect(callerOf({ role: "visitor", ownerId })).toEqual({ role: "visitor", ownerId });
  expect(viewerOf(undefined)).toEqual({ sees: "public" });
  expect(viewerOf({ role: "kiosk", kioskId: "k" })).toEqual({ sees: "public" });
  expect(viewerOf({ role: "visitor", ownerId })).toEqual({ sees: "own", ownerId });
  expect(viewerOf({ role: "operator", ownerId })).toEqual({ sees: "everything", ownerId });
});

test("the operator's token is made once, kept for this user's eyes, and found again", async () => {
  const path = join(directory, "operator-token");
  const first = await loadOperatorToken(directory, undefined);
  expect(first).toMatchObject({ isNew: true, token: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) });
  await first.keep();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await loadOperatorToken(directory, undefined)).toMatchObject({ isNew: false, token: first.token });
  expect(await loadOperatorToken(directory, "given".repeat(8))).toMatchObject({
    isNew: false,
    token: "given".repeat(8),
  });
  expect(readFileSync(path, "utf8").trim()).toBe(first.token);
});

test("a token's file that holds none, or cannot be used, is refused by its path", async () => {
  writeFileSync(join(directory, "operator-token"), "short\n");
  await expect(loadOperatorToken(directory, undefined)).rejects.toMatchObject({
    code: "storage_unavailable",
    message: expect.stringContaining(join(directory, "operator-token")),
  });
  const nowhere = await loadOperatorToken(join(directory, "nowhere"), undefined);
  await expect(nowhere.keep()).rejects.toMatchObject({ code: "storage_unavailable" });
});

test.each([
  [{ host: "localhost:8080" }],
  [{ host: "LOCALHOST" }],
  [{ host: "tower.example:8080" }],
  [{ host: "[::1]:8080", origin: "http://[::1]:8080" }],
  [{ host: "localhost", origin: "http://localhost:5173" }],
  [{ host: "localhost", origin: "https://app.example" }],
])("%j is let in", (headers) => {
  const doors = createDoors(["localhost", "[::1]", "tower.example:8080"], ["https://app.example"]);
  expect(() => doors.check(headers)).not.toThrow();
});

test.each([
  [{}, /ALLOWED_HOSTS/],
  [{ host: "evil.example" }, /"evil.example".*ALLOWED_HOSTS/],
  [{ host: "tower.example:8081" }, /ALLOWED_HOSTS/],
  [{ host: "localhost.evil.example" }, /ALLOWED_HOSTS/],
  [{ host: "localhost", origin: "https://evil.example" }, /"https:\/\/evil.example".*ALLOWED_ORIGINS/],
  [{ host: "localhost", origin: "https://app.example:444" }, /ALLOWED_ORIGINS/],
  [{ host: "localhost", origin: "http://app.example" }, /ALLOWED_ORIGINS/],
  [{ host: "localhost", origin: "null" }, /ALLOWED_ORIGINS/],
  [{ host: "localhost", origin: "file://localhost" }, /ALLOWED_ORIGINS/],
  [{ host: "localhost", origin: "" }, /ALLOWED_ORIGINS/],
])("%j is not", (headers, sentence) => {
  const doors = createDoors(["localhost", "tower.example:8080"], ["https://app.example"]);
  expect(() => doors.check(headers)).toThrow(sentence);
});

test("a limiter lets so many through in any minute, and slides", () => {
  let now = 0;
  const limiter = createLimiter(10, 60_000, () => now);
  const taken = (count: number) =>
    Array.from({ length: count }, () => limiter.take("a")).filter(Boolean).length;
  expect(taken(12)).toBe(10);
  expect(limiter.take("b")).toBe(true);
  now = 59_999;
  expect(taken(5)).toBe(0);
  now = 90_000;
  expect(taken(12)).toBe(5);
  now = 120_000 + 60_000;
  expect(taken(12)).toBe(10);
});

test("owners are limited by themselves and by their address", () => {
  const limits = createLimits(() => 0, { intents: 2, perAddress: 3, owners: 1, recoveries: 1 });
  for (const owner of ["a", "a", "b"]) limits.intent(owner, "192.0.2.1");
  expect(() => limits.intent("a", "192.0.2.2")).toThrow(/More than 2 intents in a minute: /);
  expect(() => limits.intent("c", "::ffff:192.0.2.1")).toThrow(/More than 3 intents .* from this address/);
  limits.intent("d", "192.0.2.2");
  limits.newOwner("2001:db8::1");
  expect(() => limits.newOwner("2001:0db8:0:0:ffff::2")).toThrow(/Too many new visitors/);
  limits.recovery("2001:db8::1");
  expect(() => limits.recovery("2001:0db8:0:0:ffff::2")).toThrow(/Too many recovery codes/);
  limits.recovery("192.0.2.1");
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0db8:0001::", "2001:db8:1:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
])("%s counts as %s", (address, key) => expect(addressKey(address)).toBe(key));

test("the log holds no secret", () => {
  const lines: string[] = [];
  const log = createLogger("info", { write: (line) => lines.push(line) });
  const secret = newSecret();
  log.info({
    token: secret,
    body: { ownerToken: secret, deep: { paymentRequest: secret, macaroon: secret, credential: secret } },
    headers: { authorization: secret },
    req: {
      method: "GET",
      url: `/ws/matrix?token=${secret}&x=${secret}#${secret}`,
      headers: { authorization: secret },
      ip: "::1",
    },
  });
  expect(lines.join("")).not.toContain(secret);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    req: { method: "GET", url: "/ws/matrix?token=…&x=…", address: "::1" },
  });
  expect(withoutSecrets("/a/b")).toBe("/a/b");
});
