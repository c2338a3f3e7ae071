import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { importMacaroon } from "macaroon";
import { expect, test } from "vitest";
import { decodeIdentifier, encodeIdentifier } from "./identifier.ts";
import { addCaveats, readMacaroon, writeMacaroon } from "./macaroon.ts";
import vectors from "./vectors.json" with { type: "json" };

const HEX = /^[0-9a-f]{64}$/;
const newHex = (): string => randomBytes(32).toString("hex");
const newIdentifier = () => ({ paymentHash: newHex(), tokenId: newHex() });
const ROOT_KEY = randomBytes(32);
const IDENTIFIER = newIdentifier();
const CAVEATS = ["expires_at=1900000000", "agents=alpha,beta"];
const TEXT = writeMacaroon(ROOT_KEY, IDENTIFIER, CAVEATS);
const BYTES = Buffer.from(TEXT, "base64");
const isValid = (text: string): boolean => readMacaroon(text)?.isSignedWith(ROOT_KEY) ?? false;

test("an identifier is a version, a payment hash and a token's id in 66 bytes", () => {
  const identifier = { paymentHash: "ab".repeat(32), tokenId: "01".repeat(32) };
  const bytes = encodeIdentifier(identifier);
  expect(Buffer.from(bytes).toString("hex")).toBe(`0000${"ab".repeat(32)}${"01".repeat(32)}`);
  expect(decodeIdentifier(bytes)).toEqual(identifier);
  expect(decodeIdentifier(bytes.subarray(0, 65))).toBeUndefined();
  expect(decodeIdentifier(Buffer.concat([bytes, Buffer.of(0)]))).toBeUndefined();
  expect(decodeIdentifier(Buffer.concat([Buffer.of(0, 1), bytes.subarray(2)]))).toBeUndefined();
});

test.each(["", "ab".repeat(31), "ab".repeat(33), `${"ab".repeat(31)}zz`, `zz${"ab".repeat(31)}`])(
  "%j is no payment hash",
  (paymentHash) => {
    expect(() => encodeIdentifier({ paymentHash, tokenId: newHex() })).toThrow(RangeError);
    expect(() => encodeIdentifier({ paymentHash: newHex(), tokenId: paymentHash })).toThrow(RangeError);
  },
);

test.each(vectors)("a macaroon of $by with $caveats is read and is signed", (vector) => {
  const { rootKey, paymentHash, tokenId, caveats, text } = vector;
  const macaroon = readMacaroon(text);
  expect(macaroon).toMatchObject({ identifier: { paymentHash, tokenId }, caveats });
  expect(macaroon?.isSignedWith(Buffer.from(rootKey, "hex"))).toBe(true);
  expect(macaroon?.isSignedWith(ROOT_KEY)).toBe(false);
});

test("we write the very bytes that the macaroon library of aperture and lnd writes", () => {
  const theirs = vectors.filter(({ by }) => by.startsWith("gopkg.in/macaroon.v2"));
  expect(theirs).toHaveLength(3);
  for (const { rootKey, paymentHash, tokenId, caveats, text } of theirs)
    expect(writeMacaroon(Buffer.from(rootKey, "hex"), { paymentHash, tokenId }, caveats)).toBe(text);
});

test("what is written is read, in every spelling of base64", () => {
  expect(TEXT).toMatch(/^[A-Za-z0-9+/]+=*$/);
  for (const text of [
    TEXT,
    TEXT.replace(/=+$/, ""),
    BYTES.toString("base64url"),
    TEXT.replaceAll("+", "-").replaceAll("/", "_"),
  ]) {
    expect(readMacaroon(text)).toMatchObject({ identifier: IDENTIFIER, caveats: CAVEATS });
    expect(isValid(text)).toBe(true);
  }
});

test("a macaroon has no second spelling in the bits that base64 leaves over", () => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const last = TEXT.at(-2) ?? "";
  expect(TEXT.slice(-1)).toBe("=");
  for (const spare of [1, 2, 3]) {
    const text = `${TEXT.slice(0, -2)}${alphabet[alphabet.indexOf(last) + spare]}=`;
    expect(Buffer.from(text, "base64").equals(BYTES)).toBe(true);
    expect(isValid(text)).toBe(false);
  }
});

test("whoever has a macaroon adds caveats to it, and takes none away", () => {
  const narrower = addCaveats(TEXT, ["max_sats=7"]);
  expect(readMacaroon(narrower)?.caveats).toEqual([...CAVEATS, "max_sats=7"]);
  expect(isValid(narrower)).toBe(true);
  const signature = importMacaroon(Buffer.from(narrower, "base64")).signature;
  expect(isValid(Buffer.concat([BYTES.subarray(0, -32), signature]).toString("base64"))).toBe(false);
});

test("as many caveats as there may be are written, longer ones than a byte counts too", () => {
  const caveats = [...Array<string>(31).fill("max_sats=1"), `agents=${"a".repeat(64)},${"b".repeat(64)}`];
  const text = writeMacaroon(ROOT_KEY, IDENTIFIER, caveats);
  expect(readMacaroon(text)?.caveats).toEqual(caveats);
  expect(isValid(text)).toBe(true);
});

