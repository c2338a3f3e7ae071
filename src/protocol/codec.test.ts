import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Decoded, decodeClientMessage, decodeTowerMessage, encode } from "./codec.ts";
import { CLIENT_EXAMPLES, TOWER_EXAMPLES } from "./examples.ts";
import { MAX_FRAME_BYTES } from "./limits.ts";
import type { ClientMessage } from "./messages.ts";
import { REFUSALS } from "./refusal.ts";

const towerExamples = Object.entries(TOWER_EXAMPLES);
const clientExamples = Object.entries(CLIENT_EXAMPLES);

const refusal = (decoded: Decoded<unknown>) => {
  if (decoded.kind !== "refused") throw new Error(`was not refused but ${decoded.kind}`);
  return decoded.refusal;
};

/** What the client makes of the frame that the tower makes of a message, and the other way round. */
const throughTower = (message: unknown) => decodeTowerMessage(JSON.stringify(message));
const throughClient = (message: unknown) => decodeClientMessage(JSON.stringify(message));

describe("examples", () => {
  test.each(towerExamples)("%s of the tower comes through unchanged", (_type, example) => {
    const decoded = throughTower(example);
    expect(decoded).toStrictEqual({ kind: "message", message: example });
    if (decoded.kind === "message") expect(JSON.parse(encode(decoded.message))).toStrictEqual(example);
  });

  test.each(clientExamples)("%s of a client comes through unchanged", (_type, example) => {
    const decoded = throughClient(example);
    expect(decoded).toStrictEqual({ kind: "message", message: example });
    if (decoded.kind === "message") expect(JSON.parse(encode(decoded.message))).toStrictEqual(example);
  });

  test.each(towerExamples)("a client that says %s is refused: only the tower says it", (type, example) => {
    expect(throughClient({ ...example, requestId: "r1" })).toStrictEqual({
      kind: "refused",
      refusal: {
        code: "not_an_intent",
        message: `Only the tower says "${type}": a client sends intents.`,
      },
      requestId: "r1",
    });
  });

  test.each(clientExamples)("a browser passes over %s: a tower does not say it", (type, example) => {
    expect(throughTower(example)).toStrictEqual({ kind: "ignored", type });
  });
});

