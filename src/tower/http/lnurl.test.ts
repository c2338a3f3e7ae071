import { expect, test } from "vitest";
import { type JobId, type OwnerId, sessionId } from "../../protocol/ids.ts";
import { msat, sats } from "../../protocol/units.ts";
import { audit, IN_ORDER } from "../economy/testing/books.ts";
import { BERT, newRequestId, type TestOptions, visitor } from "../economy/testing/economy.ts";
import { createOutside } from "../economy/testing/outside.ts";
import { sessionsOf } from "../economy/testing/sessions.ts";
import { decodeLnurl } from "../lightning/lnurl/encode.ts";
import { outsideInvoice } from "../lightning/play/test-network.ts";
import type { ServerOptions } from "./server.ts";
import { openEconomyServer } from "./testing/economy-server.ts";

const TOWER = "https://tower.example";
const refused = (status: number, code: string) => ({
  status,
  body: { code, message: expect.stringMatching(/^\S.*[.:]$/s) },
});
/** What a wallet is told when it is refused: LUD-03 has no status but 200. */
const told = (reason: RegExp) => ({
  status: 200,
  body: { status: "ERROR", reason: expect.stringMatching(reason) },
});
const OK = { status: 200, body: { status: "OK" } };

/** A server that wallets reach, and an owner whose job owes it something. */
async function open(options: TestOptions = {}, overrides: Partial<ServerOptions> = { publicUrl: TOWER }) {
  const rig = await openEconomyServer(options, () => overrides);
  const { ask, server, tower } = rig;
  const { ownerId, ownerToken: token } = await server.access.owners.create();
  /** Asks as the owner. */
  const asOwner = (path: string) => ask("POST", path, { token });
  /** A new link, with the secret in it. */
  async function link(path: string) {
    const { status, body } = await asOwner(path);
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        lnurl: expect.stringMatching(/^LNURL1[0-9A-Z]+$/),
        expiresAt: new Date(tower.clock.now() + 600_000).toISOString(),
      },
    });
    const url = new URL(decodeLnurl(body.lnurl));
    expect(url.href).toMatch(/^https:\/\/tower\.example\/lnurl\/withdraw\?k1=[0-9a-f]{64}$/);
    return url.searchParams.get("k1") ?? "";
  }
  const wallet = (path: string) => ask("GET", path, { token: undefined });
  return {
    ...rig,
    ownerId,
    asOwner,
    link,
    offer: (k1: string) => wallet(`/lnurl/withdraw?k1=${k1}`),
    take: (k1: string, pr: string) => wallet(`/lnurl/withdraw/callback?k1=${k1}&pr=${pr}`),
    invoice: (amount: number) => tower.wallet.makePurseInvoice(BERT, sats(amount)).paymentRequest,
    purse: () => tower.wallet.purse(BERT).balance,
  };
}
type Rig = Awaited<ReturnType<typeof open>>;

/** A job of the owner's that is done and owes something back. */
async function owing({ tower, ownerId }: Rig): Promise<{ readonly id: JobId; readonly owedSats: number }> {
  const { jobId: id } = await tower.offered(ownerId);
  await tower.pay(ownerId, id, "work");
  const { owedSats } = await tower.until(id, ({ refund }) => refund === "owed");
  expect(owedSats).toBeGreaterThan(0);
  return { id, owedSats };
}

const dump = ({ tower }: Rig) =>
  tower.database.read(async (sql) => {
    const tables = await sql.all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'");
    const rows = tables.map(
      async ({ name }) => [name, await sql.all<object>(`SELECT * FROM ${name}`)] as const,
    );
    return Object.fromEntries(await Promise.all(rows));
  });

