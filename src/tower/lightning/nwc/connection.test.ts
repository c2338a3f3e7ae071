import { hex } from "@scure/base";
import { expect, test } from "vitest";
import { parseConnection } from "./connection.ts";

/** The example of NIP-47, whose own secret is a digit too long. */
const WALLET = "b889ff5b1513b641e2a139f661a661364979c5beee91842f8f0ef42ab558e9d4";
const SECRET = "71a8c14c1407c113601079c4302dab36460f0ccd0ad506f1f2dc73b5100e4f3c";
const RELAY = "wss%3A%2F%2Frelay.example";
const url = (query: string, wallet = WALLET) => `nostr+walletconnect://${wallet}?${query}`;

test("a connection string names the wallet, its relays and the tower's secret", () => {
  const more = `relay=${RELAY}&relay=wss://two.example/v1&relay=${RELAY}&secret=${SECRET}&lud16=a@b.example`;
  expect(parseConnection(url(more))).toEqual({
    walletPubkey: WALLET,
    relays: ["wss://relay.example", "wss://two.example/v1"],
    secret: hex.decode(SECRET),
    clientPubkey: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test.each([
  ["another scheme", `https://${WALLET}?relay=${RELAY}&secret=${SECRET}`],
  ["no relay", url(`secret=${SECRET}`)],
  [
    "too many relays",
    url(`${Array.from({ length: 9 }, (_, n) => `relay=wss://r${n}.example`).join("&")}&secret=${SECRET}`),
  ],
  ["a relay in the clear elsewhere", url(`relay=ws%3A%2F%2Frelay.example&secret=${SECRET}`)],
  ["a relay that is no socket", url(`relay=https%3A%2F%2Frelay.example&secret=${SECRET}`)],
  ["a relay with a password", url(`relay=wss%3A%2F%2Fa%3Ab%40relay.example&secret=${SECRET}`)],
  ["no secret", url(`relay=${RELAY}`)],
  ["two secrets", url(`relay=${RELAY}&secret=${SECRET}&secret=${SECRET}`)],
  ["a secret that is too short", url(`relay=${RELAY}&secret=${SECRET.slice(1)}`)],
  ["a secret that is no key", url(`relay=${RELAY}&secret=${"0".repeat(64)}`)],
  ["a wallet's key that is none", url(`relay=${RELAY}&secret=${SECRET}`, "f".repeat(64))],
  ["something after a hash", `${url(`relay=${RELAY}&secret=${SECRET}`)}#more`],
])("no connection with %s", (_, wrong) => {
  expect(parseConnection(wrong)).toBe(undefined);
});

test("a relay on this machine may do without encryption", () => {
  expect(parseConnection(url(`relay=ws%3A%2F%2F127.0.0.1%3A7000&secret=${SECRET}`))?.relays).toEqual([
    "ws://127.0.0.1:7000",
  ]);
});