describe("frames of a client that are refused", () => {
  test.each([
    ["no JSON", "{", "bad_frame", "The frame is not JSON."],
    ["nothing", "", "bad_frame", "The frame is not JSON."],
    ["null", "null", "bad_frame", "The frame is not a JSON object."],
    ["a list", "[]", "bad_frame", "The frame is not a JSON object."],
    ["a text", '"subscribe"', "bad_frame", "The frame is not a JSON object."],
    ["no type", "{}", "bad_frame", "The frame has no type: it must be a text."],
    ["a number as type", '{"type":1}', "bad_frame", "The frame has no type: it must be a text."],
    ["its type only inherited", '{"__proto__":{"type":"subscribe"}}', "bad_frame", /no type/],
    [
      "another type",
      '{"type":"sudo"}',
      "unknown_type",
      '"sudo" is not a type of message that this tower knows.',
    ],
    ["an inherited name as type", '{"type":"constructor"}', "unknown_type", /"constructor"/],
    ["__proto__ as type", '{"type":"__proto__"}', "unknown_type", /"__proto__"/],
    ["a long type", JSON.stringify({ type: "x".repeat(5000) }), "unknown_type", /^"x{40}…"/],
  ])("%s", (_what, text, code, message) => {
    expect(refusal(decodeClientMessage(text))).toStrictEqual({
      code,
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
  });

  const { pay_invoice, job_request, refund_claim, agent_control, subscribe } = CLIENT_EXAMPLES;
  test.each([
    ["a field is missing", { ...pay_invoice, jobId: undefined }, "jobId is missing."],
    ["a field too many", { ...pay_invoice, amountSats: 1 }, "amountSats is not a field of this message."],
    ["its own prototype", `${JSON.stringify(pay_invoice).slice(0, -1)},"__proto__":{}}`, /^__proto__ is not/],
    ["null", { ...pay_invoice, jobId: null }, "jobId must be string."],
    ["a word that is none", { ...pay_invoice, invoiceType: "tip" }, 'invoiceType must be "eval" or "work".'],
    ["a wrong id", { ...pay_invoice, jobId: "../etc" }, /^jobId must be 1 to 64 letters/],
    ["a fraction", { ...agent_control, amountSats: 0.5 }, "amountSats must be a whole number of sats."],
    ["below zero", { ...agent_control, amountSats: -1 }, "amountSats must not be negative."],
    ["no text", { ...job_request, request: 5 }, "The request must be text."],
    ["an empty request", { ...job_request, request: " \n\t " }, /^The request is empty/],
    ["a long request", { ...job_request, request: "x".repeat(501) }, /longer than 500 characters/],
    ["a control character", { ...job_request, request: "a\u0000b" }, /control characters/],
    ["half a character", { ...job_request, request: "a\ud83d" }, /broken character/],
    ["a long invoice", { ...refund_claim, paymentRequest: "l".repeat(4097) }, /at most 4096 characters/],
    ["a nested field", { ...subscribe, since: { epoch: "e", seq: -1 } }, "since.seq must be at least 0."],
    ["a nested field too many", { ...subscribe, since: { epoch: "e", seq: 1, x: 1 } }, /^since\.x is not/],
    ["no object", { ...subscribe, since: 3 }, "since must be an object."],
    ["a wrong secret", { ...subscribe, ownerToken: "hunter2" }, /^ownerToken must be a token/],
  ] as const)("%s", (_what, message, sentence) => {
    const decoded = decodeClientMessage(typeof message === "string" ? message : JSON.stringify(message));
    expect(refusal(decoded)).toStrictEqual({
      code: "bad_request",
      message: typeof sentence === "string" ? sentence : expect.stringMatching(sentence),
    });
  });

  test("what was received is never repeated: it may be a secret", () => {
    const secret = "s3cr3t-that-is-not-well-formed";
    expect(JSON.stringify(throughClient({ ...subscribe, ownerToken: secret }))).not.toContain(secret);
    expect(JSON.stringify(throughClient({ ...pay_invoice, invoiceType: secret }))).not.toContain(secret);
  });

  test("a refusal answers the intent when its requestId can be read", () => {
    expect(throughClient({ ...pay_invoice, jobId: 1 })).toMatchObject({ requestId: pay_invoice.requestId });
    expect(throughClient({ ...pay_invoice, requestId: "not an id" })).not.toHaveProperty("requestId");
    expect(throughClient({ type: "sudo", requestId: "r1" })).toMatchObject({ requestId: "r1" });
  });
});

describe("size", () => {
  const sized = (filler: string, bytes: number) => {
    const empty = new TextEncoder().encode(JSON.stringify({ type: "" })).length;
    const width = new TextEncoder().encode(filler).length;
    const whole = Math.floor((bytes - empty) / width);
    return JSON.stringify({ type: filler.repeat(whole) + "x".repeat(bytes - empty - whole * width) });
  };
  test.each(["a", "é", "語", "😀"])("is counted in bytes of UTF-8: %s", (filler) => {
    expect(refusal(decodeClientMessage(sized(filler, MAX_FRAME_BYTES))).code).toBe("unknown_type");
    expect(refusal(decodeClientMessage(sized(filler, MAX_FRAME_BYTES + 1))).code).toBe("frame_too_large");
  });

  test("JSON of any depth or length is survived by the browser", () => {
    const nested = "[".repeat(1_000_000) + "]".repeat(1_000_000);
    const objects = `${'{"a_b":'.repeat(200_000)}1${"}".repeat(200_000)}`;
    const agent = { agentId: "a", label: "A", role: "", color: "#ffffff", state: "idle" };
    expect(decodeTowerMessage(nested).kind).toBe("refused");
    expect(decodeTowerMessage(`{"type":"chat","speaker":${nested},"text":"x"}`).kind).toBe("refused");
    expect(decodeTowerMessage(`{"type":"agent_count","count":1,"x_y":${objects}}`)).toStrictEqual({
      kind: "message",
      message: { type: "agent_count", count: 1 },
    });
    const agents = Array.from({ length: 50_000 }, () => agent);
    expect(throughTower({ type: "connection", status: "connected", agents }).kind).toBe("message");
  });
});

describe("frames of a tower", () => {
  test.each(["constructor", "__proto__", "toString", "hologram"])("of type %s are ignored", (type) => {
    expect(decodeTowerMessage(`{"type":${JSON.stringify(type)}}`)).toStrictEqual({ kind: "ignored", type });
  });

  test("fields that are not known are left out", () => {
    expect(throughTower({ ...TOWER_EXAMPLES.agent_count, mood: "x" })).toStrictEqual({
      kind: "message",
      message: TOWER_EXAMPLES.agent_count,
    });
  });

  test("what cannot be read is refused with the type and the field", () => {
    expect(refusal(throughTower({ type: "agent_count", count: -1 }))).toStrictEqual({
      code: "bad_frame",
      message: '"agent_count" was not understood: count must be at least 0.',
    });
    expect(refusal(throughTower({ type: "agent_left" })).message).toContain("agentId is missing");
  });

  test("infinity, which JSON can spell, is no place and no price", () => {
    const { agent_joined } = TOWER_EXAMPLES;
    const far = JSON.stringify({ ...agent_joined, agentId: "echo" }).replace('"x":-7', '"x":1e400');
    const { x, z, ...placeless } = agent_joined;
    expect(decodeTowerMessage(far)).toStrictEqual({
      kind: "message",
      message: { ...placeless, agentId: "echo" },
    });
    const dear = JSON.stringify(TOWER_EXAMPLES.economy_state).replace(
      '"btcPriceUsd":100000',
      '"btcPriceUsd":1e999',
    );
    expect(refusal(decodeTowerMessage(dear)).message).toContain("btcPriceUsd must be a finite number");
  });
});

describe("lists of a tower", () => {
  const { connection, snapshot_part } = TOWER_EXAMPLES;
  const [agent] = connection.agents;
  const nameless = { label: "Nobody", role: "agent", color: "#ffffff", state: "idle" };

  test("agents that cannot be shown cost the others nothing, and each kind of fault is told once", () => {
    const bad = [nameless, nameless, { ...agent, agentId: "a b" }, 7, null];
    expect(throughTower({ ...connection, agents: [...bad, agent] })).toStrictEqual({
      kind: "message",
      message: { ...connection, agents: [agent] },
      faults: [
        '"connection" came without 2 of its 6 agents: agentId is missing.',
        '"connection" came without 1 of its 6 agents: agentId must be 1 to 64 letters, digits or _ - . :.',
        '"connection" came without 2 of its 6 agents: it must be an object.',
      ],
    });
  });

  test("so it is with everything that a snapshot lists", () => {
    const { jobs = [], chat = [], progress = [] } = snapshot_part;
    const worse = {
      ...snapshot_part,
      jobs: [...jobs, { jobId: "j9" }],
      chat: [{ text: 5 }, ...chat],
      progress: [...progress, "x"],
    };
    const decoded = throughTower(worse);
    expect(decoded).toMatchObject({ kind: "message", message: snapshot_part });
    expect(decoded.kind === "message" && decoded.faults?.length).toBe(3);
  });

  test("what is wrong outside the lists is refused as before", () => {
    expect(refusal(throughTower({ ...connection, agents: [nameless], status: "gone" })).message).toContain(
      "status",
    );
    expect(refusal(throughTower({ ...connection, agents: 7 })).message).toContain("agents must be a list");
  });
});

describe("random frames", () => {
  /** Whatever comes, it is one of the three, its code is known, and a message is what the codec takes again. */
  function isSound(text: string): void {
    for (const decode of [decodeTowerMessage, decodeClientMessage]) {
      const decoded: Decoded<unknown> = decode(text);
      if (decoded.kind === "refused") {
        expect(Object.hasOwn(REFUSALS, decoded.refusal.code)).toBe(true);
        expect(decoded.refusal.message).toMatch(/^.{1,200}$/su);
      }
      if (decoded.kind === "message") {
        const { kind, message } = decoded;
        expect(decode(JSON.stringify(message))).toStrictEqual({ kind, message });
      }
    }
  }

  const anyExample = fc.constantFrom(...towerExamples, ...clientExamples).map(([, example]) => example);
  /** Values that have broken parsers before, besides random ones. */
  const anyValue = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      null,
      "",
      "__proto__",
      -1,
      0.5,
      1e308,
      Number.MAX_SAFE_INTEGER + 1,
      "\ud800",
      [],
      {},
      true,
    ),
  );

  /** All places in a value, as paths. */
  const places = (value: unknown, path: readonly string[] = []): readonly (readonly string[])[] =>
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...places(inner, [...path, key])])
      : [];

  const changedAt = (value: unknown, path: readonly string[], change: (old: unknown) => unknown): unknown => {
    const [key, ...rest] = path;
    if (key === undefined) return change(value);
    const copy: Record<string, unknown> = Array.isArray(value)
      ? ([...value] as never)
      : { ...(value as object) };
    copy[key] = changedAt(copy[key], rest, change);
    if (copy[key] === undefined) delete copy[key];
    return copy;
  };

  test("of any text", () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), isSound));
  });

  test("of any object with a type that exists", () => {
    const type = fc.constantFrom(...towerExamples, ...clientExamples).map(([name]) => name);
    fc.assert(
      fc.property(type, fc.dictionary(fc.string(), anyValue), (name, fields) =>
        isSound(JSON.stringify({ ...fields, type: name })),
      ),
    );
  });

  test("of an example with one place changed, removed or respelt", () => {
    const mutation = anyExample.chain((example) =>
      fc
        .tuple(fc.constantFrom(...places(example)), anyValue, fc.boolean())
        .map(([path, value, remove]) => changedAt(example, path, () => (remove ? undefined : value))),
    );
    fc.assert(
      fc.property(mutation, (message) => isSound(JSON.stringify(message))),
      { numRuns: 1000 },
    );
  });

  test("an example with a broken field never gets past: a required one removed, any one of a wrong kind", () => {
    const required: Readonly<Record<string, readonly string[]>> = {
      subscribe: ["clientId"],
      job_request: ["agentId", "request", "requestId"],
      job_cancel: ["jobId", "requestId"],
      chat_message: ["text", "requestId"],
      pay_invoice: ["jobId", "invoiceType", "requestId"],
      refund_claim: ["jobId", "requestId"],
      purse_topup: ["requestId"],
      session_open: ["amountSats", "requestId"],
      session_topup: ["sessionId", "amountSats", "requestId"],
      session_pay: ["sessionId", "requestId"],
      session_close: ["sessionId", "requestId"],
      session_recover: ["recoveryCode", "requestId"],
      agent_control: ["agentId", "action", "requestId"],
    } satisfies Record<ClientMessage["type"], readonly string[]>;
    for (const [type, example] of clientExamples) {
      for (const field of required[type] ?? [])
        expect(refusal(throughClient({ ...example, [field]: undefined })).message).toBe(
          `${field} is missing.`,
        );
      for (const field of Object.keys(example))
        for (const wrong of [null, true, [], {}])
          expect(throughClient({ ...example, [field]: wrong }).kind, `${type}.${field}`).toBe("refused");
    }
  });
});
