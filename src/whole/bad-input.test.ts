import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MAX_FRAME_BYTES } from "../protocol/limits.ts";
import { msat, sats, toMsat } from "../protocol/units.ts";
import { encodeInvoice } from "../tower/lightning/bolt11/encode.ts";
import examples from "../tower/lightning/bolt11/examples.json" with { type: "json" };
import { INVOICE_DEFAULTS, type InvoiceDraft } from "../tower/lightning/bolt11/invoice.ts";
import { ALL_ZERO, readBooks } from "./books.ts";
import { type Ask, createClient, http, type MatrixClient } from "./client.ts";
import { createJobRun, REQUEST } from "./job-run.ts";
import { newSite, temporarySite } from "./site.ts";
import type { TowerProcess } from "./tower-process.ts";

// What nobody should send, through both doors: each is refused with its own code, and nothing is lost by it: the job that it was
// about is finished afterwards, and the books add up.

const site = temporarySite();
let tower: TowerProcess;
beforeAll(async () => {
  tower = await site.start();
});
afterAll(() => site.close());

const newClient = async (): Promise<MatrixClient> => {
  const client = createClient(() => tower.address);
  await client.connect();
  return client;
};
const post = (path: string, token: string | undefined, body: unknown, headers: Record<string, string> = {}) =>
  http(tower.address, "POST", path, { token, body, headers });

/** The code that a refusal bears, at either door; what was not refused says so. */
const socketCode = async (client: MatrixClient, intent: Ask): Promise<string> => {
  const answer = await client.ask(intent);
  return answer.type === "error" ? answer.code : "accepted";
};
const httpCode = async (
  path: string,
  token: string | undefined,
  body: unknown,
  headers?: Record<string, string>,
): Promise<string> => {
  const { status, body: answer } = await post(path, token, body, headers);
  return `${status} ${String(answer["code"] ?? "accepted")}`;
};

/** An invoice that somebody's own node might sign. */
const foreign = (draft: Partial<InvoiceDraft>): string =>
  encodeInvoice(
    {
      ...INVOICE_DEFAULTS,
      network: "bcrt",
      amount: toMsat(sats(10)),
      timestamp: Math.floor(Date.now() / 1000),
      paymentHash: randomBytes(32).toString("hex"),
      paymentSecret: randomBytes(32).toString("hex"),
      description: { text: "Somebody else's" },
      ...draft,
    },
    randomBytes(32),
  );
const MAINNET =
  examples.valid.find(({ paymentRequest }) => paymentRequest.startsWith("lnbc2500u"))?.paymentRequest ?? "";

describe("requests", () => {
  test.each([
    ["empty", "", "bad_request"],
    ["blank", " \n\t ", "bad_request"],
    ["of 501 characters", "a".repeat(501), "bad_request"],
    ["with a null character", "Summarise: a\u0000b", "bad_request"],
    ["with an escape character", "Summarise: \u001b[31mred", "bad_request"],
    ["with half a surrogate pair", "Summarise: \ud800", "bad_request"],
  ])("%s", async (_name, request, code) => {
    const client = await newClient();
    expect(await socketCode(client, { type: "job_request", agentId: "alpha", request })).toBe(code);
    expect(await httpCode("/api/jobs", undefined, { request })).toBe(`400 ${code}`);
    expect(client.facts()).toEqual([]);
  });

  test("to an agent that does not exist, from nobody, with a secret that is not ours", async () => {
    const client = await newClient();
    const ask = { type: "job_request", agentId: "omega", request: REQUEST } as const;
    expect(await socketCode(client, ask)).toBe("unknown_agent");
    expect(await httpCode("/api/jobs", undefined, { request: REQUEST, agentId: "omega" })).toBe(
      "404 unknown_agent",
    );
    expect(await httpCode("/api/jobs", "x".repeat(43), { request: REQUEST })).toBe("401 unauthorized");
    await expect(createClient(() => tower.address).connect({ token: "y".repeat(43) })).rejects.toThrow(
      "unauthorized",
    );
    const silent = createClient(() => tower.address);
    await silent.open();
    expect(await socketCode(silent, { ...ask, agentId: "alpha" })).toBe("read_only");
  });
});