test("what the tower would refuse is not written", () => {
  const refused = { name: "RefusalError", code: "bad_request" };
  const attempt = (work: () => unknown) => {
    try {
      return work();
    } catch (error) {
      return error;
    }
  };
  const many = Array<string>(33).fill("max_sats=1");
  const long = Array.from({ length: 60 }, (_, n) => `${n}`.padStart(60, "a")).join(",");
  expect(attempt(() => writeMacaroon(ROOT_KEY, IDENTIFIER, ["color=red"]))).toMatchObject(refused);
  expect(attempt(() => addCaveats(TEXT, ["max_sats=-1"]))).toMatchObject(refused);
  expect(attempt(() => addCaveats("not a macaroon", []))).toMatchObject(refused);
  expect(attempt(() => writeMacaroon(ROOT_KEY, IDENTIFIER, many))).toMatchObject(refused);
  expect(attempt(() => addCaveats(TEXT, many.slice(2)))).toMatchObject(refused);
  expect(attempt(() => writeMacaroon(ROOT_KEY, IDENTIFIER, [`agents=${long}`]))).toMatchObject(refused);
  expect(writeMacaroon(ROOT_KEY, IDENTIFIER, many.slice(1))).toEqual(expect.any(String));
});

/** A macaroon of the binary format, put together by hand. */
function raw(
  caveats: readonly (readonly [identifier: string, vid?: string])[],
  signature = Buffer.alloc(32),
) {
  const field = (type: number, bytes: Uint8Array) =>
    Buffer.concat([Buffer.of(type, (bytes.length & 0x7f) | 0x80, bytes.length >> 7), bytes]);
  const parts = caveats.flatMap(([identifier, vid]) => [
    field(2, Buffer.from(identifier)),
    ...(vid === undefined ? [] : [field(4, Buffer.from(vid))]),
    Buffer.of(0),
  ]);
  const head = [Buffer.of(2), field(2, encodeIdentifier(IDENTIFIER)), Buffer.of(0)];
  return Buffer.concat([...head, ...parts, Buffer.of(0), field(6, signature)]).toString("base64");
}

test("size and kind of what somebody sends are limited before anything is computed", () => {
  const times = (count: number) => Array.from({ length: count }, () => ["max_sats=1"] as const);
  expect(readMacaroon(raw(times(32)))?.caveats).toHaveLength(32);
  expect(readMacaroon(raw(times(33)))).toBeUndefined();
  expect(readMacaroon(raw([["agents=alpha", "a third party's"]]))).toBeUndefined();
  expect(readMacaroon(raw([["agents=alpha", ""]]))).toBeUndefined();
  expect(readMacaroon(raw([["x".repeat(2_900)]]))?.caveats).toHaveLength(1);
  expect(readMacaroon(raw([["x".repeat(3_000)]]))).toBeUndefined();
  expect(readMacaroon("A".repeat(1_000_000))).toBeUndefined();
});

test.each([0, 1, 31, 33, 64])("a signature of %i bytes is none", (length) => {
  expect(readMacaroon(raw([], Buffer.alloc(length)))?.isSignedWith(ROOT_KEY)).toBe(false);
});

test("a macaroon of the format's version 1 or of JSON is none of ours", () => {
  const v1 = "0014location tower\n0013identifier abc\n002fsignature 0123456789abcdef0123456789abcdef\n";
  expect(readMacaroon(Buffer.from(v1).toString("base64"))).toBeUndefined();
  expect(readMacaroon(Buffer.from('{"v":2,"i":"a","s":"b"}').toString("base64"))).toBeUndefined();
});

test("no bit of a macaroon can be turned, neither of its bytes nor of its text", () => {
  for (let bit = 0; bit < BYTES.length * 8; bit += 1) {
    const turned = Buffer.from(BYTES);
    turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    if (isValid(turned.toString("base64"))) expect.fail(`bit ${bit} of the bytes`);
  }
  const bytes = Buffer.from(TEXT, "latin1");
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const turned = Buffer.from(bytes);
    turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    if (isValid(turned.toString("latin1"))) expect.fail(`bit ${bit} of the text`);
  }
  expect(isValid(TEXT)).toBe(true);
});

test("nothing can be cut off, and nothing put behind", () => {
  for (let length = 0; length < BYTES.length; length += 1)
    if (isValid(BYTES.subarray(0, length).toString("base64"))) expect.fail(`${length} bytes`);
  const unpadded = TEXT.replace(/=+$/, "");
  for (let length = 0; length < unpadded.length; length += 1)
    if (isValid(unpadded.slice(0, length))) expect.fail(`${length} characters`);
  for (const more of ["A", "AAAA", "====", " ", "\n", TEXT]) expect(isValid(TEXT + more)).toBe(false);
  expect(isValid(Buffer.concat([BYTES, BYTES]).toString("base64"))).toBe(false);
});

test("a macaroon of another root key is not signed with ours", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (rootKey) => {
      const macaroon = readMacaroon(writeMacaroon(rootKey, IDENTIFIER, CAVEATS));
      expect(macaroon?.isSignedWith(rootKey)).toBe(true);
      expect(macaroon?.isSignedWith(ROOT_KEY)).toBe(false);
    }),
  );
});

test("whatever is sent is read or is nothing, and never throws", () => {
  const bytes = fc.uint8Array({ maxLength: 400 }).map((some) => Buffer.from(some));
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 5_000 }),
    bytes.map((some) => some.toString("base64")),
    bytes.map((some) => Buffer.concat([Buffer.of(2), some]).toString("base64url")),
    // Whole but for a few bytes: these get past the first fields.
    fc
      .tuple(fc.integer({ min: 0, max: BYTES.length }), bytes)
      .map(([kept, some]) => Buffer.concat([BYTES.subarray(0, kept), some]).toString("base64")),
  );
  fc.assert(
    fc.property(text, (sent) => {
      if (sent === TEXT) return;
      const macaroon = readMacaroon(sent);
      if (macaroon === undefined) return;
      expect(macaroon.identifier).toEqual({
        paymentHash: expect.stringMatching(HEX),
        tokenId: expect.stringMatching(HEX),
      });
      expect(macaroon.isSignedWith(ROOT_KEY)).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});
