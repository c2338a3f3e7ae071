import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { newMacaroon } from "macaroon";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { agentId } from "../../../protocol/ids.ts";
import { sats } from "../../../protocol/units.ts";
import type { Database } from "../../storage/port.ts";
import { openSqlite } from "../../storage/sqlite.ts";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";
import { toBinary } from "./binary.ts";
import { mintCredential, type NewCredential, revokeCredentials, verifyCredential } from "./credentials.ts";
import { addCaveats, readMacaroon, writeMacaroon } from "./macaroon.ts";
import vectors from "./vectors.json" with { type: "json" };

const NOW = Date.UTC(2026, 0, 1);
const HASH = "5a".repeat(32);

let database: Database;
beforeEach(async () => {
  const opened = await openSqlite(temporaryDirectory());
  database = opened;
  onTestFinished(() => opened.close());
});

const mint = (changes: Partial<NewCredential> = {}): Promise<string> =>
  database.transaction((sql) =>
    mintCredential(sql, {
      kind: "session",
      subjectId: "session_1",
      paymentHash: HASH,
      now: NOW,
      ...changes,
    }),
  );
const verify = (text: string, now = NOW) => database.read((sql) => verifyCredential(sql, text, now));
const revoke = (subjectId: string) =>
  database.transaction((sql) => revokeCredentials(sql, subjectId, NOW + 1));

const REFUSED = {
  name: "RefusalError",
  code: "unauthorized",
  message: "This tower does not take the credential: ask for a new one.",
};

test("a credential grants what it was made for", async () => {
  const text = await mint({ kind: "l402", subjectId: "credit_7", caveats: ["max_sats=500"] });
  expect(await verify(text)).toEqual({
    tokenId: readMacaroon(text)?.identifier.tokenId,
    kind: "l402",
    subjectId: "credit_7",
    paymentHash: HASH,
    limits: { maxSats: sats(500) },
  });
});

test("its holder narrows it without asking the tower", async () => {
  const narrower = addCaveats(await mint({ caveats: ["max_sats=500"] }), ["agents=alpha", "max_sats=9000"]);
  expect((await verify(narrower)).limits).toEqual({ maxSats: sats(500), agents: [agentId("alpha")] });
});

test("each credential has a token and a root key of its own, and its text is not stored", async () => {
  const texts = [await mint(), await mint()];
  const rows = await database.read((sql) =>
    sql.all<Record<string, unknown>>("SELECT * FROM macaroon ORDER BY rowid"),
  );
  expect(rows).toEqual(
    texts.map((text) => ({
      token_id: readMacaroon(text)?.identifier.tokenId,
      kind: "session",
      subject_id: "session_1",
      payment_hash: HASH,
      root_key: expect.stringMatching(/^[0-9a-f]{64}$/),
      created_at_ms: BigInt(NOW),
      revoked_at_ms: null,
    })),
  );
  expect(new Set(rows.flatMap((row) => [row["token_id"], row["root_key"]])).size).toBe(4);
});

test("revoking takes all of a subject's credentials and nobody else's, narrowed ones too", async () => {
  const mine = [await mint(), await mint()];
  const narrower = addCaveats(mine[0] ?? "", ["actions=read"]);
  const other = await mint({ subjectId: "session_2" });
  await revoke("session_1");
  for (const text of [...mine, narrower]) await expect(verify(text)).rejects.toMatchObject(REFUSED);
  expect((await verify(other)).subjectId).toBe("session_2");
  const next = await mint();
  expect((await verify(next)).subjectId).toBe("session_1");
});

test("a second revocation leaves the time of the first", async () => {
  await mint();
  await revoke("session_1");
  await database.transaction((sql) => revokeCredentials(sql, "session_1", NOW + 1_000));
  const rows = await database.read((sql) => sql.all("SELECT revoked_at_ms FROM macaroon"));
  expect(rows).toEqual([{ revoked_at_ms: BigInt(NOW + 1) }]);
});

test("it expires to the millisecond", async () => {
  const text = await mint({ caveats: [`expires_at=${NOW / 1000 + 60}`] });
  expect((await verify(text, NOW + 59_999)).limits).toEqual({ expiresAtMs: NOW + 60_000 });
  await expect(verify(text, NOW + 60_000)).rejects.toMatchObject(REFUSED);
});

test("whatever is wrong, the refusal is the same and says nothing of what was sent", async () => {
  const text = await mint();
  const read = readMacaroon(text);
  if (read === undefined) throw new Error("a credential can be read");
  const wrong = [
    "",
    "nonsense",
    text.slice(0, -8),
    // The right identifier, another root key.
    writeMacaroon(randomBytes(32), read.identifier, []),
    // A token that nobody was given.
    writeMacaroon(randomBytes(32), { ...read.identifier, tokenId: "00".repeat(32) }, []),
    addCaveats(text, ["expires_at=1"]),
  ];
  for (const sent of wrong) await expect(verify(sent)).rejects.toMatchObject(REFUSED);
});

test("a caveat that the tower does not know refuses, however well it is signed", async () => {
  const vector = vectors.find(({ caveats }) => caveats.length === 0);
  if (vector === undefined) throw new Error("there is a vector without caveats");
  const rootKey = Buffer.from(vector.rootKey, "hex");
  await database.transaction((sql) =>
    sql.run(
      "INSERT INTO macaroon VALUES (?, 'l402', 'credit_1', ?, ?, ?, NULL)",
      vector.tokenId,
      vector.paymentHash,
      vector.rootKey,
      NOW,
    ),
  );
  expect(await verify(vector.text)).toEqual({
    tokenId: vector.tokenId,
    kind: "l402",
    subjectId: "credit_1",
    paymentHash: vector.paymentHash,
    limits: {},
  });
  const macaroon = newMacaroon({
    rootKey,
    identifier: Buffer.from(`0000${vector.paymentHash}${vector.tokenId}`, "hex"),
  });
  macaroon.addFirstPartyCaveat("services=other:0");
  const text = toBinary(macaroon).toString("base64");
  expect(readMacaroon(text)?.isSignedWith(rootKey)).toBe(true);
  await expect(verify(text)).rejects.toMatchObject(REFUSED);
});

test("caveats that no credential can have are not minted, and leave nothing", async () => {
  await expect(mint({ caveats: ["colour=red"] })).rejects.toMatchObject({ code: "bad_request" });
  await expect(mint({ paymentHash: "5a" })).rejects.toThrow(RangeError);
  expect(await database.read((sql) => sql.all("SELECT * FROM macaroon"))).toEqual([]);
});

test("any text is refused with the one refusal", async () => {
  const text = await mint();
  const bytes = Buffer.from(text, "base64");
  const sent = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.uint8Array({ maxLength: 200 }).map((some) => Buffer.from(some).toString("base64")),
    fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })).map(([place, change]) => {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] ?? 0) ^ change;
      return changed.toString("base64");
    }),
  );
  await fc.assert(
    fc.asyncProperty(sent, async (some) => {
      await expect(verify(some)).rejects.toMatchObject(REFUSED);
    }),
    { numRuns: 500 },
  );
  expect((await verify(text)).subjectId).toBe("session_1");
});
