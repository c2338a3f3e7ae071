import { readFileSync } from "node:fs";
import { type JsonSchema, toJsonSchema, toJsonSchemaDefs } from "@valibot/to-json-schema";
import * as v from "valibot";
import {
  InvoiceRecordSchema,
  JobRecordSchema,
  PriceSchema,
  PurseFiguresSchema,
  SessionRecordSchema,
} from "../../protocol/records.ts";
import { REFUSALS, type RefusalCode } from "../../protocol/refusal.ts";
import {
  type CallableBy,
  type Declaration,
  declare,
  type Proof,
  refusalsOf,
  type Success,
  TAGS,
} from "./declaration.ts";
import { BillSchema } from "./invoices.ts";
import { type AddRoute, answer } from "./route.ts";

/** A JSON Schema, or a part of a document made of them. */
type Json = Readonly<Record<string, unknown>>;

/** The records that schemas refer to by name, wherever they stand. */
const RECORDS = {
  Bill: BillSchema,
  InvoiceRecord: InvoiceRecordSchema,
  JobRecord: JobRecordSchema,
  Price: PriceSchema,
  PurseFigures: PurseFiguresSchema,
  SessionRecord: SessionRecordSchema,
};

/**
 * What JSON Schema cannot say (trimming, `v.check`) is left out: the document may promise a little more than the door lets in, and the
 * refusal then says why.
 */
const CONVERSION = {
  target: "draft-2020-12",
  errorMode: "ignore",
  overrideRef: ({ referenceId }: { referenceId: string }) => `#/components/schemas/${referenceId}`,
} as const;

function jsonSchema(schema: v.GenericSchema): JsonSchema {
  const {
    $schema: _dialect,
    $defs: _records,
    ...rest
  } = toJsonSchema(schema, { ...CONVERSION, definitions: RECORDS });
  return rest;
}

const bearer = (description: string): Json => ({ type: "http", scheme: "bearer", description });
const SECURITY_SCHEMES: { readonly [By in Proof]: Json } = {
  owner: bearer("The `ownerToken` that came with the first job, or from the socket."),
  operator: bearer("The operator's token, from the tower's first start or OPERATOR_TOKEN."),
  macaroon: {
    type: "apiKey",
    in: "header",
    name: "Authorization",
    description:
      "`Bearer <macaroon>` of a session, for that session and its jobs; `L402 <macaroon>:<preimage>` of a payment, for what it bought.",
  },
};

const PROOFS: { readonly [Who in CallableBy]: readonly (Proof | "none")[] } = {
  anybody: [],
  owner: ["owner", "operator"],
  operator: ["operator"],
  macaroon: ["macaroon"],
};

/** A route for anybody that refuses tokens looks at them: with one it shows or does more. */
function securityOf({ callableBy, proofs, refusals }: Declaration): readonly Json[] {
  const looksAtTokens = callableBy === "anybody" && refusals.includes("unauthorized");
  const taken = proofs ?? (looksAtTokens ? (["none", ...PROOFS.owner] as const) : PROOFS[callableBy]);
  return taken.map((proof) => (proof === "none" ? {} : { [proof]: [] }));
}

function parametersOf({ headers, params, query }: Declaration): readonly Json[] {
  const places = { path: params, query, header: headers };
  return Object.entries(places).flatMap(([place, schema]) => {
    if (schema === undefined) return [];
    const { properties = {}, required = [] } = jsonSchema(schema);
    return Object.entries(properties).map(([name, property]) => ({
      name,
      in: place,
      required: required.includes(name),
      schema: property,
    }));
  });
}

const refusedWith = (codes: readonly RefusalCode[]): Json => ({
  description: codes.join(", "),
  content: {
    "application/json": {
      schema: {
        allOf: [{ $ref: "#/components/schemas/Refusal" }, { properties: { code: { enum: codes } } }],
      },
    },
  },
});

const contentOf = ({ otherTypes, type = "application/json" }: Success, usual: v.GenericSchema): Json =>
  Object.fromEntries(
    Object.entries({ [type]: usual, ...otherTypes }).map(([name, schema]) => [
      name,
      { schema: jsonSchema(schema) },
    ]),
  );

function responsesOf(declaration: Declaration): Json {
  const successes = Object.entries(declaration.answers).map(([status, success]) => [
    status,
    {
      description: success.description,
      ...(success.schema !== undefined && { content: contentOf(success, success.schema) }),
    },
  ]);
  const byStatus = Map.groupBy(refusalsOf(declaration), (code) => REFUSALS[code].status);
  const refusals = [...byStatus].map(([status, codes]) => [status, refusedWith(codes)]);
  return Object.fromEntries([...successes, ...refusals]);
}

function operationOf(declaration: Declaration): Json {
  const { body, description, id, otherBodies = [], summary, tag } = declaration;
  const parameters = parametersOf(declaration);
  return {
    operationId: id,
    summary,
    ...(description !== undefined && { description }),
    tags: [tag],
    security: securityOf(declaration),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: Object.fromEntries(
          ["application/json", ...otherBodies].map((type) => [type, { schema: jsonSchema(body) }]),
        ),
      },
    }),
    responses: responsesOf(declaration),
  };
}

const versionOfTheTower = (): string =>
  v.parse(
    v.object({ version: v.string() }),
    JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")),
  ).version;

/** The OpenAPI 3.1 document of declared routes. It names no server: it is true of the one that it comes from. */
function documentOf(declarations: Iterable<Declaration>) {
  const all = [...declarations];
  const byPath = Map.groupBy(all, ({ path }) => path.replace(/:(\w+)/g, "{$1}"));
  const paths = Array.from(byPath, ([path, ofPath]): [string, Json] => [
    path,
    Object.fromEntries(
      ofPath.map((declaration) => [declaration.method.toLowerCase(), operationOf(declaration)]),
    ),
  ]);
  const used = new Set(all.map(({ tag }) => tag));
  return {
    openapi: "3.1.0",
    info: {
      title: "The Matrix",
      summary: "Agents that are paid in Lightning sats.",
      version: versionOfTheTower(),
      license: { name: "MIT", identifier: "MIT" },
    },
    tags: Object.entries(TAGS).flatMap(([name, description]) =>
      used.has(name as keyof typeof TAGS) ? [{ name, description }] : [],
    ),
    paths: Object.fromEntries(paths) as Record<string, unknown>,
    components: {
      securitySchemes: SECURITY_SCHEMES,
      schemas: {
        ...toJsonSchemaDefs(RECORDS, CONVERSION),
        Refusal: {
          type: "object",
          description: "What went wrong: a code for programs, a sentence for a person.",
          properties: { code: { enum: Object.keys(REFUSALS) }, message: { type: "string" } },
          required: ["code", "message"],
          examples: [{ code: "wrong_amount", message: "The invoice must be for exactly 40 sats." }],
        },
      },
    },
  };
}

const describe = declare({
  id: "describe",
  method: "GET",
  path: "/api/openapi.json",
  summary: "This document.",
  tag: "tower",
  callableBy: "anybody",
  answers: {
    200: {
      description: "An OpenAPI 3.1 document of every route.",
      schema: v.looseObject({ openapi: v.string(), paths: v.record(v.string(), v.unknown()) }),
    },
  },
  refusals: [],
});

/** Serves the document of everything that was declared by the time it is first asked for. */
export function addOpenApiRoute(add: AddRoute, declarations: Iterable<Declaration>): void {
  let document: ReturnType<typeof documentOf> | undefined;
  add(describe, () => {
    document ??= documentOf(declarations);
    return answer(200, document);
  });
}
