import * as v from "valibot";
import { REFUSALS, type RefusalCode } from "../../../protocol/refusal.ts";
import { type Declaration, refusalsOf } from "../declaration.ts";

/** An answer as a client got it. */
export interface Answer {
  readonly method: string;
  /** The path that was asked for, with or without a query. */
  readonly path: string;
  readonly status: number;
  readonly type: string | null;
  /** What was in the JSON, or the text of an answer that is none. */
  readonly body: unknown;
}

const RefusalSchema = v.strictObject({
  code: v.picklist(Object.keys(REFUSALS) as RefusalCode[]),
  message: v.pipe(v.string(), v.regex(/[.:]$/)),
});

const patternOf = ({ path }: Declaration): RegExp =>
  new RegExp(`^${path.replaceAll(".", "\\.").replace(/:\w+/g, "[^/]*")}$`);

/** The route that an answer came from, if any was declared for it. */
export const declarationOf = (
  declarations: Iterable<Declaration>,
  { method, path }: Pick<Answer, "method" | "path">,
): Declaration | undefined =>
  [...declarations].find(
    (declaration) => declaration.method === method && patternOf(declaration).test(path.split("?")[0] ?? ""),
  );

/** What of an answer is not as its route was declared; nothing when all is well. Paths of no route are let be. */
export function contradiction(declarations: Iterable<Declaration>, answer: Answer): string | undefined {
  const declaration = declarationOf(declarations, answer);
  if (declaration === undefined) return undefined;
  const { body, status, type } = answer;
  const said = `${declaration.method} ${declaration.path} answered ${status} ${JSON.stringify(body)}`;
  const success = declaration.answers[status];
  if (success === undefined) {
    const refusal = v.safeParse(RefusalSchema, body);
    if (!refusal.success) return `${said}, which is no refusal`;
    const { code } = refusal.output;
    if (REFUSALS[code].status !== status) return `${said}, which is not the status of ${code}`;
    return refusalsOf(declaration).includes(code) ? undefined : `${said}, which it does not declare`;
  }
  if (success.schema === undefined) return body === "" ? undefined : `${said}, and not nothing`;
  const plainType = type?.split(";")[0] ?? "";
  const isUsual = plainType === (success.type ?? "application/json");
  const schema = isUsual ? success.schema : success.otherTypes?.[plainType];
  if (schema === undefined) return `${said} as ${type}`;
  const parsed = v.safeParse(schema, body);
  if (!parsed.success) return `${said}: ${parsed.issues.map(({ message }) => message).join(" ")}`;
  // Schemas leave out what they do not know: an answer must not say more than it declares.
  const isWhole = JSON.stringify(sorted(parsed.output)) === JSON.stringify(sorted(body));
  return isWhole ? undefined : `${said}, with fields that are not declared`;
}

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, field]) => [key, sorted(field)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
};
