import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fetchWithL402, parseL402, parseL402Authorization } from "@getalby/lightning-tools/402/l402";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { RefusalError } from "../../protocol/refusal.ts";
import { sats } from "../../protocol/units.ts";
import { mintCredential, verifyCredential } from "../access/macaroons/credentials.ts";
import { addCaveats } from "../access/macaroons/macaroon.ts";
import { outsideInvoice, START } from "../lightning/play/test-network.ts";
import { openSqlite } from "../storage/sqlite.ts";
import { temporaryDirectory } from "../storage/temporary-directory.ts";
import { assertPreimage, challenge, parseAuthorization } from "./l402.ts";

const hashOf = (preimage: string): string =>
  createHash("sha256").update(Buffer.from(preimage, "hex")).digest("hex");
const PREIMAGE = "ab".repeat(32);
const REFUSED = expect.objectContaining({ name: "RefusalError", code: "unauthorized" });

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

test("a challenge names the macaroon as new and as old clients do, and the new grammar comes first", () => {
  expect(challenge({ macaroon: "AgJC+/A=", paymentRequest: "lnbcrt1abc" })).toBe(
    'L402 version="0", token="AgJC+/A=", invoice="lnbcrt1abc", macaroon="AgJC+/A="',
  );
});

test("a challenge is read by the patterns of other clients", () => {
  const header = challenge({ macaroon: "AgJC+/A=", paymentRequest: "lnbcrt1abc" });
  // aperture's, l402/client_interceptor.go
  const aperture = /(LSAT|L402) (?:version="[^"]*", )?(?:token|macaroon)="([^"]+)", invoice="([^"]+)"/.exec(
    header,
  );
  expect(aperture?.slice(1)).toEqual(["L402", "AgJC+/A=", "lnbcrt1abc"]);
  expect(parseL402(header)).toEqual({
    version: "0",
    token: "AgJC+/A=",
    macaroon: "AgJC+/A=",
    invoice: "lnbcrt1abc",
  });
});

test.each(['a"b', "a\\b", "a\nb", "a b", "", "ä"])("%j never gets into a header", (value) => {
  expect(() => challenge({ macaroon: value, paymentRequest: "lnbc1" })).toThrow(RangeError);
  expect(() => challenge({ macaroon: "AgJC", paymentRequest: value })).toThrow(RangeError);
});

test.each([
  ["L402", ["AgJC+/A="], `L402 AgJC+/A=:${PREIMAGE}`],
  ["its older name", ["AgJC+/A="], `LSAT AgJC+/A=:${PREIMAGE}`],
  ["any case", ["AgJC+/A="], `l402   AgJC+/A=:${PREIMAGE.toUpperCase()}`],
  ["base64 for URLs", ["AgJC-_A"], `Lsat AgJC-_A:${PREIMAGE}`],
  ["several macaroons", ["AgJC", "AgJD=="], `L402 AgJC,AgJD==:${PREIMAGE}`],
  ["parameters behind", ["AgJC"], `L402 AgJC:${PREIMAGE}, realm="tower"`],
  ["both names in one header", ["AgJC"], `LSAT AgJC:${PREIMAGE}, L402 AgJC:${PREIMAGE}`],
])("%s is accepted", (_, macaroons, header) => {
  expect(parseAuthorization(header)).toEqual({ macaroons, preimage: PREIMAGE });
});

test.each([undefined, "", "Bearer abc", "Basic YTpi", `L402x AgJC:${PREIMAGE}`, "Payment abc"])(
  "%j is for others to read",
  (header) => expect(parseAuthorization(header)).toBeUndefined(),
);

test.each([
  "L402",
  "L402 ",
  "L402 AgJC",
  "L402 AgJC:",
  `L402 :${PREIMAGE}`,
  `L402 ,AgJC:${PREIMAGE}`,
  `L402 AgJC,:${PREIMAGE}`,
  `L402 A,B,C,D,E:${PREIMAGE}`,
  `L402 AgJC:${PREIMAGE.slice(1)}`,
  `L402 AgJC:${PREIMAGE}0`,
  `L402 AgJC:${"zz".repeat(32)}`,
  `L402 AgJC:${PREIMAGE}\n`,
  `L402 Ag JC:${PREIMAGE}`,
  `L402 AgJC:AgJC:${PREIMAGE}`,
  `L402 Ag\u0000JC:${PREIMAGE}`,
  `L402: AgJC:${PREIMAGE}`,
])("%j is refused", (header) => {
  const refusal = outcome(() => parseAuthorization(header));
  expect(refusal).toEqual(REFUSED);
  expect((refusal as Error).message).toBe(
    "Send Authorization: L402 with the challenge's token, a colon and the payment's preimage in 64 hex digits.",
  );
});

test("any header is read, left to others or refused", () => {
  const header = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "binary" }).map((rest) => `L402 ${rest}`),
    fc.stringMatching(/^LSAT [A-Za-z0-9+/=,: -]{0,200}$/),
    // What makes a careless pattern take for ever.
    fc.integer({ min: 0, max: 20_000 }).map((length) => `L402 ${"A,".repeat(length)}:`),
    fc.integer({ min: 0, max: 20_000 }).map((length) => `L402${" ".repeat(length)}!`),
  );
  fc.assert(
    fc.property(header, (sent) => {
      const read = outcome(() => parseAuthorization(sent));
      if (read === undefined || read instanceof RefusalError) return;
      expect(read).toEqual({
        macaroons: expect.any(Array),
        preimage: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
    }),
    { numRuns: 1_000 },
  );
});

