import { type IncomingMessage, type ServerResponse, setGlobalProxyFromEnv } from "node:http";
import { get } from "node:https";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { formatSats } from "../../../protocol/format.ts";
import { RefusalError } from "../../../protocol/refusal.ts";
import { msat, sats } from "../../../protocol/units.ts";
import { createTestClock, START, type TestClock } from "../../economy/testing/clock.ts";
import type { Network } from "../bolt11/invoice.ts";
import { createAddressPayer } from "./address-payer.ts";
import { INTERNET, type Outside } from "./outside.ts";
import { isPublicAddress } from "./public-address.ts";
import { invoiceOf, json, OFFER, type Responder, startService } from "./testing/service.ts";

const ADDRESS = "alice@wallet.example";
const AMOUNT = sats(321);
const OFFER_REQUEST = { host: "wallet.example", url: "/.well-known/lnurlp/alice" };
const INVOICE_REQUEST = { host: "invoices.example", url: "/pay?for=al%20ice&for=2&amount=321000" };

const NOT_FOUND = new RefusalError(
  "address_unreachable",
  "No service for that Lightning Address is found. Check the address, or give an invoice.",
);
const NOT_REACHED = new RefusalError(
  "address_unreachable",
  "The service of that Lightning Address cannot be reached safely. Try again later, or give an invoice.",
);
const TOO_SLOW = new RefusalError(
  "address_unreachable",
  "The service of that Lightning Address does not answer in time. Try again later, or give an invoice.",
);
const NO_SERVICE = new RefusalError(
  "address_refused",
  "What answers at that Lightning Address is no LNURL service. Check the address, or give an invoice.",
);
const NO_LNURL_PAY = new RefusalError(
  "address_refused",
  "The service of that Lightning Address does not speak LNURL-pay. Give an invoice.",
);
const NO_SAFE_PLACE = new RefusalError(
  "address_refused",
  "The service of that Lightning Address names no safe place to ask for an invoice. Give an invoice.",
);
const POINTS_ELSEWHERE = new RefusalError(
  "address_refused",
  "The service of that Lightning Address points elsewhere. Give an invoice.",
);
const badInvoice = (what: string) =>
  new RefusalError(
    "address_refused",
    `The service of that Lightning Address gave an invoice that ${what}. Give an invoice of your wallet.`,
  );
const refusal = ({ code, message }: RefusalError) =>
  expect.objectContaining({ constructor: RefusalError, code, message });

let service: Awaited<ReturnType<typeof startService>>;
let clock: TestClock;
beforeEach(async () => {
  clock = createTestClock();
  service = await startService(START / 1000);
});
afterEach(() => service.stop());

const ask = (differs: Partial<Outside> = {}, network: Network = "bcrt", address = ADDRESS, amount = AMOUNT) =>
  createAddressPayer({ network, clock, outside: { ...service.outside, ...differs } }).invoiceFor(
    address,
    amount,
  );

test("an invoice of exactly the amount, from the service and from the host that it names", async () => {
  expect(await ask()).toBe(invoiceOf(START / 1000, 321_000n));
  expect(service.requests).toStrictEqual([OFFER_REQUEST, INVOICE_REQUEST]);
  expect(service.lookups, "each host is looked up once").toStrictEqual([
    "wallet.example",
    "invoices.example",
  ]);
});

test("an invoice in capital letters is answered in small ones", async () => {
  const invoice = invoiceOf(START / 1000, 321_000n);
  service.answers.invoice = json({ pr: invoice.toUpperCase() });
  expect(await ask()).toBe(invoice);
});

test("an HTTP status means nothing, the answer does", async () => {
  service.answers.offer = (_request, response) => {
    response.writeHead(404).end(JSON.stringify({ status: "ERROR", reason: "No such user." }));
  };
  await expect(ask()).rejects.toEqual(
    refusal(
      new RefusalError(
        "address_refused",
        "The service of that Lightning Address refuses: “No such user.”. Give an invoice instead.",
      ),
    ),
  );
  service.answers.offer = (_request, response) => {
    response.writeHead(500).end(JSON.stringify(OFFER));
  };
  expect(await ask()).toBe(invoiceOf(START / 1000, 321_000n));
});

