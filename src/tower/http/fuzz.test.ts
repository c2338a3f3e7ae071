import fc from "fast-check";
import * as v from "valibot";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MAX_FRAME_BYTES } from "../../protocol/limits.ts";
import { contradiction, declarationOf } from "./testing/conformance.ts";
import { type FuzzServer, type Operation, openFuzzServer, WHO, type Who } from "./testing/fuzz-server.ts";
import {
  anyJson,
  fitting,
  pathPart,
  type Schema,
  spell,
  textOf,
  unfitting,
} from "./testing/json-arbitrary.ts";
import type { Answered, Asked } from "./testing/raw-request.ts";

const isLong = process.env["LONG"] === "1";
/** A seed that failed, to live through it again: `SEED=… npx vitest run src/tower/http/fuzz.test.ts`. */
const seed = Number(process.env["SEED"] ?? (isLong ? Date.now() % 2 ** 31 : 1));
const RUNS = isLong ? 3000 : 120;

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const JSON_TYPE = "application/json";
const OTHER_TYPES = ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""];

let fuzz: FuzzServer;
beforeEach(async () => {
  fuzz = await openFuzzServer();
});
afterEach(() => fuzz.close());

/** A request before what is secret or made at the start has been put in: a seed makes the same one in every run. */
interface Case {
  readonly parts: Readonly<Record<string, string>>;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly who: Who;
  readonly body?: unknown;
  /** Sent as it is in the place of a body. */
  readonly text?: string;
  readonly type: string;
  readonly isChunked: boolean;
}

/** Headers take no control characters: a client could not even send them. */
const headerText = (value: unknown): string =>
  textOf(value)
    .replace(/[^\x20-\x7e]/g, "?")
    .trim();

function casesOf({ body, parameters }: Operation): fc.Arbitrary<Case> {
  const names = Object.keys(fuzz.names);
  const of = (place: string) => parameters.filter((parameter) => parameter.in === place);
  const record = <Value>(
    place: string,
    make: (parameter: Operation["parameters"][number]) => fc.Arbitrary<Value>,
  ) => fc.record(Object.fromEntries(of(place).map((parameter) => [parameter.name, make(parameter)])));
  const schema = body ?? {};
  const long = "x".repeat(MAX_FRAME_BYTES + 10);
  const bodies = fc.oneof(
    { weight: 5, arbitrary: fitting(schema, names, fuzz.schemas).map((value) => ({ body: value })) },
    { weight: 5, arbitrary: unfitting(schema, names, fuzz.schemas).map((value) => ({ body: value })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "{",
        '{"a":',
        "nul",
        "\ufeff{}",
        "",
        " ",
        "'{}'",
        "[1,]",
        `"${long}"`,
        long,
        `{"request":"${long}"}`,
      ),
    },
  );
  return fc
    .record({
      parts: record("path", (parameter) => pathPart(parameter.schema, names)),
      query: fc.oneof(
        fc.constant(""),
        record("query", ({ schema: part }) => fc.oneof(fitting(part, names, fuzz.schemas), anyJson)).map(
          queryOf,
        ),
        fc.constantFrom("?", "?token=x", "?%zz", "?__proto__=1&a[]=2&a=3"),
      ),
      headers: record("header", ({ schema: part }) =>
        fc.oneof(fitting(part, names, fuzz.schemas), anyJson).map(headerText),
      ),
      who: fc.oneof(fc.constantFrom<Who>("owner", "operator", "other"), fc.constantFrom(...WHO)),
      payload: bodies,
      type: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(JSON_TYPE, `${JSON_TYPE}; charset=utf-8`) },
        { weight: 1, arbitrary: fc.constantFrom(...OTHER_TYPES) },
      ),
      isChunked: fc.boolean(),
    })
    .map(({ payload, ...rest }) => ({
      ...rest,
      ...(typeof payload === "string" ? { text: payload } : payload),
    }));
}

const queryOf = (values: object): string =>
  `?${Object.entries(values)
    .map(([name, value]) => `${name}=${encodeURIComponent(textOf(value))}`)
    .join("&")}`;

const spelt = (text: string): string => spell(text, fuzz.names).slice(1, -1);

/** The request of a case as it goes out. */
function askedOf(
  operation: Operation,
  { body, headers, isChunked, parts, query, text, type, who }: Case,
): Asked {
  const path = operation.path.replace(/\{(\w+)\}/g, (_whole, name: string) => spelt(parts[name] ?? ""));
  const authorization = fuzz.tokens[who];
  const hasBody = operation.method !== "GET";
  return {
    method: operation.method,
    path: `${path}${query}`,
    headers: {
      ...Object.fromEntries(
        Object.entries(headers)
          .filter(([, value]) => value !== "")
          .map(([name, value]) => [name, spelt(value)]),
      ),
      ...(authorization !== undefined && { authorization }),
      ...(hasBody && type !== "" && { "content-type": type }),
    },
    ...(hasBody && { body: text ?? spell(body, fuzz.names), isChunked }),
  };
}

