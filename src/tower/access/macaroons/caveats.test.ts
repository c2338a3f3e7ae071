import fc from "fast-check";
import { expect, test } from "vitest";
import { agentId } from "../../../protocol/ids.ts";
import { sats } from "../../../protocol/units.ts";
import { limitsOf } from "./caveats.ts";
import { ACTIONS, assertAllows, type Limits, type Wish } from "./limits.ts";

test.each<[string[], Limits]>([
  [[], {}],
  [["expires_at=1900000000"], { expiresAtMs: 1_900_000_000_000 }],
  [["expires_at=20", "expires_at=10", "expires_at=30"], { expiresAtMs: 10_000 }],
  [["max_sats=500", "max_sats = 20", "max_sats=70"], { maxSats: sats(20) }],
  [["max_sats=0"], { maxSats: sats(0) }],
  [["agents = alpha,beta"], { agents: [agentId("alpha"), agentId("beta")] }],
  [["agents=alpha, beta ,alpha", "agents=beta,gamma"], { agents: [agentId("beta")] }],
  [["agents=alpha", "agents=beta"], { agents: [] }],
  [["actions=request,read", "actions=topup,read"], { actions: ["read"] }],
  [
    ["actions=close", "agents=a", "max_sats=1", "expires_at=0"],
    { actions: ["close"], agents: [agentId("a")], maxSats: sats(1), expiresAtMs: 0 },
  ],
])("%j limits to %j", (caveats, limits) => expect(limitsOf(caveats)).toEqual(limits));

test.each([
  "",
  "=",
  "expires_at",
  "expires_at=",
  "expires_at=-1",
  "expires_at=1e9",
  "expires_at=01",
  "expires_at=1.5",
  "expires_at=0x10",
  "expires_at=1 0",
  "expires_at=9999999999999999",
  "expires_at=19000000000000000000",
  "Expires_at=10",
  " expires_at=10",
  "expires_at=10\n",
  "expires_at\u00a0=10",
  "max_sats=",
  "max_sats=2100000000000001",
  "max_sats==1",
  "max_sats=١",
  "agents=",
  "agents=alpha,",
  "agents=,alpha",
  "agents=al pha",
  "agents=alphä",
  `agents=${"a".repeat(65)}`,
  "actions=",
  "actions=everything",
  "actions=request read",
  "preimage=00",
  "constructor=1",
  "__proto__=1",
])("%j is refused wherever it stands", (caveat) => {
  expect(limitsOf([caveat])).toBeUndefined();
  expect(limitsOf([caveat, "max_sats=1"])).toBeUndefined();
  expect(limitsOf(["max_sats=1", caveat])).toBeUndefined();
});

const seconds = fc.integer({ min: 0, max: 5 });
const someAgents = fc.array(fc.constantFrom("alpha", "beta", "gamma"), { minLength: 1, maxLength: 3 });
const someActions = fc.array(fc.constantFrom(...ACTIONS), { minLength: 1, maxLength: 4 });
const equals = fc.constantFrom("=", " = ", "=  ");
const caveat = fc.oneof(
  fc.tuple(fc.constant("expires_at"), equals, seconds),
  fc.tuple(fc.constant("max_sats"), equals, seconds),
  fc.tuple(fc.constant("agents"), equals, someAgents),
  fc.tuple(fc.constant("actions"), equals, someActions),
);
const caveats = fc.array(
  caveat.map((parts) => parts.join("")),
  { maxLength: 6 },
);
const wish: fc.Arbitrary<Wish> = fc.record(
  {
    action: fc.constantFrom(...ACTIONS),
    agentId: fc.constantFrom(agentId("alpha"), agentId("beta"), agentId("gamma"), agentId("delta")),
    sats: fc.integer({ min: 0, max: 6 }).map(sats),
    now: fc.integer({ min: 0, max: 6_000 }),
  },
  { requiredKeys: ["action", "now"] },
);

function allows(texts: readonly string[], asked: Wish): boolean {
  const limits = limitsOf(texts);
  if (limits === undefined) throw new Error("these caveats are of the vocabulary");
  try {
    assertAllows(limits, asked);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ name: "RefusalError", code: "forbidden" });
    return false;
  }
}

test("caveats only narrow: two lists allow exactly what each of them allows", () => {
  let allowed = 0;
  fc.assert(
    fc.property(caveats, caveats, wish, (some, more, asked) => {
      const together = allows([...some, ...more], asked);
      expect(together).toBe(allows(some, asked) && allows(more, asked));
      expect(together).toBe(allows([...more, ...some], asked));
      if (together) allowed += 1;
    }),
    { numRuns: 3_000 },
  );
  expect(allowed).toBeGreaterThan(100);
});

test("any text is either of the vocabulary or refused as a whole", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.string().map((end) => `agents=${end}`),
  );
  fc.assert(
    fc.property(caveats, text, caveats, (before, odd, after) => {
      const alone = limitsOf([odd]);
      expect(limitsOf([...before, odd, ...after]) === undefined).toBe(alone === undefined);
    }),
  );
});

const LIMITED = limitsOf(["expires_at=100", "agents=alpha", "max_sats=50", "actions=request,read"]) ?? {};
const request = { action: "request", agentId: agentId("alpha"), sats: sats(50), now: 99_999 } as const;

test("what is within every limit is allowed", () => {
  expect(() => assertAllows(LIMITED, request)).not.toThrow();
  expect(() => assertAllows(LIMITED, { action: "read", now: 0 })).not.toThrow();
  expect(() => assertAllows({}, { action: "request", now: 0 })).not.toThrow();
});

test.each<[string, Wish, RegExp]>([
  ["at its end", { ...request, now: 100_000 }, /has expired/],
  ["another action", { action: "close", now: 0 }, /does not allow close/],
  ["another agent", { ...request, agentId: agentId("beta") }, /not for that agent/],
  ["another agent to read", { action: "read", agentId: agentId("beta"), now: 0 }, /not for that agent/],
  ["one sat more", { ...request, sats: sats(51) }, /at most 50 sats/],
  ["no agent named", { action: "request", sats: sats(1), now: 0 }, /not for that agent/],
  ["no price named", { action: "request", agentId: agentId("alpha"), now: 0 }, /at most 50 sats/],
])("%s is refused", (_, asked, sentence) => {
  expect(() => assertAllows(LIMITED, asked)).toThrow(sentence);
});

test.each(["max_sats=2100000000000000", "agents=alpha,beta,gamma"])("%s takes nothing out", (limit) => {
  for (const caveats of [[limit], [limit, "actions=close"]]) {
    expect(allows(caveats, { action: "close", now: 0 })).toBe(false);
    expect(allows(caveats, { action: "close", agentId: agentId("alpha"), sats: sats(0), now: 0 })).toBe(
      false,
    );
  }
  expect(allows([limit], { action: "read", now: 0 })).toBe(true);
  expect(allows([limit], { action: "topup", now: 0 })).toBe(true);
  expect(allows(["actions=close", "expires_at=1"], { action: "close", now: 0 })).toBe(true);
});
