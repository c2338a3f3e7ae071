import { expect, test } from "vitest";
import { msat } from "../../protocol/units.ts";
import { ANNA } from "../economy/testing/economy.ts";
import { createOutside } from "../economy/testing/outside.ts";
import { openEconomyServer } from "./testing/economy-server.ts";

const HOOK = "/api/hooks/payment";
const FORM = "application/x-www-form-urlencoded";
const HEARD = { status: 204, body: "" };

async function open() {
  const outside = createOutside();
  const rig = await openEconomyServer({ outside });
  /** The hash of a new job's eval invoice. */
  async function unpaid() {
    const id = await rig.tower.request(ANNA);
    const [row] = await rig.tower.database.read((sql) =>
      sql.all<{ payment_hash: string }>("SELECT payment_hash FROM invoice WHERE job_id = ?", id),
    );
    return { id, hash: row?.payment_hash ?? "" };
  }
  const hook = (body: unknown, type = "application/json") =>
    rig.ask("POST", HOOK, { token: undefined, body, headers: { "content-type": type } });
  return { ...rig, outside, unpaid, hook };
}

/** How wallets write that an invoice was paid. */
const BODIES: readonly (readonly [wallet: string, type: string, write: (hash: string) => unknown])[] = [
  [
    "LNbits 1.x, JSON in JSON",
    "application/json",
    (hash) =>
      JSON.stringify(
        JSON.stringify({ checking_id: hash, payment_hash: hash, wallet_id: "ab".repeat(16), amount: 10_000 }),
      ),
  ],
  ["LNbits 0.x", "application/json", (hash) => ({ payment_hash: hash, preimage: "0".repeat(64), fee: 0 })],
  [
    "phoenixd, JSON",
    "application/json; charset=UTF-8",
    (hash) => ({ type: "payment_received", amountSat: 10, paymentHash: hash, externalId: "x" }),
  ],
  [
    "phoenixd, a form",
    `${FORM}; charset=UTF-8`,
    (hash) => `type=payment_received&amountSat=10&paymentHash=${hash}`,
  ],
  [
    "a list of names nobody knows, in capitals",
    "application/json",
    (hash) => [{ deep: [hash.toUpperCase()] }],
  ],
];

test.each(BODIES)(
  "a webhook of %s has the wallet asked, and what it says counts",
  async (_name, type, write) => {
    const { hook, outside, tower, unpaid } = await open();
    const { hash, id } = await unpaid();
    outside.pay(hash, { amount: msat(10_000n), at: tower.clock.now() });
    expect(await hook(write(hash), type)).toEqual(HEARD);
    expect(await tower.until(id, ({ workInvoice }) => workInvoice !== undefined)).toMatchObject({
      evalInvoice: { state: "settled" },
    });
  },
);

test("the answer is the same for what is known, unknown, paid or nothing at all", async () => {
  const { hook, unpaid } = await open();
  const { hash } = await unpaid();
  for (const body of [
    { hash },
    { hash: "0".repeat(64) },
    { hash: "0".repeat(63) },
    {},
    [],
    "null",
    "1",
    '""',
  ])
    expect([body, await hook(body)]).toEqual([body, HEARD]);
  expect(await hook("", FORM)).toEqual(HEARD);
});

test("a webhook says little: a hash is asked about once, and no more than a few of one body", async () => {
  const { hook, server, tower } = await open();
  const asked: string[] = [];
  const reconcile = tower.economy.reconcile;
  tower.economy.reconcile = async (hash) => {
    asked.push(hash);
    return reconcile(hash);
  };
  const hash = (n: number) => n.toString(16).padStart(64, "0");
  for (let n = 0; n < 20; n += 1) await hook({ hash: hash(1) });
  await hook({ hashes: Array.from({ length: 500 }, (_, n) => hash(n + 2)) });
  // Closing waits for what is under way.
  await server.close();
  const counts = Map.groupBy(asked, (one) => one);
  expect([...counts].filter(([, times]) => times.length > 1)).toEqual([]);
  expect(asked.slice(0, 1)).toEqual([hash(1)]);
  expect(asked.length).toBeLessThanOrEqual(9);
});

test("what is no webhook is refused, and no other route takes a form", async () => {
  const { ask, hook } = await open();
  const code = (status: number, name: string) => ({
    status,
    body: { code: name, message: expect.any(String) },
  });
  expect(await hook({ text: "x".repeat(70_000) })).toEqual(code(413, "frame_too_large"));
  expect(await hook("x".repeat(70_000), FORM)).toEqual(code(413, "frame_too_large"));
  for (const type of ["text/plain", "multipart/form-data", "application/x-www-form-urlencodedx", ""])
    expect([type, await hook("{}", type)]).toEqual([type, code(415, "unsupported_media_type")]);
  expect(await hook("{")).toEqual(code(400, "bad_request"));
  expect(await ask("POST", HOOK, { headers: { origin: "https://evil.example" } })).toEqual(
    code(403, "forbidden"),
  );
  for (const path of ["/api/jobs", "/api/treasury/deposits", "/api/kiosks"])
    expect(await ask("POST", path, { body: "amountSats=1", headers: { "content-type": FORM } })).toEqual(
      code(415, "unsupported_media_type"),
    );
});