/** Whether the router can take the parts of a path for an id at all; it refuses others before any route is found. */
function isRoutable(path: string): boolean {
  try {
    return (path.split("?")[0] ?? "")
      .split("/")
      .slice(1)
      .every(
        (part) =>
          part !== "" &&
          decodeURIComponent(part).length <= 100 &&
          !/^\.\.?$/.test(part) &&
          !part.includes(";"),
      );
  } catch {
    return false;
  }
}

/** Holds an answer against what the document says of the operation, and says which code it was refused with. */
function judge(operation: Operation, asked: Asked, { headers, status, text }: Answered): string | undefined {
  const what = {
    method: asked.method,
    path: asked.path,
    body: asked.body?.slice(0, 300),
    status,
    text: text.slice(0, 300),
  };
  const type = headers["content-type"]?.toString() ?? null;
  const answered = type?.startsWith(JSON_TYPE) ? (JSON.parse(text) as { code?: string }) : text;
  if (status >= 500) expect([501, 503], JSON.stringify(what)).toContain(status);
  if (!isRoutable(asked.path) && (status === 400 || status === 404)) {
    expect(answered, JSON.stringify(what)).toEqual({
      code: expect.stringMatching(/^(bad_request|not_found|unknown_\w+)$/),
      message: expect.any(String),
    });
    return undefined;
  }
  const codes = operation.codes[status];
  expect(codes, JSON.stringify(what)).toBeDefined();
  const place = { method: asked.method, path: operation.path.replace(/[{}]/g, "") };
  expect(contradiction(fuzz.server.declarations, { ...place, status, type, body: answered })).toBeUndefined();
  if (codes === undefined || codes.length === 0) return undefined;
  expect(codes, JSON.stringify(what)).toContain((answered as { code?: string }).code);
  return (answered as { code?: string }).code;
}

/** Every part of the path by the same known text. */
const placed = ({ parameters }: Operation, name: string): Pick<Case, "parts"> => ({
  parts: Object.fromEntries(
    parameters.filter((one) => one.in === "path").map((one) => [one.name, `@known:${name}`]),
  ),
});

/** A request that its route takes, but for the caller and what `change` says: about one thing only is it to be wrong. */
function plain(operation: Operation, change: Partial<Case> = {}): Case {
  const { body: schema = {}, method, parameters, path } = operation;
  const declared = declarationOf(fuzz.server.declarations, { method, path: path.replace(/[{}]/g, "") });
  const samples = (of: Schema) =>
    fc.sample(fitting(of, ["payable"], fuzz.schemas), { numRuns: 200, seed: 1 });
  // What a schema in JSON cannot say, that a text is not blank for one, the door's own can.
  const body = samples(schema).find(
    (one) => declared?.body === undefined || v.is(declared.body, JSON.parse(spell(one, fuzz.names))),
  );
  const needed = parameters.filter(({ required }) => required);
  const values = (place: string) =>
    Object.fromEntries(
      needed.filter((one) => one.in === place).map((one) => [one.name, headerText(samples(one.schema)[0])]),
    );
  const query = values("query");
  return {
    ...placed(operation, "noJob"),
    query: Object.keys(query).length === 0 ? "" : queryOf(query),
    headers: values("header"),
    who: "owner",
    body,
    type: JSON_TYPE,
    isChunked: false,
    ...change,
  };
}

test("no request makes a route do anything but what the document says", { timeout: 1_200_000 }, async () => {
  for (const operation of fuzz.operations) {
    await fc.assert(
      fc.asyncProperty(casesOf(operation), async (one) => {
        const asked = askedOf(operation, one);
        const answered = await fuzz.ask(asked);
        judge(operation, asked, answered);
        await fuzz.endOpened(answered);
        expect(fuzz.troubles()).toEqual([]);
      }),
      // What a request leaves behind is there for the next: a shorter run is another one, so none is looked for.
      { seed, numRuns: RUNS, endOnFailure: true },
    );
  }
});