test("where the way of what is owed is not paid for, no link is made and no session closed for it", async () => {
  const rig = await open({
    isReal: true,
    wrap: { wallet: (wallet) => ({ ...wallet, leastFeeLimit: () => msat(4_000n) }) },
  });
  const sessions = sessionsOf(rig.tower, rig.ownerId);
  const { id } = await sessions.open(100);
  rig.tower.wallet.payFromPurse(rig.ownerId, (await sessions.now(id)).paymentRequest ?? "");
  await sessions.until(id, ({ state }) => state === "active");
  await rig.tower.economy.treasury.change({ dailyRoutingSats: sats(0) });
  expect(await rig.asOwner(`/api/sessions/${id}/close/lnurl`)).toMatchObject({
    status: 503,
    body: { code: "wallet_low", message: expect.stringContaining("ask its operator") },
  });
  expect(await sessions.now(id)).toMatchObject({ state: "active", balanceSats: 100 });
  await rig.tower.economy.treasury.change({ dailyRoutingSats: sats(4) });
  expect((await rig.offer(await rig.link(`/api/sessions/${id}/close/lnurl`))).body).toMatchObject({
    tag: "withdrawRequest",
    maxWithdrawable: 100_000,
  });
});

test("a refund is taken by whoever has the link: exactly what is owed, once", async () => {
  const rig = await open();
  const { id, owedSats } = await owing(rig);
  const k1 = await rig.link(`/api/jobs/${id}/refund/lnurl`);
  expect(await rig.offer(k1)).toEqual({
    status: 200,
    body: {
      tag: "withdrawRequest",
      callback: `${TOWER}/lnurl/withdraw/callback`,
      k1,
      defaultDescription: expect.stringMatching(/^Refund of job /),
      minWithdrawable: owedSats * 1000,
      maxWithdrawable: owedSats * 1000,
    },
  });
  const invoice = rig.invoice(owedSats);
  expect(await rig.take(k1, invoice)).toEqual(OK);
  await rig.tower.until(id, ({ refund }) => refund === "paid");
  expect(rig.purse()).toBe(10_000 + owedSats);

  const before = await dump(rig);
  // A wallet that did not hear the answer asks again.
  expect(await rig.take(k1, invoice)).toEqual(OK);
  expect(await rig.take(k1, rig.invoice(owedSats))).toEqual(told(/used already/));
  expect(await rig.offer(k1)).toEqual(told(/used already/));
  expect(await rig.asOwner(`/api/jobs/${id}/refund/lnurl`)).toEqual(refused(409, "nothing_owed"));
  expect(await dump(rig)).toEqual(before);
  expect(await audit(rig.tower)).toEqual(IN_ORDER);
});

