import { CLIENT_EXAMPLES, TOWER_EXAMPLES } from "./examples.ts";
import { RoleSchema } from "./handshake.ts";
import {
  AgentIdSchema,
  ClientIdSchema,
  EpochSchema,
  JobIdSchema,
  OwnerIdSchema,
  RequestIdSchema,
  SeqSchema,
  SessionIdSchema,
  TimestampSchema,
  TokenIdSchema,
} from "./ids.ts";
import { RecoveryCodeSchema, RequestTextSchema } from "./intents.ts";
import { CLOSES } from "./limits.ts";
import { CLIENT_MESSAGES, TOWER_MESSAGES } from "./messages.ts";
import {
  AgentRecordSchema,
  BtcPriceSourceSchema,
  ChatLineSchema,
  EconomyFiguresSchema,
  FundingSchema,
  InvoiceRecordSchema,
  InvoiceTypeSchema,
  JobRecordSchema,
  OutcomeSchema,
  PaidBySchema,
  PhaseSchema,
  PriceSchema,
  PurseFiguresSchema,
  RefundPhaseSchema,
  SessionRecordSchema,
  SessionStateSchema,
  TreasuryFiguresSchema,
} from "./records.ts";
import { REFUSALS } from "./refusal.ts";
import { SatsSchema, SignedSatsSchema } from "./units.ts";
import { VALUES } from "./values.ts";
import { AUDIENCE, RECORD_AUDIENCE } from "./visibility.ts";

/** What a valibot schema is made of, as far as a document needs it. */
export interface Shape {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Shape>>;
  readonly wrapped?: Shape;
  readonly default?: unknown;
  readonly item?: Shape;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly pipe?: readonly { readonly type: string; readonly requirement?: unknown }[];
}

/** The types that are told once and then only named. */
export const WORDS: Readonly<Record<string, Shape>> = {
  AgentId: AgentIdSchema,
  JobId: JobIdSchema,
  SessionId: SessionIdSchema,
  TokenId: TokenIdSchema,
  OwnerId: OwnerIdSchema,
  RequestId: RequestIdSchema,
  ClientId: ClientIdSchema,
  Epoch: EpochSchema,
  Seq: SeqSchema,
  Timestamp: TimestampSchema,
  Sats: SatsSchema,
  SignedSats: SignedSatsSchema,
  RequestText: RequestTextSchema,
  RecoveryCode: RecoveryCodeSchema,
  InvoiceType: InvoiceTypeSchema,
  Funding: FundingSchema,
  PaidBy: PaidBySchema,
  SessionState: SessionStateSchema,
  BtcPriceSource: BtcPriceSourceSchema,
  Outcome: OutcomeSchema,
  Phase: PhaseSchema,
  RefundPhase: RefundPhaseSchema,
  Role: RoleSchema,
};

/** The records that messages are made of, each with its own section. */
const RECORDS: Readonly<Record<string, Shape>> = {
  AgentRecord: AgentRecordSchema,
  JobRecord: JobRecordSchema,
  InvoiceRecord: InvoiceRecordSchema,
  Price: PriceSchema,
  ChatLine: ChatLineSchema,
  SessionRecord: SessionRecordSchema,
  EconomyFigures: EconomyFiguresSchema,
  TreasuryFigures: TreasuryFiguresSchema,
  PurseFigures: PurseFiguresSchema,
};

const names = new Map<Shape, string>([
  ...Object.entries({ ...WORDS, ...RECORDS }).map(([name, shape]) => [shape, name] as const),
  [VALUES.job_progress, "job_progress"],
]);

const requirement = (shape: Shape, rule: string): unknown =>
  shape.pipe?.find((step) => step.type === rule)?.requirement;

function numberText(shape: Shape): string {
  const kind = shape.pipe?.some((step) => step.type === "safe_integer") ? "integer" : "number";
  const [least, most] = [requirement(shape, "min_value"), requirement(shape, "max_value")];
  if (least === undefined) return kind;
  return most === undefined ? `${kind} ≥ ${least}` : `${kind} ${least} to ${most}`;
}

function stringText(shape: Shape): string {
  const [least, most] = [requirement(shape, "min_length"), requirement(shape, "max_length")];
  if (most === undefined) return "string";
  return least === undefined ? `string ≤ ${most}` : `string ${least} to ${most}`;
}

/** A type in a few words. */
function typeText(shape: Shape): string {
  const name = names.get(shape);
  if (name !== undefined) return name;
  if (shape.wrapped !== undefined) {
    const text = typeText(shape.wrapped);
    return shape.default === undefined ? text : `${text} = ${JSON.stringify(shape.default)}`;
  }
  if (shape.item !== undefined) return `${typeText(shape.item)}[]`;
  if (shape.type === "literal") return JSON.stringify(shape.literal);
  if (shape.type === "picklist")
    return (shape.options ?? []).map((word) => JSON.stringify(word)).join(" or ");
  if (shape.type === "variant")
    return (shape.options ?? []).map((option) => typeText(option as Shape)).join(" or ");
  if (shape.entries !== undefined) {
    const fields = Object.entries(shape.entries).map(([field, inner]) => `${field}: ${typeText(inner)}`);
    return `{ ${fields.join(", ")} }`;
  }
  if (shape.type === "number") return numberText(shape);
  return shape.type === "string" ? stringText(shape) : shape.type;
}

