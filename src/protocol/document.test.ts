import { describe, expect, test } from "vitest";
import protocol from "../../PROTOCOL.md?raw";
import { decodeClientMessage, decodeTowerMessage } from "./codec.ts";
import { documented, rowsOf, type Shape, sectionsOf, titleOf, WORDS } from "./document.ts";
import { CLIENT_EXAMPLES, TOWER_EXAMPLES } from "./examples.ts";
import * as limits from "./limits.ts";
import { CLIENT_MESSAGES, TOWER_MESSAGES } from "./messages.ts";
import { REFUSALS } from "./refusal.ts";
import { PUBLIC_FIELDS } from "./visibility.ts";

const sections = new Map(sectionsOf(protocol).map((section) => [titleOf(section), section]));
const section = (title: string): string => {
  const found = sections.get(title);
  if (found === undefined) throw new Error(`PROTOCOL.md has no section ${title}`);
  return found;
};
const exampleOf = (title: string): string => /```json\n(.*?)\n```/s.exec(section(title))?.[1] ?? "";

const messages: Readonly<Record<string, Shape>> = { ...TOWER_MESSAGES, ...CLIENT_MESSAGES };

test("no two sections have one title", () => {
  const titles = sectionsOf(protocol).map(titleOf);
  expect(titles).toStrictEqual([...new Set(titles)]);
});

/** `npx vitest run src/protocol/document.test.ts -u` writes the tables and examples anew. */
test("tables and examples are the schemas'", async () => {
  await expect(documented(protocol)).toMatchFileSnapshot("../../PROTOCOL.md");
});

test("every section in the shape of a message's is one", () => {
  const shaped = [...sections].flatMap(([title, text]) => (/^### `[a-z_]+`\n/.test(text) ? [title] : []));
  expect(shaped.sort()).toStrictEqual(Object.keys(messages).sort());
});

describe.each(Object.entries(messages))("%s", (type, shape) => {
  test("says in a sentence what it is for", () => {
    expect(section(type).split("\n")[2]).toMatch(/^[A-Z].*\.$/);
  });

  test("lists exactly the schema's fields, which may be absent, and who sees them", () => {
    const rows = [...rowsOf(section(type)).values()].map(([field, , audience]) => [field, audience]);
    const seen = PUBLIC_FIELDS.get(type);
    const expected = Object.entries(shape.entries ?? {}).map(([name, inner]) => {
      const optional = inner.type === "exact_optional" || inner.type === "optional";
      const hidden =
        seen?.length === 0 && ["subscribed", "session_secret", "accepted", "error"].includes(type);
      const readers = hidden
        ? "this connection"
        : name === "type" || seen?.includes(name)
          ? "everyone"
          : "owner";
      return [`\`${name}\`${optional ? "?" : ""}`, seen === undefined ? "tower" : readers];
    });
    expect(rows).toStrictEqual(expected);
  });

  test("says what every field means", () => {
    const silent = [...rowsOf(section(type))].filter(([, cells]) => (cells.at(-1) ?? "").length < 3);
    expect(silent).toStrictEqual([]);
  });
});

test.each(Object.entries(TOWER_EXAMPLES))("the example of %s is the one that is tested", (type, example) => {
  expect(decodeTowerMessage(exampleOf(type))).toStrictEqual({ kind: "message", message: example });
});

test.each(Object.entries(CLIENT_EXAMPLES))("the example of %s is the one that is tested", (type, example) => {
  expect(decodeClientMessage(exampleOf(type))).toStrictEqual({ kind: "message", message: example });
});

test("every refusal is listed with its HTTP status and says what it means", () => {
  const rows = [...rowsOf(section("Refusals")).values()];
  expect(rows.map(([code, status]) => [code, status])).toStrictEqual(
    Object.entries(REFUSALS).map(([code, { status }]) => [`\`${code}\``, `${status}`]),
  );
  expect(rows.filter((cells) => (cells.at(-1) ?? "").length < 10)).toStrictEqual([]);
});

test("every type that a table names is told, its words complete", () => {
  const rows = rowsOf(section("Types"));
  expect([...rows.keys()].sort()).toStrictEqual(
    Object.keys(WORDS)
      .map((name) => `\`${name}\``)
      .sort(),
  );
  for (const [name, shape] of Object.entries(WORDS)) {
    if (shape.type !== "picklist") continue;
    const words = [...(rows.get(`\`${name}\``)?.[1] ?? "").matchAll(/`([a-z0-9_]+)`/g)].map(
      ([, word]) => word,
    );
    expect(words, name).toStrictEqual(shape.options);
  }
});

test("every limit is told with its figure", () => {
  const figures = [...rowsOf(section("Limits")).values()].map(([, figure]) => figure);
  expect(figures).toStrictEqual([
    `${limits.MAX_FRAME_BYTES / 1024} KiB`,
    `${limits.MAX_SNAPSHOT_PART_BYTES / 1024} KiB`,
    `${limits.MAX_QUEUED_BYTES / 1024 / 1024} MiB`,
    `${limits.CONNECTION_AGENTS}`,
    `${limits.INTENTS_PER_MINUTE}`,
    `${limits.INTENTS_PER_MINUTE_PER_ADDRESS}`,
    `${limits.NEW_OWNERS_PER_MINUTE_PER_ADDRESS}`,
    `${limits.REQUESTS_PER_MINUTE_PER_ADDRESS}`,
    `${limits.RECOVERIES_PER_MINUTE_PER_ADDRESS}`,
    `${limits.UNPAID_PER_OWNER}`,
    `${limits.UNPAID_PER_ADDRESS}`,
    `${limits.PING_SECONDS} s`,
    `${limits.CONNECT_SECONDS} s`,
    `${limits.RECONNECT_FIRST_SECONDS} to ${limits.RECONNECT_MOST_SECONDS} s`,
  ]);
});

test("a close code is the tower's own to give, given once, and its reason fits into a close frame", () => {
  const closes = Object.values(limits.CLOSES);
  expect(new Set(closes.map(({ code }) => code)).size).toBe(closes.length);
  for (const { code, reason } of closes) {
    expect(code).toBeGreaterThanOrEqual(4000);
    expect(code).toBeLessThan(5000);
    expect(limits.exceedsBytes(reason, 123)).toBe(false);
  }
});
