import { expect, onTestFinished, test } from "vitest";
import { requestId } from "../../protocol/ids.ts";
import { verifyCredential } from "../access/macaroons/credentials.ts";
import { audit, IN_ORDER } from "./testing/books.ts";
import { createTestBrain } from "./testing/brain.ts";
import { createTestClock } from "./testing/clock.ts";
import { createMortal } from "./testing/crash.ts";
import { testDirectory } from "./testing/directory.ts";
import { ANNA, BERT, openTestEconomy, type TestEconomy } from "./testing/economy.ts";
import { opened } from "./testing/opened.ts";
import { sessionsOf } from "./testing/sessions.ts";

const granted = (tower: TestEconomy, macaroon: string) =>
  tower.database.read((sql) => verifyCredential(sql, macaroon, tower.clock.now()));

test("a recovery code makes a session somebody else's, and the old code and macaroon worthless", async () => {
  const tower = await opened();
  const [anna, bert] = [sessionsOf(tower, ANNA), sessionsOf(tower, BERT)];
  const { id, secret } = await anna.open(1000);
  await anna.pay(id);
  const jobId = await anna.ask(id);
  const { macaroon = "", recoveryCode = "" } = secret ?? {};
  expect(await granted(tower, macaroon)).toMatchObject({ kind: "session", subjectId: id });

  await expect(bert.recover("aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aa")).rejects.toMatchObject({
    code: "unauthorized",
  });
  const recovered = await bert.recover(recoveryCode);
  expect(recovered).toEqual({
    sessionId: id,
    secret: { macaroon: expect.any(String), recoveryCode: expect.stringMatching(/^[a-z2-7-]{32}$/) },
  });
  const next = recovered.secret;
  expect(next?.recoveryCode).not.toBe(recoveryCode);
  await expect(granted(tower, macaroon)).rejects.toMatchObject({ code: "unauthorized" });
  expect(await granted(tower, next?.macaroon ?? "")).toMatchObject({ kind: "session", subjectId: id });
  await expect(anna.recover(recoveryCode)).rejects.toMatchObject({ code: "unauthorized" });

  // What was asked before is still its old owner's to read, and what is left of it the session's.
  await tower.until(jobId, ({ phase }) => phase === "closed");
  expect(await tower.economy.job(jobId)).toMatchObject({ ownerId: ANNA, refund: "credited" });
  expect(await anna.now(id)).toMatchObject({ ownerId: BERT, balanceSats: 780, reservedSats: 0 });
  await expect(anna.close(id)).rejects.toMatchObject({ code: "forbidden" });
  await bert.done(id);
  await bert.close(id);
  await bert.until(id, ({ refund }) => refund === "paid");
  expect([tower.wallet.purse(ANNA).balance, tower.wallet.purse(BERT).balance]).toEqual([9_000, 10_560]);
  expect(await audit(tower)).toEqual(IN_ORDER);
});

test("a code is taken as people write it down, by its own owner too, and what is owed comes with the session", async () => {
  const tower = await opened();
  const anna = sessionsOf(tower, ANNA);
  const { id, secret } = await anna.open(500);
  await anna.pay(id);
  tower.clock.advance(86_400_000);
  await anna.until(id, ({ state }) => state === "expired");
  await anna.recover((secret?.recoveryCode ?? "").replaceAll("-", ""));
  expect(await anna.now(id)).toMatchObject({
    state: "expired",
    owedSats: 500,
    refund: "owed",
    ownerId: ANNA,
  });
});

test("a recovery is done once per request id, and its secret shown once", async () => {
  const tower = await opened();
  const { secret } = await sessionsOf(tower, ANNA).open(500);
  const bert = sessionsOf(tower, BERT);
  const code = secret?.recoveryCode ?? "";
  const first = await bert.recover(code, requestId("again"));
  expect(await bert.recover(code, requestId("again"))).toEqual({ sessionId: first.sessionId });
});