test("what is refused leaves the link as it was", async () => {
  const rig = await open();
  const { id, owedSats } = await owing(rig);
  const k1 = await rig.link(`/api/jobs/${id}/refund/lnurl`);
  const { clock, economy } = rig.tower;
  const own = await economy.treasury.deposit(sats(owedSats));
  const before = await dump(rig);
  for (const [pr, reason] of [
    [rig.invoice(owedSats - 1), /exactly/],
    [rig.invoice(owedSats + 1), /exactly/],
    [outsideInvoice(sats(owedSats), clock.now() - 86_400_000), /expired/],
    [outsideInvoice(sats(owedSats), clock.now(), { network: "bc" }), /another Lightning network/],
    [outsideInvoice(sats(owedSats), clock.now(), { amount: null }), /names no amount/],
    [own.paymentRequest, /this tower's own/],
    ["lnbcrt1", /\S/],
    ["", /\S/],
  ] as const)
    expect([pr, await rig.take(k1, pr)]).toEqual([pr, told(reason)]);
  expect(await dump(rig)).toEqual(before);
  expect(await rig.take(k1, rig.invoice(owedSats))).toEqual(OK);
  await rig.tower.until(id, ({ refund }) => refund === "paid");
});

test("a new link makes the one before it worthless, and none lives longer than ten minutes", async () => {
  const rig = await open();
  const { id, owedSats } = await owing(rig);
  const path = `/api/jobs/${id}/refund/lnurl`;
  const old = await rig.link(path);
  const k1 = await rig.link(path);
  for (const worthless of [old, "0".repeat(64)]) {
    expect(await rig.offer(worthless)).toEqual(told(/not good/));
    expect(await rig.take(worthless, rig.invoice(owedSats))).toEqual(told(/not good/));
  }
  rig.tower.clock.advance(600_000);
  expect(await rig.offer(k1)).toMatchObject({ body: { tag: "withdrawRequest" } });
  rig.tower.clock.advance(1);
  expect(await rig.offer(k1)).toEqual(told(/not good/));
  expect(await rig.take(k1, rig.invoice(owedSats))).toEqual(told(/not good/));
  expect(rig.purse()).toBe(10_000);
});

test("a link that many take at once is taken by one, before anything is paid", async () => {
  const outside = createOutside();
  const rig = await open({ outside });
  const { id, owedSats } = await owing(rig);
  const k1 = await rig.link(`/api/jobs/${id}/refund/lnurl`);
  outside.payouts = "never sent";
  const invoices = Array.from({ length: 8 }, () => rig.invoice(owedSats));
  const answers = await Promise.all(invoices.map((pr) => rig.take(k1, pr)));
  expect(answers.filter(({ body }) => body.status === "OK").length).toBe(1);
  expect(answers.filter(({ body }) => body.status === "ERROR").length).toBe(7);
  // Nothing went out, and still it is taken: the claim stands in the books, and an owner's own finds it there.
  await rig.tower.until(id, ({ refund }) => refund === "unknown");
  expect(await rig.asOwner(`/api/jobs/${id}/refund/lnurl`)).toEqual(refused(409, "payout_in_flight"));
  expect(await rig.take(k1, rig.invoice(owedSats))).toEqual(told(/used already/));
  const effects = await rig.tower.database.read((sql) =>
    sql.all<{ key: string }>("SELECT key FROM effect WHERE kind = 'payout'"),
  );
  expect(effects.map(({ key }) => key)).toEqual([expect.stringMatching(/^payout:[0-9a-f]{64}$/)]);
});

test("what was claimed otherwise is not there to be taken", async () => {
  const rig = await open();
  const { id, owedSats } = await owing(rig);
  const k1 = await rig.link(`/api/jobs/${id}/refund/lnurl`);
  await rig.tower.claim(rig.ownerId, id);
  await rig.tower.until(id, ({ refund }) => refund === "paid");
  expect(await rig.offer(k1)).toEqual(told(/paid already/));
  expect(await rig.take(k1, rig.invoice(owedSats))).toEqual(told(/paid already/));
  expect(await audit(rig.tower)).toEqual(IN_ORDER);
});

async function openSession({ tower }: Rig, ownerId: OwnerId, amount: number) {
  const { economy } = tower;
  const requestId = newRequestId();
  const { sessionId: id = sessionId("none") } = await economy.perform(visitor(ownerId), {
    type: "session_open",
    requestId,
    amountSats: sats(amount),
  });
  await economy.perform(visitor(ownerId), { type: "session_pay", requestId: newRequestId(), sessionId: id });
  return id;
}

test("what is left of a session is taken by a link, which closes it", async () => {
  const rig = await open();
  const id = await openSession(rig, rig.ownerId, 500);
  const k1 = await rig.link(`/api/sessions/${id}/close/lnurl`);
  expect(await rig.tower.economy.session(id)).toMatchObject({
    state: "closed",
    owedSats: 500,
    refund: "owed",
  });
  expect(await rig.offer(k1)).toMatchObject({ body: { minWithdrawable: 500_000, maxWithdrawable: 500_000 } });
  expect(await rig.take(k1, rig.invoice(499))).toEqual(told(/exactly/));
  expect(await rig.take(k1, rig.invoice(500))).toEqual(OK);
  await rig.tower.economy.waitForSession(id, ({ refund }) => refund === "paid", AbortSignal.timeout(5_000));
  expect(rig.purse()).toBe(10_500);
  expect(await rig.asOwner(`/api/sessions/${id}/close/lnurl`)).toEqual(refused(409, "nothing_owed"));
  expect(await audit(rig.tower)).toEqual(IN_ORDER);
});

test("a link to a session that somebody else has recovered since is worth nothing", async () => {
  const rig = await open();
  const { economy } = rig.tower;
  const { sessionId: id = sessionId("none"), secret } = await economy.perform(visitor(rig.ownerId), {
    type: "session_open",
    requestId: newRequestId(),
    amountSats: sats(500),
  });
  await economy.perform(visitor(rig.ownerId), {
    type: "session_pay",
    requestId: newRequestId(),
    sessionId: id,
  });
  const k1 = await rig.link(`/api/sessions/${id}/close/lnurl`);
  const recoveryCode = secret?.recoveryCode ?? "";
  await economy.perform(visitor(BERT), { type: "session_recover", requestId: newRequestId(), recoveryCode });
  expect(await rig.offer(k1)).toEqual(told(/somebody else/));
  expect(await rig.take(k1, rig.invoice(500))).toEqual(told(/somebody else/));
  expect(rig.purse()).toBe(10_000);
});

test("links that are long over are forgotten with the next one", async () => {
  const rig = await open();
  const links = () => rig.tower.database.read((sql) => sql.all("SELECT subject_id FROM withdraw_link"));
  const [first, second] = [await owing(rig), await owing(rig)];
  await rig.link(`/api/jobs/${first.id}/refund/lnurl`);
  rig.tower.clock.advance(600_000 + 86_400_000);
  await rig.link(`/api/jobs/${second.id}/refund/lnurl`);
  expect(await links()).toHaveLength(2);
  rig.tower.clock.advance(1);
  await rig.link(`/api/jobs/${second.id}/refund/lnurl`);
  expect(await links()).toEqual([{ subject_id: second.id }]);
});

test("a tower that goes down makes no links and takes none", async () => {
  const rig = await open();
  const { id, owedSats } = await owing(rig);
  const k1 = await rig.link(`/api/jobs/${id}/refund/lnurl`);
  const pr = rig.invoice(owedSats);
  await rig.tower.economy.drain();
  const before = await dump(rig);
  expect(await rig.asOwner(`/api/jobs/${id}/refund/lnurl`)).toEqual(refused(503, "draining"));
  expect(await rig.take(k1, pr)).toEqual(told(/going down/));
  expect(await dump(rig)).toEqual(before);
});

test("a link is for the owner alone to ask for, and for what there is", async () => {
  const rig = await open();
  const { id } = await owing(rig);
  const session = await openSession(rig, rig.ownerId, 500);
  const { ownerToken } = await rig.server.access.owners.create();
  const kiosk = await rig.server.access.kiosks.create("hall");
  const before = await dump(rig);
  for (const path of [`/api/jobs/${id}/refund/lnurl`, `/api/sessions/${session}/close/lnurl`]) {
    expect(await rig.ask("POST", path, { token: undefined })).toEqual(refused(401, "unauthorized"));
    expect(await rig.ask("POST", path, { token: kiosk.token })).toEqual(refused(403, "read_only"));
    expect(await rig.ask("POST", path, { token: ownerToken })).toEqual(refused(403, "forbidden"));
    expect(await rig.ask("POST", path)).toEqual(refused(403, "forbidden"));
  }
  expect(await rig.asOwner("/api/jobs/none/refund/lnurl")).toEqual(refused(404, "unknown_job"));
  expect(await rig.asOwner("/api/sessions/none/close/lnurl")).toEqual(refused(404, "unknown_session"));
  expect(await dump(rig)).toEqual(before);
});

test("too little to go out over Lightning is refused when the link is asked for", async () => {
  const outside = createOutside();
  const rig = await open({
    outside,
    wrap: { wallet: (wallet) => Object.assign({}, wallet, { kind: "lnbits" } as object) },
  });
  const id = await rig.tower.request(rig.ownerId);
  const [row] = await rig.tower.database.read((sql) =>
    sql.all<{ payment_hash: string }>("SELECT payment_hash FROM invoice"),
  );
  outside.pay(row?.payment_hash ?? "", { amount: msat(12_000n), at: rig.tower.clock.now() });
  await rig.tower.economy.reconcile(row?.payment_hash ?? "");
  await rig.tower.until(id, ({ owedSats, workInvoice }) => owedSats === 2 && workInvoice !== undefined);
  const before = await dump(rig);
  expect(await rig.asOwner(`/api/jobs/${id}/refund/lnurl`)).toEqual(refused(409, "below_minimum"));
  expect(await dump(rig)).toEqual(before);
});

test("a tower that no wallet reaches says so", async () => {
  const rig = await open({}, {});
  const { id } = await owing(rig);
  expect(await rig.asOwner(`/api/jobs/${id}/refund/lnurl`)).toEqual({
    status: 501,
    body: { code: "unsupported", message: expect.stringContaining("PUBLIC_URL") },
  });
  expect(await rig.offer("0".repeat(64))).toEqual(told(/PUBLIC_URL/));
  expect(await rig.take("0".repeat(64), "lnbcrt1")).toEqual(told(/PUBLIC_URL/));
});

test("wallets are told what is wrong in their way: malformed, too often, broken inside; HEAD does nothing", async () => {
  const rig = await open({}, { publicUrl: TOWER, requestsPerMinute: 8 });
  const { id, owedSats } = await owing(rig);
  const k1 = await rig.link(`/api/jobs/${id}/refund/lnurl`);
  for (const path of ["/lnurl/withdraw", "/lnurl/withdraw?k1=x", `/lnurl/withdraw?k1=${k1}&k1=${k1}`])
    expect(await rig.ask("GET", path, { token: undefined })).toEqual(told(/k1/));
  expect(await rig.ask("GET", `/lnurl/withdraw/callback?k1=${k1}`, { token: undefined })).toEqual(told(/pr/));
  const url = `${rig.server.origin}/lnurl/withdraw/callback?k1=${k1}&pr=${rig.invoice(owedSats)}`;
  expect((await fetch(url, { method: "HEAD" })).status).toBe(404);
  expect(rig.purse()).toBe(10_000);
  rig.tower.economy.withdrawLinks.claim = () => Promise.reject(new Error("inner workings"));
  const broken = await rig.take(k1, rig.invoice(owedSats));
  expect(broken).toEqual(told(/^The tower failed at this/));
  for (let n = 0; n < 3; n += 1)
    expect(await rig.offer(k1)).toMatchObject({ body: { tag: "withdrawRequest" } });
  expect(await rig.offer(k1)).toEqual(told(/^Too many requests/));
  expect(rig.server.logged.join("")).toContain("inner workings");
});

test("a link's secret is in no log and in no table, whatever is done with it", async () => {
  const rig = await open();
  const { id, owedSats } = await owing(rig);
  const k1 = await rig.link(`/api/jobs/${id}/refund/lnurl`);
  const { claim } = rig.tower.economy.withdrawLinks;
  rig.tower.economy.withdrawLinks.claim = () => Promise.reject(new Error("inner workings"));
  await rig.take(k1, rig.invoice(owedSats));
  rig.tower.economy.withdrawLinks.claim = claim;
  await rig.offer(k1);
  await rig.take(k1, rig.invoice(owedSats + 1));
  await rig.take(k1, rig.invoice(owedSats));
  await rig.tower.until(id, ({ refund }) => refund === "paid");
  const log = rig.server.logged.join("");
  expect(log).toContain("/lnurl/withdraw/callback?k1=…&pr=…");
  expect(log).not.toContain(k1);
  expect(JSON.stringify(rig.tower.failures)).not.toContain(k1);
  const kept = JSON.stringify(await dump(rig), (_key, value) =>
    typeof value === "bigint" ? `${value}` : value,
  );
  expect(kept).not.toContain(k1);
  expect(kept).toContain("k1_hash");
});