test("an amount of nothing is a mistake of ours", async () => {
  await expect(ask({}, "bcrt", ADDRESS, sats(0))).rejects.toThrow(RangeError);
  expect(service.lookups).toStrictEqual([]);
});

// Where the connection goes.

test.each([
  ["one private address", ["127.0.0.1"]],
  ["a private one among public ones", ["1.1.1.1", "2606:4700::1111", "10.0.0.1"]],
  ["a mapped one", ["::ffff:127.0.0.1"]],
  ["none at all", []],
])("a host with %s is refused like one that is not there", async (_what, found) => {
  const differs = { resolve: async () => found, mayConnect: isPublicAddress };
  await expect(ask(differs)).rejects.toEqual(refusal(NOT_FOUND));
  expect(service.connections()).toBe(0);
});

test("a host that is not there", async () => {
  const differs = { resolve: () => Promise.reject(new Error("ENOTFOUND")) };
  await expect(ask(differs)).rejects.toEqual(refusal(NOT_FOUND));
});

test("a callback inside a private network is not called", async () => {
  const resolve = async (host: string) => [host === "invoices.example" ? "127.0.0.2" : "127.0.0.1"];
  await expect(ask({ resolve })).rejects.toEqual(refusal(NOT_FOUND));
  expect(service.requests).toStrictEqual([OFFER_REQUEST]);
});

test("left alone, it is the internet: port 443, and not this machine", async () => {
  const { resolve, ...rest } = INTERNET;
  expect(rest).toStrictEqual({ mayConnect: isPublicAddress, port: 443 });
  const found = await resolve("localhost");
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter(INTERNET.mayConnect)).toStrictEqual([]);
});

test("a second look at the DNS moves nothing: the connection goes to the address that was checked", async () => {
  const answers = [["127.0.0.1"], ["127.0.0.1"], ["127.0.0.3"]];
  const resolve = async () => answers.shift() ?? ["127.0.0.3"];
  expect(await ask({ resolve })).toBe(invoiceOf(START / 1000, 321_000n));
  expect(answers, "looked up twice: once for each host").toStrictEqual([["127.0.0.3"]]);
});

test("of several addresses the next is tried when one does not answer", async () => {
  const differs = {
    resolve: async () => ["127.0.0.9", "127.0.0.1"],
    mayConnect: (address: string) => address.startsWith("127.0.0."),
  };
  expect(await ask(differs)).toBe(invoiceOf(START / 1000, 321_000n));
});

test("a certificate that nobody vouches for ends it before anything is asked", async () => {
  const { ca: _ours, ...outside } = service.outside;
  const payer = createAddressPayer({ network: "bcrt", clock, outside });
  await expect(payer.invoiceFor(ADDRESS, AMOUNT)).rejects.toEqual(refusal(NOT_REACHED));
  expect(service.requests).toStrictEqual([]);
});

test("a certificate for another name ends it before anything is asked", async () => {
  await expect(ask({}, "bcrt", "alice@other.example")).rejects.toEqual(refusal(NOT_REACHED));
  expect(service.requests).toStrictEqual([]);
});

test("the environment cannot turn certificates off", async () => {
  const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  try {
    await expect(ask({}, "bcrt", "alice@other.example")).rejects.toEqual(refusal(NOT_REACHED));
  } finally {
    if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
  }
  expect(service.requests).toStrictEqual([]);
});