test("a preimage is the payment hash's or is refused", () => {
  const hash = hashOf(PREIMAGE);
  expect(outcome(() => assertPreimage(PREIMAGE, hash))).toBeUndefined();
  expect(outcome(() => assertPreimage(PREIMAGE.toUpperCase(), hash))).toBeUndefined();
  for (const preimage of [
    "",
    "zz",
    hash,
    PREIMAGE.slice(2),
    `${PREIMAGE}00`,
    `${PREIMAGE}zz`,
    "00".repeat(32),
  ])
    expect(outcome(() => assertPreimage(preimage, hash))).toEqual(REFUSED);
  for (const other of ["", "zz", hash.slice(2), `${hash}00`, hashOf(hash)])
    expect(outcome(() => assertPreimage(PREIMAGE, other))).toEqual(REFUSED);
  // Of nothing, too, there is a hash.
  expect(outcome(() => assertPreimage("", hashOf("")))).toEqual(REFUSED);
});

/** A server whose one page costs 21 sats, and a wallet that has not paid anything yet. */
async function shop() {
  const database = await openSqlite(temporaryDirectory());
  onTestFinished(() => database.close());
  const preimages = new Map<string, string>();
  const settled = new Set<string>();

  async function enter(header: string | undefined): Promise<string | undefined> {
    const credentials = parseAuthorization(header);
    if (credentials === undefined) return undefined;
    const { macaroons, preimage } = credentials;
    const grants = await database.read((sql) =>
      Promise.all(macaroons.map((text) => verifyCredential(sql, text, START))),
    );
    for (const { paymentHash } of grants) {
      assertPreimage(preimage, paymentHash);
      if (!settled.has(paymentHash)) throw new RefusalError("unauthorized", "not settled");
    }
    return JSON.stringify(grants.map(({ subjectId, limits }) => ({ subjectId, limits })));
  }

  async function newChallenge(): Promise<string> {
    const preimage = randomBytes(32).toString("hex");
    const paymentHash = hashOf(preimage);
    const paymentRequest = outsideInvoice(sats(21), START, { paymentHash });
    preimages.set(paymentRequest, preimage);
    const credential = { kind: "l402", subjectId: "credit_1", paymentHash, now: START } as const;
    const macaroon = await database.transaction((sql) => mintCredential(sql, credential));
    return challenge({ macaroon, paymentRequest });
  }

  const server = createServer(async (request, response) => {
    try {
      const page = await enter(request.headers.authorization);
      if (page !== undefined) response.end(page);
      else response.writeHead(402, { "www-authenticate": await newChallenge() }).end();
    } catch (error) {
      response.writeHead(error instanceof RefusalError ? 401 : 500).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });

  const paid: string[] = [];
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    paid,
    wallet: {
      async payInvoice({ invoice }: { invoice: string }) {
        const preimage = preimages.get(invoice) ?? "";
        settled.add(hashOf(preimage));
        paid.push(invoice);
        return { preimage };
      },
    },
    /** A wallet that tells the preimage and keeps the money. */
    thief: {
      payInvoice: async ({ invoice }: { invoice: string }) => ({ preimage: preimages.get(invoice) ?? "" }),
    },
  };
}

const PAGE = [{ subjectId: "credit_1", limits: {} }];

test("a client of somebody else's reads the challenge, pays once and comes in, again and again", async () => {
  const { url, wallet, paid } = await shop();
  const first = await fetchWithL402(url, {}, { wallet });
  expect(first.status).toBe(200);
  expect(await first.json()).toEqual(PAGE);
  expect(first.payment).toMatchObject({ paid: true, amountSat: 21 });
  const credentials = first.payment?.credentials;
  if (credentials === undefined) throw new Error("the client keeps what it paid for");
  const second = await fetchWithL402(url, {}, { wallet, credentials });
  expect(await second.json()).toEqual(PAGE);
  expect(paid).toHaveLength(1);
});

test("what it keeps can be narrowed, sent under the older name, and not be sent with another preimage", async () => {
  const { url, wallet } = await shop();
  const { payment } = await fetchWithL402(url, {}, { wallet });
  const kept = parseL402Authorization(payment?.credentials.value ?? "");
  if (kept === null) throw new Error("the client reads its own header");
  const ask = (authorization: string) => fetch(url, { headers: { authorization } });
  const narrower = addCaveats(kept.token, ["max_sats=5"]);
  const narrowed = await ask(`LSAT ${narrower}:${kept.preimage}`);
  expect(await narrowed.json()).toEqual([{ subjectId: "credit_1", limits: { maxSats: 5 } }]);
  expect((await ask(`L402 ${kept.token}:${PREIMAGE}`)).status).toBe(401);
  expect((await ask(`L402 ${narrower.replace("A", "B")}:${kept.preimage}`)).status).toBe(401);
  expect((await ask("L402 nonsense")).status).toBe(401);
  expect((await ask("Bearer somebody")).status).toBe(402);
});

test("all of several macaroons must be of the payment whose preimage is sent", async () => {
  const { url, wallet } = await shop();
  const [one, other] = await Promise.all(
    [1, 2].map(async () => {
      const { payment } = await fetchWithL402(url, {}, { wallet });
      return parseL402Authorization(payment?.credentials.value ?? "");
    }),
  );
  const ask = (macaroons: string) =>
    fetch(url, { headers: { authorization: `L402 ${macaroons}:${one?.preimage}` } });
  expect((await ask(`${one?.token},${one?.token}`)).status).toBe(200);
  expect((await ask(`${one?.token},${other?.token}`)).status).toBe(401);
});

test("a preimage without a settled payment opens nothing", async () => {
  const { url, thief } = await shop();
  const response = await fetchWithL402(url, {}, { wallet: thief });
  expect(response.status).toBe(401);
});