describe("frames and bodies", () => {
  test("what is no intent is answered, and too large a frame ends the connection", async () => {
    const client = await newClient();
    const codeOf = async (frame: string | Uint8Array): Promise<string> => {
      const from = client.received.length;
      client.sendRaw(frame);
      const error = await client.until(() =>
        client.received.slice(from).find((message) => message.type === "error"),
      );
      return error.code;
    };
    expect(await codeOf("{")).toBe("bad_frame");
    expect(await codeOf("[]")).toBe("bad_frame");
    expect(await codeOf("null")).toBe("bad_frame");
    expect(await codeOf(new Uint8Array([1, 2, 3]))).toBe("bad_frame");
    expect(await codeOf('{"type":"make_me_rich","requestId":"r"}')).toBe("unknown_type");
    expect(await codeOf('{"type":"toString"}')).toBe("unknown_type");
    expect(await codeOf('{"type":"__proto__"}')).toBe("unknown_type");
    // What only a tower says.
    expect(await codeOf('{"type":"invoice_settled","jobId":"j","invoiceType":"eval"}')).toBe("not_an_intent");
    expect(await codeOf('{"type":"connection","status":"connected","agents":[]}')).toBe("not_an_intent");
    expect(
      await codeOf('{"type":"job_request","requestId":"r","agentId":"alpha","request":"x","free":true}'),
    ).toBe("bad_request");

    const frame = (bytes: number): string => {
      const head = '{"type":"job_request","requestId":"big","agentId":"alpha","request":"';
      return `${head}${"a".repeat(bytes - head.length - 2)}"}`;
    };
    expect(await codeOf(frame(MAX_FRAME_BYTES))).toBe("bad_request");
    expect(await codeOf(frame(MAX_FRAME_BYTES + 1))).toBe("frame_too_large");
    expect(await client.closed()).toEqual({
      code: 4004,
      reason: "A frame was longer than 64 KiB: send shorter ones.",
    });
  });

  test("over HTTP", async () => {
    expect(await httpCode("/api/jobs", undefined, "{")).toBe("400 bad_request");
    expect(await httpCode("/api/jobs", undefined, "[]")).toBe("400 bad_request");
    expect(await httpCode("/api/jobs", undefined, { request: REQUEST, free: true })).toBe("400 bad_request");
    expect(await httpCode("/api/jobs", undefined, { request: "a".repeat(MAX_FRAME_BYTES) })).toBe(
      "413 frame_too_large",
    );
    expect(await httpCode("/api/jobs", undefined, "request=x", { "content-type": "text/plain" })).toBe(
      "415 unsupported_media_type",
    );
    expect(await http(tower.address, "GET", "/api/jobs/nothing")).toMatchObject({
      status: 404,
      body: { code: "unknown_job" },
    });
    expect(await http(tower.address, "GET", "/api/nothing")).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
  });

  test.each([
    ["of another log", (epoch: string) => ({ epoch: `${epoch}x`, seq: 0 })],
    ["from the future", (epoch: string) => ({ epoch, seq: 1_000_000 })],
  ])("a place in the log that is %s gets a whole snapshot", async (_name, since) => {
    const before = await newClient();
    const place = before.place();
    const client = createClient(() => tower.address);
    expect(await client.connect({ since: since(place?.epoch ?? "") })).toMatchObject({ mode: "snapshot" });
    await client.until(() =>
      client.received.find((message) => message.type === "snapshot_part" && message.last),
    );
  });
});

