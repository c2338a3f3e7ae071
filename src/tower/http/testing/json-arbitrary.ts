import fc from "fast-check";

/** What is read of a JSON Schema. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/**
 * A text that {@link spell} turns into something that JavaScript has no value for (a number beyond its numbers) or that is known
 * only once a server runs (an invoice, an id): so a failure can be lived through again by its seed.
 */
const raw = (spelling: string): string => `@raw:${spelling}`;
const known = (name: string): string => `@known:${name}`;

/** JSON with every marker in it spelt out. */
export const spell = (value: unknown, names: Readonly<Record<string, string>>): string =>
  (JSON.stringify(value) ?? "")
    .replace(/"@raw:([^"]*)"/g, "$1")
    .replace(/@known:(\w+)/g, (_marker, name: string) => JSON.stringify(names[name] ?? "").slice(1, -1));

const NUMBERS = [
  "1e400",
  "-1e400",
  "1e308",
  "-0",
  "0.1",
  "-1",
  "9007199254740993",
  "2100000000000001",
  "1E+2",
];

const oddText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.string({ unit: "grapheme", maxLength: 80 }),
  fc.constantFrom(
    "",
    " ",
    "\u0000",
    "\ud800",
    "__proto__",
    "constructor",
    "../../x",
    "🌍".repeat(300),
    "NaN",
    "1",
  ),
  fc.integer({ min: 500, max: 5000 }).map((length) => "x".repeat(length)),
);

/** Any JSON at all. */
export const anyJson = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  oddText,
  fc.constantFrom(...NUMBERS.map(raw), null, true, [], {}),
);

const safe = (bound: number | undefined, otherwise: number): number =>
  Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, bound ?? otherwise));

/** Values that fit a schema, or nearly: what a schema cannot say (an invoice's own rules) comes from the `names` that are known. */
export function fitting(
  schema: Schema,
  names: readonly string[],
  refs: Readonly<Record<string, Schema>>,
): fc.Arbitrary<unknown> {
  const inner = (part: Schema) => fitting(part, names, refs);
  const referred = schema.$ref === undefined ? undefined : refs[schema.$ref.split("/").at(-1) ?? ""];
  if (referred !== undefined) return inner(referred);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return fc.oneof(...either.map(inner));
  switch (schema.type) {
    case "string": {
      const { maxLength = 200, minLength = 0, pattern } = schema;
      const texts =
        pattern === undefined
          ? fc
              .constantFrom("grapheme" as const, "grapheme-ascii" as const, "binary" as const)
              .chain((unit) => fc.string({ minLength, maxLength: Math.min(maxLength, 600), unit }))
          : fc.stringMatching(new RegExp(pattern));
      return fc.oneof(texts, fc.constantFrom(...names.map(known)));
    }
    case "integer":
      return fc.oneof(
        fc.integer({ min: safe(schema.minimum, -(2 ** 31)), max: safe(schema.maximum, 2 ** 31) }),
        fc.constantFrom(safe(schema.minimum, 0), safe(schema.maximum, 1)),
      );
    case "number":
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(inner(schema.items ?? {}), { maxLength: 3 });
    case "object": {
      const { properties = {}, required = [] } = schema;
      const fields = Object.fromEntries(
        Object.entries(properties).map(([name, part]) => [name, inner(part)]),
      );
      return fc.record(fields, { requiredKeys: [...required] });
    }
    default:
      return anyJson;
  }
}

/** Values that do not fit: a field of the wrong type, missing or too many, or something else altogether. */
export function unfitting(
  schema: Schema,
  names: readonly string[],
  refs: Readonly<Record<string, Schema>>,
): fc.Arbitrary<unknown> {
  const fields = Object.keys(schema.properties ?? {});
  const spoilt = fc
    .tuple(
      fitting(schema, names, refs),
      fc.constantFrom(...fields, "one_more", "__proto__"),
      fc.option(anyJson, { nil: undefined }),
    )
    .map(([value, field, other]) => {
      const entries = Object.entries(value ?? {}).filter(([name]) => name !== field);
      return Object.fromEntries(other === undefined ? entries : [...entries, [field, other]]);
    });
  return fc.oneof({ arbitrary: spoilt, weight: 3 }, anyJson);
}

/** A value as it is written where there is no JSON: in a path, a query or a header. */
export const textOf = (value: unknown): string =>
  (typeof value === "string" ? value : (JSON.stringify(value) ?? "")).toWellFormed();

/** Texts that stand in for a part of a path: an id, something known, or nothing that could be one. Some are no path at all. */
export const pathPart = (schema: Schema, names: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(...names.map(known)),
    fitting(schema, names, {}).map((value) => encodeURIComponent(textOf(value))),
    oddText.map((text) => encodeURIComponent(textOf(text))),
    fc.constantFrom(
      "%",
      "%zz",
      "%00",
      "%2e%2e",
      "..",
      "%c0%af",
      "a;b",
      "a%2fb",
      "x".repeat(90),
      "x".repeat(101),
    ),
  );
