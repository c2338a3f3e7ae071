import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { CLIENT_EXAMPLES, TOWER_EXAMPLES } from "../protocol/examples.ts";
import { createLogger } from "./access/logger.ts";
import { parseConfig } from "./config.ts";
import { connectClient } from "./http/server-fixture.ts";
import { decodeInvoice } from "./lightning/bolt11/decode.ts";
import { startTower } from "./tower.ts";

/** Everything in a database, by table. */
function contentsOf(file: string): Record<string, readonly unknown[]> {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
      .all();
    return Object.fromEntries(
      tables.map(({ name }) => {
        const rows = database.prepare(`SELECT * FROM "${name}"`);
        rows.setReadBigInts(true);
        return [String(name), rows.all()];
      }),
    );
  } finally {
    database.close();
  }
}

/** A tower that has an unpaid job and an unpaid session, started anew once everything it keeps was looked at. */
async function open() {
  const dataDir = mkdtempSync(join(tmpdir(), "forged-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const config = parseConfig({
    PORT: "0",
    DATA_DIR: dataDir,
    TIME_ZONE: "UTC",
    PUBLIC_URL: "https://tower.example",
  });
  const logged: string[] = [];
  async function start() {
    const log = createLogger("trace", { write: (line) => logged.push(line) });
    const tower = await startTower(config, log, "/nonexistent");
    onTestFinished(tower.stop);
    const client = await connectClient(`${tower.address.replace("http", "ws")}/ws/matrix`);
    return { tower, client };
  }
  const first = await start();
  const { ownerToken = "" } = (await first.client.subscribe()) ?? {};
  first.client.send({
    type: "job_request",
    requestId: "r1",
    agentId: "alpha",
    request: "Summarise: spring.",
  });
  const { jobId } = await first.client.first("job_started");
  const { paymentRequest = "" } = await first.client.first("invoice_request");
  first.client.send({ type: "session_open", requestId: "r2", amountSats: 500 });
  const session = await first.client.first("session_state");
  await first.client.until((all) => all.filter(({ type }) => type === "accepted").length === 2);
  const hashes = [paymentRequest, session.paymentRequest ?? ""].map((one) => decodeInvoice(one).paymentHash);
  await first.tower.stop();
  const contents = () => {
    const tower = contentsOf(join(dataDir, "tower.db"));
    const meta = tower["meta"]?.filter((row) => (row as { key: string }).key !== "starts");
    return { tower: { ...tower, meta }, wallet: contentsOf(join(dataDir, "play-wallet.db")) };
  };
  const before = contents();
  const second = await start();
  await second.client.subscribe({ ownerToken });
  return {
    ...second,
    jobId,
    ownerToken,
    sessionId: session.sessionId,
    hashes,
    logged,
    /** Stops the tower, and with it all that was begun, and compares everything it keeps. */
    async expectNothingChanged(): Promise<void> {
      await second.tower.stop();
      expect(contents()).toEqual(before);
    },
    /** The preimage of an invoice that nobody has paid: nobody can know it, and here they do. */
    preimageOf(hash: string): string {
      const rows = before.wallet["invoice"] as { payment_hash: string; preimage: Uint8Array }[];
      const { preimage = new Uint8Array() } = rows.find(({ payment_hash }) => payment_hash === hash) ?? {};
      expect(createHash("sha256").update(preimage).digest("hex")).toBe(hash);
      return Buffer.from(preimage).toString("hex");
    },
  };
}
type Rig = Awaited<ReturnType<typeof open>>;

async function post({ tower }: Rig, path: string, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${tower.address}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  return { status: response.status, body: await response.text() };
}