describe("payments and refunds", () => {
  test("what may not be paid is refused, paying at the same instant pays once, and the job goes on to its refund", async () => {
    const client = await newClient();
    const token = client.ownerToken();
    const other = await newClient();
    expect(
      await client.ask({ type: "job_request", requestId: "first", agentId: "alpha", request: REQUEST }),
    ).toMatchObject({ type: "accepted" });
    const offer = await client.until(() => client.fact("invoice_request"));
    const { jobId, paymentRequest = "" } = offer;
    const pay = (invoiceType: "eval" | "work", id: string = jobId): Ask => ({
      type: "pay_invoice",
      jobId: id,
      invoiceType,
    });

    expect(await socketCode(client, pay("work"))).toBe("unknown_invoice");
    expect(await socketCode(client, pay("eval", "no-such-job"))).toBe("unknown_job");
    expect(await socketCode(other, pay("eval"))).toBe("forbidden");
    expect(await httpCode("/api/play/pay", token, { paymentRequest: foreign({}) })).toBe(
      "400 foreign_invoice",
    );
    expect(await httpCode("/api/play/pay", token, { paymentRequest: MAINNET })).toBe("400 wrong_network");
    expect(await httpCode("/api/play/pay", token, { paymentRequest: "lnbcrt1nonsense" })).toBe(
      "400 malformed_invoice",
    );
    expect(
      await httpCode("/api/play/pay", token, { paymentRequest: `${paymentRequest.slice(0, -1)}q` }),
    ).toBe("400 malformed_invoice");
    expect(await httpCode("/api/play/pay", undefined, { paymentRequest })).toBe("401 unauthorized");
    const purse = await post("/api/play/invoice", token, { amountSats: 25 });
    expect(await httpCode("/api/play/pay", token, { paymentRequest: purse.body["paymentRequest"] })).toBe(
      "400 foreign_invoice",
    );
    expect((await http(tower.address, "GET", "/api/play/purse", { token })).body["balanceSats"]).toBe(10_000);

    // Three times at the same instant: over two connections and over HTTP.
    const again = createClient(() => tower.address);
    await again.connect({ ownerToken: token });
    const codes = await Promise.all([
      socketCode(client, pay("eval")),
      socketCode(again, pay("eval")),
      httpCode("/api/play/pay", token, { paymentRequest }),
    ]);
    const paid = codes.filter((code) => code.endsWith("accepted"));
    const refused = codes.filter((code) => code.endsWith("already_paid"));
    expect([paid.length, refused.length], codes.join()).toEqual([1, 2]);
    expect(await socketCode(client, pay("eval"))).toBe("already_paid");

    const work = await client.until(() =>
      client.fact("invoice_request", ({ invoiceType }) => invoiceType === "work"),
    );
    expect(await socketCode(client, { type: "refund_claim", jobId })).toBe("nothing_owed");
    expect(await socketCode(client, pay("work"))).toBe("accepted");
    const completed = await client.until(() => client.fact("job_completed"));
    const owed = completed.refundSats;

    const claim = (to: string): Ask => ({ type: "refund_claim", jobId, paymentRequest: to });
    const wrongAmount = await post("/api/play/invoice", token, { amountSats: owed + 1 });
    const refunds: readonly (readonly [string, string])[] = [
      [String(wrongAmount.body["paymentRequest"]), "wrong_amount"],
      [MAINNET, "wrong_network"],
      [foreign({ amount: null }), "no_amount"],
      [foreign({ amount: msat(toMsat(owed) + 1n) }), "wrong_amount"],
      [foreign({ amount: toMsat(owed), timestamp: 1_700_000_000, expirySeconds: 60 }), "invoice_expired"],
      [work.paymentRequest ?? "", "own_invoice"],
      ["lnbcrt1nonsense", "malformed_invoice"],
    ];
    for (const [to, code] of refunds) {
      expect([to, await socketCode(client, claim(to))]).toEqual([to, code]);
      const status = code === "invoice_expired" ? 409 : 400;
      const answer = await httpCode(`/api/jobs/${jobId}/refund`, token, { paymentRequest: to });
      expect([to, answer]).toEqual([to, `${status} ${code}`]);
    }
    expect(await socketCode(other, { type: "refund_claim", jobId })).toBe("forbidden");
    expect(await httpCode(`/api/jobs/${jobId}/refund`, other.ownerToken(), {})).toBe("403 forbidden");

    // Twice at the same instant, to two invoices: one gets it.
    const claims = await Promise.all([
      socketCode(client, { type: "refund_claim", jobId }),
      socketCode(again, { type: "refund_claim", jobId }),
    ]);
    expect(
      claims.filter((code) => code === "accepted"),
      claims.join(),
    ).toHaveLength(1);
    const back = await client.until(() => client.fact("refund_settled"));
    expect(back.amountSats).toBe(owed);
    expect(await socketCode(client, { type: "refund_claim", jobId })).toBe("nothing_owed");
    const cost = 10 + (completed.actualCostSats ?? 0);
    expect((await http(tower.address, "GET", "/api/play/purse", { token })).body["balanceSats"]).toBe(
      10_000 - cost,
    );
  });

  test("the books add up afterwards", async () => {
    await tower.stop();
    expect(await readBooks(site.dataDir)).toMatchObject({
      gauges: ALL_ZERO,
      walletGap: 0n,
      lost: 0n,
      owed: new Map(),
      pending: 0,
    });
    tower = await site.start();
  });
});

