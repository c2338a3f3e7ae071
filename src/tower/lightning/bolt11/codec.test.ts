import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bech32, hex, utf8 } from "@scure/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RefusalError } from "../../../protocol/refusal.ts";
import { msat } from "../../../protocol/units.ts";
import { decodeInvoice } from "./decode.ts";
import { encodeInvoice } from "./encode.ts";
import { PLAIN_FEATURES } from "./features.ts";
import { INVOICE_DEFAULTS, type Invoice, type InvoiceDraft } from "./invoice.ts";
import { SIGNATURE_WORDS } from "./signature.ts";
import { packWords } from "./words.ts";

const secretKey = sha256(utf8.decode("a node of these tests"));
const payee = hex.encode(secp256k1.getPublicKey(secretKey));

const plain: InvoiceDraft = {
  ...INVOICE_DEFAULTS,
  network: "bcrt",
  amount: msat(10_000n),
  timestamp: 1_767_225_600,
  paymentHash: "ab".repeat(32),
  paymentSecret: "cd".repeat(32),
  description: { text: "Evaluation" },
  features: PLAIN_FEATURES,
};

const hexOf = (bytes: number, min = bytes) =>
  fc.uint8Array({ minLength: min, maxLength: bytes }).map((value) => hex.encode(value));
const uint32 = fc.integer({ min: 0, max: 0xffffffff });

const fallback = fc.oneof(
  fc.record({ version: fc.constantFrom(17, 18, 0), program: hexOf(20) }),
  fc.record({ version: fc.integer({ min: 1, max: 16 }), program: hexOf(40, 2) }),
);

const hop = fc.record({
  pubkey: hexOf(33),
  shortChannelId: fc
    .tuple(
      fc.integer({ min: 0, max: 0xffffff }),
      fc.integer({ min: 0, max: 0xffffff }),
      fc.integer({ min: 0, max: 0xffff }),
    )
    .map((parts) => parts.join("x")),
  feeBase: uint32.map((value) => msat(BigInt(value))),
  feeProportionalMillionths: uint32,
  cltvExpiryDelta: fc.integer({ min: 0, max: 0xffff }),
});

const draft: fc.Arbitrary<InvoiceDraft> = fc.record({
  network: fc.constantFrom("bc", "tb", "tbs", "bcrt"),
  amount: fc.option(fc.bigInt({ min: 1n, max: 2_100_000_000_000_000_000n }).map(msat)),
  timestamp: fc.integer({ min: 0, max: 2 ** 35 - 1 }),
  expirySeconds: fc.oneof(fc.nat(), fc.integer({ min: 0, max: 2 ** 42 })),
  minFinalCltvExpiry: fc.nat(),
  paymentHash: hexOf(32),
  paymentSecret: hexOf(32),
  description: fc.oneof(
    fc.record({ text: fc.string({ unit: "binary", maxLength: 150 }) }),
    fc.record({ hash: hexOf(32) }),
  ),
  metadata: fc.option(hexOf(64, 0)),
  // Any odd feature, and the even ones that are understood.
  features: fc
    .uniqueArray(
      fc.oneof(
        fc.nat(60).map((value) => value * 2 + 1),
        fc.constantFrom(8, 24, 36, 48),
      ),
    )
    .map((bits) => bits.reduce((all, bit) => all | (1n << BigInt(bit)), PLAIN_FEATURES)),
  fallbacks: fc.array(fallback, { maxLength: 3 }),
  routeHints: fc.array(fc.array(hop, { minLength: 1, maxLength: 3 }), { maxLength: 2 }),
  statesPayee: fc.boolean(),
});

/** The invoice, or `null` for a refusal; anything else thrown fails the test. */
function decoded(text: string): Invoice | null {
  try {
    return decodeInvoice(text);
  } catch (error) {
    if (error instanceof RefusalError && error.code === "malformed_invoice") return null;
    throw error;
  }
}

test("what is encoded is decoded again, also in upper case", () => {
  fc.assert(
    fc.property(draft, (each) => {
      const text = encodeInvoice(each, secretKey);
      expect(decodeInvoice(text)).toEqual({ ...each, payee });
      expect(decodeInvoice(text.toUpperCase())).toEqual({ ...each, payee });
    }),
    { numRuns: 60 },
  );
});

test("one character changed, removed, added or swapped never asks for something else", () => {
  const text = encodeInvoice(plain, secretKey);
  const damage = fc.record({
    at: fc.nat(text.length - 1),
    character: fc.constantFrom(..."qpzry9x8gf2tvdw0s3jn54khce6mua7l1bioPQ ⚡"),
    how: fc.constantFrom("change", "remove", "add", "swap"),
  });
  fc.assert(
    fc.property(damage, ({ at, character, how }) => {
      const before = text.slice(0, at);
      const changed = {
        change: before + character + text.slice(at + 1),
        remove: before + text.slice(at + 1),
        add: before + character + text.slice(at),
        swap: before + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2),
      }[how];
      if (changed !== text) expect(decoded(changed)).toBeNull();
    }),
    { numRuns: 2000 },
  );
});