test("a webhook that says so pays nothing, whatever it says", async () => {
  const rig = await open();
  for (const hash of rig.hashes) {
    const preimage = rig.preimageOf(hash);
    const payment = {
      payment_hash: hash,
      paid: true,
      status: "success",
      preimage,
      amount: 10_000,
      pending: false,
    };
    for (const body of [
      payment,
      JSON.stringify(payment),
      { type: "payment_received", paymentHash: hash, preimage },
    ])
      expect(await post(rig, "/api/hooks/payment", JSON.stringify(body))).toEqual({ status: 204, body: "" });
    const form = new URLSearchParams({
      type: "payment_received",
      paymentHash: hash,
      preimage,
      isPaid: "true",
    });
    expect(
      await post(rig, "/api/hooks/payment", String(form), {
        "content-type": "application/x-www-form-urlencoded",
        "x-phoenix-signature": createHash("sha256").update(String(form)).digest("hex"),
      }),
    ).toEqual({ status: 204, body: "" });
  }
  await rig.expectNothingChanged();
});

test("a client that states facts is refused each time, and nothing becomes true", async () => {
  const rig = await open();
  const { client, jobId, sessionId, hashes } = rig;
  const known: ReadonlySet<string> = new Set(Object.keys(CLIENT_EXAMPLES));
  const stated = Object.values(TOWER_EXAMPLES).filter(({ type }) => !known.has(type));
  const forged = [
    ...stated,
    { ...TOWER_EXAMPLES.invoice_settled, jobId, invoiceType: "eval", amountSats: 10, requestId: "f1" },
    { ...TOWER_EXAMPLES.job_completed, jobId, refundSats: 1_000 },
    { ...TOWER_EXAMPLES.session_state, sessionId, state: "active", balanceSats: 5_000 },
    {
      type: "pay_invoice",
      requestId: "f2",
      jobId,
      invoiceType: "eval",
      preimage: rig.preimageOf(hashes[0] ?? ""),
    },
    { type: "pay_invoice", requestId: "f3", jobId, invoiceType: "eval", from: "treasury" },
    { type: "session_pay", requestId: "f4", sessionId, paid: true },
    { type: "refund_claim", requestId: "f5", jobId },
  ];
  const refusals = () => client.received.filter(({ type }) => type === "error");
  for (const [index, message] of forged.entries()) {
    client.send(message);
    await client.until(() => refusals().length === index + 1);
  }
  const codes = refusals().map((message) => message.type === "error" && message.code);
  expect(codes.slice(0, stated.length + 3)).toEqual(Array(stated.length + 3).fill("not_an_intent"));
  expect(codes.slice(stated.length + 3)).toEqual(["bad_request", "forbidden", "bad_request", "nothing_owed"]);
  await rig.expectNothingChanged();
});

test("a preimage proves nothing, also the right one", async () => {
  const rig = await open();
  const { jobId, ownerToken, sessionId, hashes, logged } = rig;
  const preimages = hashes.map(rig.preimageOf);
  for (const preimage of [...preimages, "ab".repeat(32)]) {
    for (const scheme of ["L402", "LSAT", "Bearer"]) {
      const authorization = scheme === "Bearer" ? `Bearer ${preimage}` : `${scheme} AgJC:${preimage}`;
      const asked = await post(rig, "/api/jobs", JSON.stringify({ request: "Do it" }), { authorization });
      expect(asked).toMatchObject({ status: 401, body: expect.stringContaining('"unauthorized"') });
    }
    const asOwner = { authorization: `Bearer ${ownerToken}` };
    for (const [path, body] of [
      [`/api/jobs/${jobId}/refund`, { paymentRequest: preimage }],
      [`/api/jobs/${jobId}/refund`, { preimage }],
      [`/api/jobs/${jobId}/refund/lnurl`, {}],
      [`/api/sessions/${sessionId}/close/lnurl`, {}],
      ["/api/play/pay", { paymentRequest: preimage }],
    ] as const) {
      const { status } = await post(rig, path, JSON.stringify(body), asOwner);
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
    }
    const taken = await fetch(`${rig.tower.address}/lnurl/withdraw/callback?k1=${preimage}&pr=lnbcrt1`);
    expect(await taken.json()).toMatchObject({ status: "ERROR" });
  }
  await rig.expectNothingChanged();
  for (const preimage of preimages) expect(logged.join("")).not.toContain(preimage);
});