/** Who may read a field of a section, in the document's words. */
function audienceText(section: string, field: string): string {
  const audience: Readonly<Record<string, string | Readonly<Record<string, string>>>> = {
    ...RECORD_AUDIENCE,
    ...AUDIENCE,
  };
  if (Object.hasOwn(CLIENT_MESSAGES, section)) return "tower";
  const decisions = audience[section];
  if (decisions === undefined) return "as its holder";
  if (typeof decisions === "string") return "this connection";
  return field === "type" ? "everyone" : (decisions[field] ?? "nobody");
}

/** A field's name; optional ones, which may be absent, with a question mark. */
const fieldText = (name: string, shape: Shape): string =>
  shape.wrapped === undefined ? `\`${name}\`` : `\`${name}\`?`;

/** JSON that a person can read: what fits into a line stays on it. */
function printed(value: unknown, indent = ""): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const deeper = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const parts = (margin: string): readonly string[] =>
    Array.isArray(value)
      ? value.map((item) => printed(item, margin))
      : Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${printed(item, margin)}`);
  const line = Array.isArray(value) ? `[${parts("").join(", ")}]` : `{ ${parts("").join(", ")} }`;
  if (!line.includes("\n") && indent.length + line.length <= 100) return line;
  return `${open}\n${parts(deeper)
    .map((part) => deeper + part)
    .join(",\n")}\n${indent}${close}`;
}

type Row = readonly string[];
const rowText = (cells: Row): string => `| ${cells.join(" | ")} |`;
const table = (head: Row, rows: readonly Row[]): string =>
  [head, head.map(() => "---"), ...rows].map(rowText).join("\n");

/** The cells of the rows under a table's head, by what their first cell says. */
export function rowsOf(section: string): ReadonlyMap<string, Row> {
  const lines = section.split("\n").filter((line) => line.startsWith("| "));
  const rows = lines.slice(2).map((line) => line.slice(2, -2).split(" | "));
  return new Map(rows.map((cells) => [cells[0] ?? "", cells]));
}

const shapes: Readonly<Record<string, Shape>> = { ...RECORDS, ...TOWER_MESSAGES, ...CLIENT_MESSAGES };
const examples: Readonly<Record<string, unknown>> = { ...TOWER_EXAMPLES, ...CLIENT_EXAMPLES };

/** A section's table as the schemas have it; what a field means is kept from the section as it is. */
function tableFor(section: string, title: string): string | undefined {
  const meaning = (key: string): string => rowsOf(section).get(key)?.at(-1) ?? "";
  const shape = Object.hasOwn(shapes, title) ? shapes[title] : undefined;
  if (shape !== undefined) {
    const rows = Object.entries(shape.entries ?? {}).map(([name, inner]) => {
      const key = fieldText(name, inner);
      return [key, typeText(inner), audienceText(title, name), meaning(key)];
    });
    return table(["Field", "Type", "Who sees it", "Meaning"], rows);
  }
  if (title === "Refusals")
    return table(
      ["Code", "HTTP", "Meaning"],
      Object.entries(REFUSALS).map(([code, { status }]) => {
        const key = `\`${code}\``;
        return [key, `${status}`, meaning(key)];
      }),
    );
  if (title === "Close codes")
    return table(
      ["Code", "Name", "Connect again", "Reason"],
      Object.entries(CLOSES).map(([name, { code, retry, reason }]) => [
        `${code}`,
        `\`${name}\``,
        retry ? "yes" : "no",
        reason,
      ]),
    );
  return undefined;
}

/** A document's sections: the text before the first heading, then each heading with what follows it. */
export const sectionsOf = (document: string): readonly string[] => document.split(/^(?=##+ )/m);

/** What a section is about: its heading without marks. */
export const titleOf = (section: string): string =>
  (section.split("\n")[0] ?? "").replace(/^##+ /, "").replaceAll("`", "");

/**
 * The protocol's document with every table and example written anew from the schemas. Prose stays, and so does
 * what a field's row says that it means; a row that is new has no meaning yet.
 */
export function documented(document: string): string {
  const written = sectionsOf(document).map((section) => {
    const title = titleOf(section);
    const fields = tableFor(section, title);
    if (fields === undefined) return section;
    const prose = section.split("\n").filter((line) => !line.startsWith("|"));
    const fence = prose.indexOf("```json");
    const before = (fence < 0 ? prose : prose.slice(0, fence)).join("\n").trimEnd();
    const example = Object.hasOwn(examples, title)
      ? `\n\n\`\`\`json\n${printed(examples[title])}\n\`\`\``
      : "";
    return `${before}\n\n${fields}${example}\n\n`;
  });
  return `${written.join("").trimEnd()}\n`;
}
