import { expect, test } from "vitest";
import { loadCredentials } from "./credentials.ts";
import { newId } from "./new-id.ts";
import type { Storage } from "./ports.ts";
import { createFakeStorage } from "./testing/fake-world.ts";

const TOKEN = "an-operators-token-of-some-length";
const SECRET_A = "a".repeat(43);
const SECRET_B = "b".repeat(43);

function load(options: {
  hash?: string;
  local?: Storage | undefined;
  session?: Storage | undefined;
  gateway?: string;
}) {
  let stripped = 0;
  const credentials = loadCredentials({
    gateway: options.gateway ?? "ws://a/ws/matrix",
    local: options.local,
    session: options.session,
    address: { hash: options.hash ?? "", stripHash: () => (stripped += 1) },
    newId: () => "client-1",
  });
  return { credentials, stripped: () => stripped };
}

test("a token leaves the address at once and lives as long as the tab", () => {
  const session = createFakeStorage();
  const local = createFakeStorage();
  const first = load({ hash: `#token=${TOKEN}`, session, local });
  expect([first.credentials.token(), first.stripped()]).toEqual([TOKEN, 1]);
  const reloaded = load({ session, local });
  expect([reloaded.credentials.token(), reloaded.stripped()]).toEqual([TOKEN, 0]);
  expect([...local.kept]).toEqual([["matrix.client", "client-1"]]);
  reloaded.credentials.forgetToken();
  expect(load({ session, local }).credentials.token()).toBeUndefined();
});

test("an address with another fragment is left as it is", () => {
  expect(load({ hash: "#about" }).stripped()).toBe(0);
});

test("each tower has its own owner's secret, and it outlives the page", () => {
  const local = createFakeStorage();
  load({ local }).credentials.keepOwnerToken(SECRET_A);
  load({ local, gateway: "ws://b/ws/matrix" }).credentials.keepOwnerToken(SECRET_B);
  expect(load({ local }).credentials.ownerToken()).toBe(SECRET_A);
  expect(load({ local, gateway: "ws://b/ws/matrix" }).credentials.ownerToken()).toBe(SECRET_B);
});

test("what no tower would take is not kept: it would be refused at every connection", () => {
  const local = createFakeStorage();
  const session = createFakeStorage();
  load({ local }).credentials.keepOwnerToken("damaged");
  const { credentials, stripped } = load({ hash: "#token=short", local, session });
  expect([credentials.token(), credentials.ownerToken(), stripped()]).toEqual([undefined, undefined, 1]);
});

test("where storage is forbidden or missing, memory serves", () => {
  const forbidden: Storage = {
    getItem: () => {
      throw new Error("forbidden");
    },
    setItem: () => {
      throw new Error("forbidden");
    },
    removeItem: () => {
      throw new Error("forbidden");
    },
  };
  for (const storage of [forbidden, undefined]) {
    const { credentials } = load({ hash: `#token=${TOKEN}`, local: storage, session: storage });
    credentials.keepOwnerToken(SECRET_A);
    expect([credentials.clientId, credentials.ownerToken(), credentials.token()]).toEqual([
      "client-1",
      SECRET_A,
      TOKEN,
    ]);
    credentials.forgetToken();
    expect(credentials.token()).toBeUndefined();
  }
});

test("ids are UUIDs also where the browser has no `randomUUID`", () => {
  expect(newId({ getRandomValues: (bytes) => bytes.fill(0xff) })).toBe(
    "ffffffff-ffff-4fff-bfff-ffffffffffff",
  );
  expect(newId({ randomUUID: () => "from-the-browser", getRandomValues: (bytes) => bytes })).toBe(
    "from-the-browser",
  );
});