test("a proxy of the environment is passed by", async () => {
  let proxied = 0;
  const proxy = createServer((socket) => {
    proxied += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const restore = setGlobalProxyFromEnv({ https_proxy: url, http_proxy: url });
  try {
    expect(await ask()).toBe(invoiceOf(START / 1000, 321_000n));
    expect(proxied).toBe(0);
    // The proxy is in force: whoever asks as one usually does goes to it.
    const asked = get("https://wallet.example/");
    await new Promise((resolve) => asked.on("error", resolve));
    expect(proxied).toBe(1);
  } finally {
    restore();
    await new Promise((resolve) => proxy.close(resolve));
  }
});

test("nothing listens", async () => {
  await service.stop();
  await expect(ask()).rejects.toEqual(refusal(NOT_REACHED));
});

test.each([301, 302, 303, 307, 308])("a redirect (%i) is not followed", async (status) => {
  service.answers.offer = (_request, response) => {
    response.writeHead(status, { location: "https://invoices.example/elsewhere" }).end(JSON.stringify(OFFER));
  };
  await expect(ask()).rejects.toEqual(refusal(POINTS_ELSEWHERE));
  expect(service.requests).toStrictEqual([OFFER_REQUEST]);
});

test("a redirect of the callback is not followed either", async () => {
  service.answers.invoice = (_request, response) => {
    response.writeHead(302, { location: "https://wallet.example/elsewhere" }).end();
  };
  await expect(ask()).rejects.toEqual(refusal(POINTS_ELSEWHERE));
  expect(service.requests).toStrictEqual([OFFER_REQUEST, INVOICE_REQUEST]);
});

// How long, and how much.

test("a service that says nothing has 5 seconds, and so has everything together", async () => {
  service.answers.offer = (request, response) => {
    clock.advance(4_999);
    json(OFFER)(request, response);
  };
  const ended = Promise.withResolvers<void>();
  service.answers.invoice = (request) => {
    request.on("close", ended.resolve);
    clock.advance(1);
  };
  await expect(ask()).rejects.toEqual(refusal(TOO_SLOW));
  await ended.promise;
  expect(service.requests).toStrictEqual([OFFER_REQUEST, INVOICE_REQUEST]);
});

test("an answer that never ends is given up", async () => {
  service.answers.offer = (_request, response) => {
    response.write('{"tag":', () => clock.advance(5_000));
  };
  await expect(ask()).rejects.toEqual(refusal(TOO_SLOW));
});

test("a host that never shakes hands is given up, and left", async () => {
  const left = Promise.withResolvers<void>();
  const mute = createServer((socket) => {
    socket
      .on("error", () => {})
      .on("close", left.resolve)
      .resume();
    clock.advance(5_000);
  });
  await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
  await expect(ask({ port: (mute.address() as AddressInfo).port })).rejects.toEqual(refusal(TOO_SLOW));
  await left.promise;
  await new Promise((resolve) => mute.close(resolve));
});

test("a look at the DNS that never ends is given up", async () => {
  const resolve = () => {
    queueMicrotask(() => clock.advance(5_000));
    return new Promise<never>(() => {});
  };
  await expect(ask({ resolve })).rejects.toEqual(refusal(TOO_SLOW));
});

test("64 KiB are read, not a byte more", async () => {
  const padded = (bytes: number): Responder => {
    const offer = JSON.stringify({ ...OFFER, more: "" });
    return json({ ...OFFER, more: "x".repeat(bytes - Buffer.byteLength(offer)) });
  };
  service.answers.offer = padded(65_536);
  expect(await ask()).toBe(invoiceOf(START / 1000, 321_000n));
  service.answers.offer = padded(65_537);
  const tooMuch = new RefusalError(
    "address_refused",
    "The service of that Lightning Address says too much. Give an invoice.",
  );
  await expect(ask()).rejects.toEqual(refusal(tooMuch));
  const ended = Promise.withResolvers<void>();
  service.answers.offer = (_request, response) => {
    const flood = () => {
      while (response.write("x".repeat(16_384)));
    };
    response.on("drain", flood).on("close", ended.resolve);
    flood();
  };
  await expect(ask()).rejects.toEqual(refusal(tooMuch));
  await ended.promise;
});

test("only so many ask at once; then there is room again", async () => {
  const waiting: (() => void)[] = [];
  service.answers.offer = (request, response) => {
    waiting.push(() => json(OFFER)(request, response));
  };
  const payer = createAddressPayer({ network: "bcrt", clock, outside: service.outside });
  const asks = Array.from({ length: 16 }, () => payer.invoiceFor(ADDRESS, AMOUNT));
  await expect(payer.invoiceFor(ADDRESS, AMOUNT)).rejects.toEqual(
    refusal(
      new RefusalError(
        "overloaded",
        "Too many Lightning Addresses are being asked right now. Try again in a moment.",
      ),
    ),
  );
  await expect.poll(() => waiting.length).toBe(16);
  for (const answer of waiting.splice(0)) answer();
  const invoice = invoiceOf(START / 1000, 321_000n);
  expect(await Promise.all(asks)).toStrictEqual(Array(16).fill(invoice));
  service.answers.offer = json(OFFER);
  expect(await payer.invoiceFor(ADDRESS, AMOUNT)).toBe(invoice);
});

// What is said.

test.each([
  ["hangs up", ""],
  ["speaks no HTTP", "220 mail.example ESMTP\r\n"],
  ["wants another protocol", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"],
  ["hangs up halfway", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"],
  ["has headers without end", `HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}\r\n\r\n{}`],
])("a service that %s", async (_what, said) => {
  service.answers.offer = ({ socket }) => {
    socket.on("error", () => {}).end(said);
  };
  await expect(ask()).rejects.toEqual(refusal(NOT_REACHED));
});

const text =
  (body: string | Uint8Array): Responder =>
  (_request: IncomingMessage, response: ServerResponse) => {
    response.end(body);
  };

test.each([
  ["a page", text("<html>"), NO_SERVICE],
  ["nothing", text(""), NO_SERVICE],
  ["what is no UTF-8", text(Uint8Array.of(0x22, 0xff, 0x22)), NO_SERVICE],
  ["brackets without end", text("[".repeat(65_000)), NO_SERVICE],
  ["a list", json([OFFER]), NO_LNURL_PAY],
  ["null", json(null), NO_LNURL_PAY],
  ["an LNURL-withdraw", json({ ...OFFER, tag: "withdrawRequest" }), NO_LNURL_PAY],
  ["no tag", json({ ...OFFER, tag: undefined }), NO_LNURL_PAY],
  ["no metadata", json({ ...OFFER, metadata: undefined }), NO_LNURL_PAY],
  ["metadata that is no text", json({ ...OFFER, metadata: [["text/plain", "x"]] }), NO_LNURL_PAY],
  ["an amount in words", json({ ...OFFER, minSendable: "1000" }), NO_LNURL_PAY],
  ["an amount with a fraction", json({ ...OFFER, minSendable: 1_000.5 }), NO_LNURL_PAY],
  ["an amount below 1 msat", json({ ...OFFER, minSendable: 0 }), NO_LNURL_PAY],
  ["more at least than at most", json({ ...OFFER, minSendable: 2_000, maxSendable: 1_000 }), NO_LNURL_PAY],
  ["an infinite amount", text(JSON.stringify(OFFER).replace("100000000", "1e999")), NO_LNURL_PAY],
  [
    "a callback without end",
    json({ ...OFFER, callback: `https://x.example/${"x".repeat(4_096)}` }),
    NO_LNURL_PAY,
  ],
])("an offer that is %s", async (_what, responder, refused) => {
  service.answers.offer = responder;
  await expect(ask()).rejects.toEqual(refusal(refused));
  expect(service.requests).toStrictEqual([OFFER_REQUEST]);
});

test.each([
  ["over HTTP", "http://invoices.example/pay"],
  ["of another scheme", "file:///etc/passwd"],
  ["with another port", "https://invoices.example:8443/pay"],
  ["with a name", "https://alice@invoices.example/pay"],
  ["with a password", "https://:secret@invoices.example/pay"],
  ["with a fragment", "https://invoices.example/pay#x"],
  ["with an empty fragment", "https://invoices.example/pay#"],
  ["at an IPv4 address", "https://127.0.0.1/pay"],
  ["at a public IPv4 address", "https://1.1.1.1/pay"],
  ["at an IPv4 address as one number", "https://2130706433/pay"],
  ["at an IPv4 address in hex", "https://0x7f.1/pay"],
  ["at an IPv4 address in full-width digits", "https://１２７.0.0.1/pay"],
  ["at an IPv6 address", "https://[::1]/pay"],
  ["at a mapped address", "https://[::ffff:169.254.169.254]/pay"],
  ["at this machine by name", "https://localhost/pay"],
  ["in Tor", "https://wallet.onion/pay"],
  ["with a dot too many", "https://invoices.example./pay"],
  ["that is relative", "/pay"],
  ["that is nothing", ""],
])("a callback %s is not called", async (_what, callback) => {
  service.answers.offer = json({ ...OFFER, callback });
  await expect(ask()).rejects.toEqual(refusal(NO_SAFE_PLACE));
  expect(service.requests).toStrictEqual([OFFER_REQUEST]);
});

test.each([
  ["https://invoices.example", "/?amount=321000"],
  ["https://invoices.example:443/pay?", "/pay?amount=321000"],
  ["HTTPS://Invoices.Example/a/../b", "/b?amount=321000"],
  ["https://invoices.example/pay?a=%26&b", "/pay?a=%26&b&amount=321000"],
])("the callback %s keeps its query", async (callback, url) => {
  service.answers.offer = json({ ...OFFER, callback });
  expect(await ask()).toBe(invoiceOf(START / 1000, 321_000n));
  expect(service.requests).toStrictEqual([OFFER_REQUEST, { host: "invoices.example", url }]);
});

test.each([
  [{ minSendable: 321_000, maxSendable: 321_000 }, undefined],
  [{ minSendable: 1, maxSendable: 2.1e18 }, undefined],
  [{ minSendable: 1, maxSendable: 1e300 }, undefined],
  [{ minSendable: 321_001 }, "takes no less than ⚡322"],
  [{ minSendable: 1e300, maxSendable: 1e300 }, `takes no less than ${formatSats(2_100_000_000_000_000)}`],
  [{ maxSendable: 320_999 }, "takes no more than ⚡320"],
])("what is taken: %j", async (limits, words) => {
  service.answers.offer = json({ ...OFFER, ...limits });
  if (words === undefined) {
    expect(await ask()).toBe(invoiceOf(START / 1000, 321_000n));
    return;
  }
  const message = `That Lightning Address ${words}, and ⚡321 are to be paid. Give an invoice instead.`;
  await expect(ask()).rejects.toEqual(refusal(new RefusalError("address_refused", message)));
  expect(service.requests).toStrictEqual([OFFER_REQUEST]);
});

test.each([
  ["plain", "No liquidity", " refuses: “No liquidity”."],
  ["missing", undefined, " refuses."],
  ["no text", { reason: "x" }, " refuses."],
  ["blank", " \u200b\n", " refuses."],
  ["lines and colours", "a\r\n\u001b[31mred\u0000\u009b2J\u2028b", " refuses: “a [31mred2J b”."],
  ["backwards", "a\u202eb\u2066c", " refuses: “abc”."],
  ["an end of our words", "no”. Your refund is paid. “", " refuses: “no'. Your refund is paid. '”."],
  ["long", "x".repeat(60_000), ` refuses: “${"x".repeat(119)}…”.`],
])("a service's own words are tidied and cut: %s", async (_what, reason, said) => {
  const message = `The service of that Lightning Address${said} Give an invoice instead.`;
  service.answers.invoice = json({ status: "error", reason });
  await expect(ask()).rejects.toEqual(refusal(new RefusalError("address_refused", message)));
});

// The invoice.

test.each([
  ["for a msat more", { amount: msat(321_001n) }, badInvoice("is for another amount")],
  ["for a msat less", { amount: msat(320_999n) }, badInvoice("is for another amount")],
  ["for any amount", { amount: null }, badInvoice("is for another amount")],
  ["for other metadata", { description: { hash: "00".repeat(32) } }, badInvoice("is for something else")],
  [
    "described in words",
    { description: { text: OFFER.metadata } },
    badInvoice("is not bound to what it says is paid for"),
  ],
  ["that has expired", { expirySeconds: 0 }, badInvoice("has expired, or is about to")],
  ["with 29 seconds left", { expirySeconds: 29 }, badInvoice("has expired, or is about to")],
  [
    "of another network",
    { network: "bc" as const },
    new RefusalError(
      "address_refused",
      "That Lightning Address is paid on another network (lnbc…): this tower pays lnbcrt… invoices.",
    ),
  ],
])("an invoice %s is refused", async (_what, differs, refused) => {
  service.answers.differs = differs;
  await expect(ask()).rejects.toEqual(refusal(refused));
});

test("an invoice with 30 seconds left can be paid", async () => {
  service.answers.differs = { expirySeconds: 30 };
  expect(await ask()).toBe(invoiceOf(START / 1000, 321_000n, { expirySeconds: 30 }));
});

test.each([
  ["damaged", { pr: invoiceOf(START / 1000, 321_000n).replace(/.$/, "q") }, badInvoice("cannot be read")],
  ["no invoice", { pr: "lightning" }, badInvoice("cannot be read")],
  ["empty", { pr: "" }, badInvoice("cannot be read")],
  ["endless", { pr: "l".repeat(4_097) }, NO_LNURL_PAY],
  ["not there", { routes: [] }, NO_LNURL_PAY],
])("an invoice that is %s is refused", async (_what, answer, refused) => {
  service.answers.invoice = json(answer);
  await expect(ask()).rejects.toEqual(refusal(refused));
});

// Whatever is typed.

/** The grammar told in another way than the code does. */
function isAddress(typed: string): boolean {
  const [name, domain, ...more] = typed.split("@");
  if (name === undefined || domain === undefined || more.length > 0) return false;
  const isName =
    name.length <= 64 && name.split(".").every((word) => word !== "" && [...word].every(isNameCharacter));
  const labels = domain.split(".");
  const last = labels.at(-1) ?? "";
  const isHost =
    domain.length <= 253 && labels.length >= 2 && labels.every(isLabel) && last >= "a" && last !== "onion";
  return isName && isHost;
}
const isNameCharacter = (character: string): boolean =>
  "abcdefghijklmnopqrstuvwxyz0123456789-_+".includes(character);
const isLabel = (label: string): boolean =>
  label.length >= 1 &&
  label.length <= 63 &&
  !label.startsWith("-") &&
  !label.endsWith("-") &&
  [...label].every((character) => "abcdefghijklmnopqrstuvwxyz0123456789-".includes(character));

test("nothing that is typed reaches the network unless it satisfies the grammar", async () => {
  const parts = fc.constantFrom(
    ..."abz09.-_+@:/\\?#%[] \n\u0000AÉ．。".split(""),
    ...[
      "alice",
      "wallet.example",
      "@wallet.example",
      "localhost",
      ".onion",
      "127.0.0.1",
      "0x7f",
      "::1",
      "xn--",
    ],
  );
  const typed = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(parts, { maxLength: 12 }).map((chosen) => chosen.join("")),
    fc
      .tuple(fc.array(parts, { maxLength: 4 }), fc.array(parts, { maxLength: 4 }))
      .map(([a, b]) => `${a.join("")}@${b.join("")}`),
    fc.emailAddress(),
    fc
      .tuple(fc.stringMatching(/^[a-z0-9_+.-]{1,70}$/), fc.domain())
      .map(([name, domain]) => `${name}@${domain}`),
    fc.oneof(fc.ipV4(), fc.ipV6(), fc.ipV4Extended()).map((ip) => `alice@${ip}`),
  );
  const seen = { taken: 0, refused: 0 };
  const asked: string[] = [];
  const resolve = async (host: string) => {
    asked.push(host);
    return ["127.0.0.1"];
  };
  const payer = createAddressPayer({
    network: "bcrt",
    clock,
    // Everything is forbidden: what gets as far as this has reached the network.
    outside: { ...service.outside, resolve, mayConnect: () => false },
  });
  await fc.assert(
    fc.asyncProperty(typed, async (address) => {
      asked.length = 0;
      const error: unknown = await payer.invoiceFor(address, AMOUNT).catch((reason: unknown) => reason);
      const isOne = isAddress(address);
      seen[isOne ? "taken" : "refused"] += 1;
      const code = isOne ? "address_unreachable" : "bad_address";
      expect(error).toEqual(expect.objectContaining({ constructor: RefusalError, code }));
      expect(asked).toStrictEqual(isOne ? [address.slice(address.indexOf("@") + 1)] : []);
    }),
    { numRuns: 3_000 },
  );
  expect(seen.taken).toBeGreaterThan(100);
  expect(seen.refused).toBeGreaterThan(100);
  expect(service.connections()).toBe(0);
});

test("no host that has a private address among its own is ever connected to", async () => {
  const privateOne = fc.constantFrom(
    "127.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "10.1.2.3",
    "fe80::1%eth0",
    "169.254.169.254",
  );
  const publicOnes = fc.array(fc.constantFrom("1.1.1.1", "8.8.8.8", "2606:4700::1111"), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(privateOne, publicOnes, fc.nat(3), async (hidden, others, at) => {
      const found = [...others.slice(0, at), hidden, ...others.slice(at)];
      const differs = { resolve: async () => found, mayConnect: isPublicAddress };
      await expect(ask(differs)).rejects.toEqual(refusal(NOT_FOUND));
    }),
    { numRuns: 200 },
  );
  expect(service.connections()).toBe(0);
});