test("an invoice that has expired, and invoices paid around their last instant: in time or refused, never in between", async () => {
  const late = newSite({ EVAL_INVOICE_SECONDS: "2" });
  const running = await late.start();
  const client = createClient(() => running.address);
  await client.connect();
  const offsets = [-60, -20, -5, -1, 0, 1, 5, 20];
  const agents = ["timmy", "alpha", "beta", "gamma", "delta"];
  const outcomes = await Promise.all(
    offsets.map(async (offset, index) => {
      const requestId = `edge-${index}`;
      const agentId = agents[index % agents.length];
      await client.ask({ type: "job_request", requestId, agentId, request: REQUEST });
      const started = await client.until(() =>
        client.fact("job_started", (fact) => fact.requestId === requestId),
      );
      const { jobId } = started;
      const offer = await client.until(() => client.fact("invoice_request", (fact) => fact.jobId === jobId));
      const at = Date.parse(offer.expiresAt ?? "") + offset;
      // The clock is what is waited for.
      while (Date.now() < at) await new Promise((resolve) => setTimeout(resolve, at - Date.now()));
      const code = await socketCode(client, { type: "pay_invoice", jobId, invoiceType: "eval" });
      if (code === "accepted") {
        const settled = await client.until(() =>
          client.fact("invoice_settled", (fact) => fact.jobId === jobId),
        );
        return { jobId, code, onTime: settled.onTime };
      }
      await client.until(() => client.fact("invoice_expired", (fact) => fact.jobId === jobId));
      return { jobId, code, onTime: false };
    }),
  );
  expect(outcomes.filter(({ code, onTime }) => (code === "accepted") !== onTime)).toEqual([]);
  expect(outcomes.filter(({ code }) => code !== "accepted" && code !== "invoice_expired")).toEqual([]);
  expect([outcomes[0]?.code, outcomes.at(-1)?.code]).toEqual(["accepted", "invoice_expired"]);

  const expired = outcomes.at(-1)?.jobId ?? "";
  const token = client.ownerToken();
  const unpaid = client.fact("invoice_request", (fact) => fact.jobId === expired);
  expect(await socketCode(client, { type: "pay_invoice", jobId: expired, invoiceType: "eval" })).toBe(
    "invoice_expired",
  );
  expect(
    await http(running.address, "POST", "/api/play/pay", {
      token,
      body: { paymentRequest: unpaid?.paymentRequest },
    }),
  ).toMatchObject({ status: 409, body: { code: "invoice_expired" } });

  const paid = outcomes.filter(({ code }) => code === "accepted");
  await client.until(
    () =>
      paid.every(({ jobId }) =>
        client.fact("invoice_request", (fact) => fact.jobId === jobId && fact.invoiceType === "work"),
      ) || undefined,
  );
  await running.stop();
  const books = await readBooks(late.dataDir);
  expect(books).toMatchObject({ gauges: ALL_ZERO, walletGap: 0n, lost: 0n, owed: new Map(), pending: 0 });
  expect([...books.purses.values()]).toEqual([10_000 - 10 * paid.length]);
});

test("a flood is refused, then shut out; whoever else is there does not notice", async () => {
  const flooded = newSite();
  const running = await flooded.start();
  const bystander = createClient(() => running.address);
  await bystander.connect();
  const client = createClient(() => running.address);
  await client.connect();
  for (let sent = 0; sent < 200; sent += 1) client.sendRaw('{"type":"flood"}');
  expect(await client.closed()).toEqual({
    code: 4003,
    reason: "Too many frames that were refused: wait a minute.",
  });
  expect((await createJobRun(bystander).advance()).completed.outcome).toBe("completed");

  // Well-formed intents are counted too.
  const eager = createClient(() => running.address);
  await eager.connect();
  const codes = await Promise.all(
    Array.from({ length: 110 }, () => socketCode(eager, { type: "job_cancel", jobId: "nothing" })),
  );
  expect(new Set(codes)).toEqual(new Set(["unknown_job", "rate_limited"]));
  await running.stop();
  expect(await readBooks(flooded.dataDir)).toMatchObject({
    gauges: ALL_ZERO,
    walletGap: 0n,
    lost: 0n,
    pending: 0,
  });
});