test.each([true, false])(
  "data changed behind a right checksum is never still the node's (payee stated: %s)",
  (statesPayee) => {
    const honest = { ...plain, statesPayee, payee };
    const { prefix, words } = bech32.decode(encodeInvoice(honest, secretKey), false);
    fc.assert(
      fc.property(fc.nat(words.length - 1), fc.nat(31), (at, word) => {
        const forged = decoded(bech32.encode(prefix, words.with(at, word), false));
        if (forged?.payee === payee) expect(forged).toEqual(honest);
      }),
      { numRuns: 300 },
    );
  },
);

test("random text is refused, and nothing else happens", () => {
  const words = fc.array(fc.nat(31), { maxLength: 300 });
  const prefixes = fc.constantFrom(
    "lnbc",
    "lnbcrt100n",
    "lntbs1m",
    "ln",
    "lnxx5u",
    "lnbc01u",
    "lnbc0u",
    "lnbc9999999999m",
  );
  const anything = fc.oneof(
    fc.string(),
    fc.tuple(prefixes, words).map(([prefix, data]) => bech32.encode(prefix, data, false)),
  );
  fc.assert(
    fc.property(anything, (text) => {
      expect(decoded(text)).toBeNull();
    }),
    { numRuns: 1000 },
  );
});

/** Signs data exactly as given, so that a test can say what no encoder would. */
function signed(prefix: string, data: readonly number[], highS = false): string {
  const hash = sha256(new Uint8Array([...utf8.decode(prefix), ...packWords(data)]));
  const bytes = secp256k1.sign(hash, secretKey, { prehash: false, format: "recovered" });
  const { r, s, recovery } = secp256k1.Signature.fromBytes(bytes, "recovered");
  const flipped = new secp256k1.Signature(r, secp256k1.Point.Fn.ORDER - s, (recovery ?? 0) ^ 1);
  const final = highS ? flipped.toBytes("recovered") : bytes;
  return bech32.encode(
    prefix,
    [...data, ...bech32.toWords(new Uint8Array([...final.subarray(1), ...final.subarray(0, 1)]))],
    false,
  );
}

const dataOf = (each: InvoiceDraft): number[] =>
  bech32.decode(encodeInvoice(each, secretKey), false).words.slice(0, -SIGNATURE_WORDS);

test("a high S is accepted where the key is recovered and refused where it is stated", () => {
  expect(decoded(signed("lnbcrt100n", dataOf(plain), true))).toEqual({ ...plain, payee });
  const stated = { ...plain, statesPayee: true };
  expect(decoded(signed("lnbcrt100n", dataOf(stated)))).toEqual({ ...stated, payee });
  expect(decoded(signed("lnbcrt100n", dataOf(stated), true))).toBeNull();
});

const zeros = (length: number) => Array<number>(length).fill(0);
const ones = (length: number) => Array<number>(length).fill(31);

test.each([
  ["a number that starts with zeros", [6, 0, 2, 0, 1], "starts with zeros"],
  ["a number past 2^53", [6, 0, 12, ...ones(12)], "too large"],
  ["an expiry after the end of time", [6, 0, 10, ...ones(10)], "too far away"],
  ["a description and the hash of one", [23, 1, 20, ...zeros(52)], "either a description or the hash"],
  ["padding that is not 0", [27, 0, 2, 0, 1], "padded wrongly"],
  ["a route cut in the middle", [3, 0, 8, ...zeros(8)], "a route in it is cut off"],
  ["a fallback address of the wrong length", [9, 0, 9, 17, ...zeros(8)], "wrong length"],
])("refuses %s, though signed", (_, field, because) => {
  // Right after the timestamp: of repeated fields the first counts.
  expect(() => decodeInvoice(signed("lnbcrt100n", dataOf(plain).toSpliced(7, 0, ...field)))).toThrow(because);
});

test.each([
  ["longer than the rest", [6, 31, 31, 1]],
  ["without a whole length", [6, 0]],
])("refuses a last field %s, though signed", (_, field) => {
  expect(() => decodeInvoice(signed("lnbcrt100n", [...dataOf(plain), ...field]))).toThrow("cut off");
});

test("refuses payment in parts without a payment secret feature", () => {
  expect(() =>
    decodeInvoice(encodeInvoice({ ...plain, features: (1n << 8n) | (1n << 17n) }, secretKey)),
  ).toThrow("in parts");
});

test.each([
  [1n, "lnbcrt10p"],
  [100n, "lnbcrt1n"],
  [10_000n, "lnbcrt100n"],
  [1_000_000n, "lnbcrt10u"],
  [250_000_000n, "lnbcrt2500u"],
  [100_000_000_000n, "lnbcrt1"],
])("%d msat is written as %s, the shortest way", (amount, prefix) => {
  const text = encodeInvoice({ ...plain, amount: msat(amount) }, secretKey);
  expect(bech32.decode(text, false).prefix).toBe(prefix);
});

test("an invoice for 10 sats stays near 285 characters: it must fit a small QR code", () => {
  expect(encodeInvoice(plain, secretKey).length).toBeLessThanOrEqual(290);
});

test.each([
  ["an amount of nothing", { amount: msat(0n) }],
  ["a description over 639 bytes", { description: { text: "é".repeat(320) } }],
  ["a time before 1970 or after 3058", { timestamp: 2 ** 35 }],
])("does not encode %s", (_, wrong) => {
  expect(() => encodeInvoice({ ...plain, ...wrong }, secretKey)).toThrow(RangeError);
});