test("neither the code nor the macaroon is anywhere in the database", async () => {
  const tower = await opened();
  const { secret } = await sessionsOf(tower, ANNA).open(500);
  const dump = await tower.database.read(async (sql) => {
    const tables = await sql.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'");
    const rows = await Promise.all(tables.map(({ name }) => sql.all(`SELECT * FROM "${name}"`)));
    return JSON.stringify(rows, (_, value) => (typeof value === "bigint" ? String(value) : value));
  });
  expect(dump).toContain("awaiting_payment");
  expect(dump).not.toContain(secret?.recoveryCode);
  expect(dump).not.toContain(secret?.recoveryCode.replaceAll("-", ""));
  expect(dump).not.toContain(secret?.macaroon);
});

test("a session, and what is set aside of it, are as they were after a restart", async () => {
  const directory = testDirectory();
  const clock = createTestClock();
  const brain = createTestBrain();
  brain.behaviour = { execute: "hang" };
  const first = await openTestEconomy(directory, { clock, brain });
  const id = await sessionsOf(first, ANNA).paid(1000);
  const jobId = await sessionsOf(first, ANNA).ask(id);
  await first.until(jobId, ({ phase }) => phase === "executing");
  const before = await sessionsOf(first, ANNA).now(id);
  expect(before).toMatchObject({ balanceSats: 710, reservedSats: 280 });
  await first.close();
  brain.behaviour = {};
  const second = await openTestEconomy(directory, { clock, brain });
  onTestFinished(() => second.close());
  await second.until(jobId, ({ phase }) => phase === "closed");
  expect(await sessionsOf(second, ANNA).now(id)).toEqual({ ...before, balanceSats: 780, reservedSats: 0 });
  // Nothing of its life was lost: it ends a day after the last thing that happened in it.
  clock.advance(86_400_000);
  expect(await sessionsOf(second, ANNA).until(id, ({ state }) => state === "expired")).toMatchObject({
    owedSats: 780,
  });
});

test("a session whose day ended while the tower was down is over at the next start, and its late deposit is found", async () => {
  const directory = testDirectory();
  const clock = createTestClock();
  const first = await openTestEconomy(directory, { clock });
  const anna = sessionsOf(first, ANNA);
  const [idle, unpaid] = [await anna.paid(300), (await anna.open(400)).id];
  const deposit = (await anna.now(unpaid)).paymentRequest ?? "";
  await first.close();
  clock.advance(2 * 86_400_000);
  const second = await openTestEconomy(directory, { clock });
  onTestFinished(() => second.close());
  const later = sessionsOf(second, ANNA);
  expect(await later.until(idle, ({ state }) => state === "expired")).toMatchObject({ owedSats: 300 });
  expect(await later.until(unpaid, ({ state }) => state === "expired")).toMatchObject({ owedSats: 0 });
  expect(() => second.wallet.payFromPurse(ANNA, deposit)).toThrow(
    expect.objectContaining({ code: "invoice_expired" }),
  );
});

test("a deposit that was paid as the tower died is done when it is asked for again, and no other invoice is paid", async () => {
  const directory = testDirectory();
  const clock = createTestClock();
  const mortal = createMortal("after paying", createTestBrain());
  let raw: { abandon(): Promise<void> } | undefined;
  const first = await openTestEconomy(directory, {
    ...mortal.options,
    clock,
    opened: (handles) => {
      raw = handles;
    },
  });
  const anna = sessionsOf(first, ANNA);
  const { id } = await anna.open(300);
  anna.pay(id, requestId("pay")).catch(() => undefined);
  expect(await mortal.died).toBe("after paying");
  await raw?.abandon();
  clock.forgetTimers();
  const second = await openTestEconomy(directory, { clock });
  onTestFinished(() => second.close());
  const again = sessionsOf(second, ANNA);
  expect(await again.now(id)).toMatchObject({ state: "active", balanceSats: 300 });
  await again.topUp(id, 200);
  await again.pay(id, requestId("pay"));
  expect(await again.now(id)).toMatchObject({ balanceSats: 300, amountSats: 200 });
  expect(second.wallet.purse(ANNA).balance).toBe(9_700);
});
