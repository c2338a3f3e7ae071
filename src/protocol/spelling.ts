/** An object from outside: nothing is known of its fields. */
export type Fields = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The first value that is there and says something. */
export const first = (...values: readonly unknown[]): unknown =>
  values.find((value) => value !== undefined && value !== "");

/** Fields to lay over a record; those that are not known are not laid. */
export const known = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** How many objects and lists deep fields are respelt: an invoice of a job of a snapshot is the deepest. */
const DEPTH = 5;

const TIME_FIELDS: ReadonlySet<string> = new Set(["at", "expiresAt", "startedAt", "phaseAt"]);

/** `agent_id` to `agentId`. Underscores before and after a name stay. */
const camelCase = (name: string): string =>
  name.replace(/(?<=[A-Za-z0-9])_+([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const isExactTime = (value: string): boolean => value.length === 24 && value.endsWith("Z");

const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-]\d\d):?(\d\d))?$/i;

/** A time as `toISOString` writes it. Without a zone it is UTC; what is no time stays as it is. */
function exactTime(value: string): string {
  const parts = TIME.exec(value);
  if (parts === null) return value;
  const [, day, clock, fraction = "", hours, minutes] = parts;
  const zone = hours === undefined ? "Z" : `${hours}:${minutes}`;
  const milliseconds = Date.parse(`${day}T${clock}.${fraction.padEnd(3, "0").slice(0, 3)}${zone}`);
  return Number.isNaN(milliseconds) ? value : new Date(milliseconds).toISOString();
}

/** Whether nothing has to be respelt. It allocates nothing: it runs for every message. */
function isPlain(value: object, depth: number): boolean {
  if (Array.isArray(value)) {
    for (const item of value)
      if (depth > 1 && typeof item === "object" && item !== null && !isPlain(item, depth - 1)) return false;
    return true;
  }
  const fields = value as Fields;
  for (const name in fields) {
    const field = fields[name];
    if (field === null || name.includes("_")) return false;
    if (typeof field === "object") {
      if (depth > 1 && !isPlain(field, depth - 1)) return false;
    } else if (typeof field === "string" && TIME_FIELDS.has(name) && !isExactTime(field)) return false;
  }
  return true;
}

function respelt(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((item) => respelt(item, depth - 1));
  const record = value as Fields;
  const fields: [string, unknown][] = [];
  for (const [name, field] of Object.entries(record)) {
    if (field === null) continue;
    const camel = camelCase(name);
    // Said twice: today's spelling counts.
    if (camel !== name && Object.hasOwn(record, camel) && record[camel] !== null) continue;
    const isTime = typeof field === "string" && TIME_FIELDS.has(camel);
    fields.push([camel, isTime ? exactTime(field) : respelt(field, depth - 1)]);
  }
  // Defines each field, so that one called `__proto__` is a field like any other.
  return Object.fromEntries(fields);
}

/**
 * A message with its fields in camelCase, absent rather than null, and times in one form; the same object when
 * it is so already. Looks a few levels deep, so depth cannot exhaust the stack.
 */
export const plain = (message: Fields): Fields =>
  isPlain(message, DEPTH) ? message : (respelt(message, DEPTH) as Fields);