test("every route refuses what every route of its kind refuses", async () => {
  const seen = new Set<string>();
  async function refused(
    operation: Operation,
    change: Partial<Case>,
    status: number,
    more: Partial<Asked> = {},
  ) {
    const asked = askedOf(operation, plain(operation, change));
    const sent = { ...asked, ...more, headers: { ...asked.headers, ...more.headers } };
    const answered = await fuzz.ask(sent);
    const code = judge(operation, sent, answered);
    expect({ ...operation, status: answered.status }).toEqual({ ...operation, status });
    seen.add(`${status} ${code}`);
  }
  for (const operation of fuzz.operations) {
    const kinds = operation.security.flatMap((scheme) => Object.keys(scheme));
    const needsToken =
      operation.security.length > 0 && operation.security.every((one) => Object.keys(one).length > 0);
    const who: Who = kinds.includes("owner") ? "owner" : "operator";
    if (needsToken && kinds.includes("operator")) {
      await refused(operation, { who: "unknown" }, 401);
      await refused(operation, { who: "nobody" }, kinds.includes("owner") ? 401 : 403);
      await refused(operation, { who: "kiosk" }, 403);
      if (!kinds.includes("owner")) await refused(operation, { who: "owner" }, 403);
    }
    if (operation.method !== "GET") {
      await refused(operation, { who, text: "{" }, 400);
      // A schema that says nothing takes anything.
      if (Object.keys(operation.body ?? {}).length > 0) await refused(operation, { who, body: [] }, 400);
      await refused(operation, { who, type: "text/plain" }, 415);
      await refused(operation, { who, text: `"${"x".repeat(MAX_FRAME_BYTES)}"` }, 413);
      await refused(operation, { who, text: " ".repeat(MAX_FRAME_BYTES + 1), isChunked: true }, 413);
      await refused(operation, { who }, 403, { headers: { origin: "https://evil.example" } });
    }
    if (operation.path.includes("{") && kinds.includes("operator")) await refused(operation, { who }, 404);
  }
  expect([...seen]).toEqual(
    expect.arrayContaining([
      "400 bad_request",
      "401 unauthorized",
      "403 forbidden",
      "403 read_only",
      "404 not_found",
      "404 unknown_job",
      "413 frame_too_large",
      "415 unsupported_media_type",
    ]),
  );
  expect(fuzz.troubles()).toEqual([]);
});

test("a path answers the methods that the document has for it, and says so to others", async () => {
  const paths = Map.groupBy(fuzz.operations, ({ path }) => path);
  for (const [path, operations] of paths) {
    const described = new Set(
      operations.flatMap(({ method }) => (method === "GET" ? [method, "HEAD"] : [method])),
    );
    for (const method of METHODS.filter((one) => !described.has(one))) {
      const { headers, status } = await fuzz.ask({
        method,
        path: path.replace(/\{\w+\}/g, "x"),
        headers: { "content-type": JSON_TYPE },
      });
      // The page's own routes lie outside `/api` and are no part of it.
      const isOurs = path.startsWith("/api/") && method !== "OPTIONS";
      const isStream = method === "HEAD" && status === 405;
      expect({ method, path, status }).toEqual({ method, path, status: isOurs || isStream ? 405 : 404 });
      if (isOurs) expect(headers["allow"]).toBeDefined();
    }
  }
});

/** Bodies in which each field is each text that means something: alone, and among others that fit. */
function knownBodies({ body }: Operation, fits: unknown): readonly unknown[] {
  const fields = Object.keys(body?.properties ?? {});
  const texts = Object.keys(fuzz.names).map((name) => `@known:${name}`);
  if (fields.length === 0) return [fits];
  return fields.flatMap((field) =>
    texts.flatMap((text) => [{ [field]: text }, { ...(fits as object), [field]: text }]),
  );
}

test("what can go wrong with somebody's sats is refused by its name, wherever it can", async () => {
  const seen = new Map<number, Set<string>>();
  for (const operation of fuzz.operations.filter(({ method }) => method !== "GET")) {
    const fits = plain(operation);
    const places = operation.path.includes("{") ? Object.keys(fuzz.names) : ["noJob"];
    for (const place of places) {
      for (const body of knownBodies(operation, fits.body)) {
        const asked = askedOf(operation, { ...fits, ...placed(operation, place), body });
        const answered = await fuzz.ask(asked);
        const code = judge(operation, asked, answered);
        if (code !== undefined) seen.set(answered.status, (seen.get(answered.status) ?? new Set()).add(code));
      }
    }
  }
  expect(fuzz.troubles()).toEqual([]);
  expect([...(seen.get(402) ?? [])]).toContain("purse_empty");
  expect([...(seen.get(409) ?? [])]).toEqual(
    expect.arrayContaining(["agent_unavailable", "already_paid", "illegal_event", "nothing_owed"]),
  );
  expect([...(seen.get(403) ?? [])]).toContain("forbidden");
  expect([...(seen.get(429) ?? [])]).toContain("too_many_open");
});

test("every route of the interface turns an address away that asks too much", async () => {
  const busy = await openFuzzServer(1);
  try {
    for (const operation of busy.operations.filter(({ path }) => path.startsWith("/api/"))) {
      const asked = askedOf(operation, plain(operation));
      const { status, text } = await busy.ask(asked);
      expect({ path: operation.path, status, code: JSON.parse(text).code }).toEqual({
        path: operation.path,
        status: 429,
        code: "rate_limited",
      });
      expect(operation.codes[429]).toContain("rate_limited");
    }
  } finally {
    await busy.close();
  }
});
