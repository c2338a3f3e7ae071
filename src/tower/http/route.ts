import type { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type * as v from "valibot";
import { refuse } from "../../protocol/refusal.ts";
import { parseInput } from "./body.ts";
import type { Acting, Callers } from "./callers.ts";
import { type Declaration, missingOf, type Success } from "./declaration.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the route was declared as. */
    readonly declaration?: Declaration;
  }
}

type Part = "params" | "query" | "headers" | "body";
type Parsed<Declared, Of extends Part> = Declared extends {
  readonly [Name in Of]: infer Schema extends v.GenericSchema;
}
  ? v.InferOutput<Schema>
  : undefined;

/** What a handler is given: every part as its schema says, and who is acting where the route is not for anybody. */
export interface Input<Declared extends Declaration> {
  readonly params: Parsed<Declared, "params">;
  readonly query: Parsed<Declared, "query">;
  readonly headers: Parsed<Declared, "headers">;
  readonly body: Parsed<Declared, "body">;
  readonly acting: Declared["callableBy"] extends "owner" | "operator" ? Acting : undefined;
  readonly request: FastifyRequest;
  /** For headers of the answer; its status and body are what the handler returns. */
  readonly reply: FastifyReply;
}

type BodyOf<Answer extends Success> = Answer extends { readonly type: string }
  ? string | Readable
  : Answer extends { readonly schema: infer Schema extends v.GenericSchema }
    ? v.InferInput<Schema>
    : undefined;

/** One of the declared answers. */
type Answered<Answers extends Declaration["answers"]> = {
  readonly [Status in keyof Answers & number]: {
    readonly status: Status;
    readonly body: BodyOf<Answers[Status]>;
  };
}[keyof Answers & number];

/** An answer with the literal type of its status, by which the compiler finds the schema of its body. */
export const answer = <const Status extends number, Body>(status: Status, body: Body) => ({ status, body });

/** Does what a route is for. Refuses by throwing. */
export type Handler<Declared extends Declaration> = (
  input: Input<Declared>,
) => Promise<Answered<Declared["answers"]>> | Answered<Declared["answers"]>;

/** Adds a declared route and what it does to a server. */
export type AddRoute = <Declared extends Declaration>(
  declaration: Declared,
  handler: Handler<Declared>,
) => void;

/**
 * Makes the one way to add routes to `app`, whose prefix every path begins with. Operators' routes look at the caller first, all
 * others at the input first: nobody becomes anything by a request that makes no sense. What is looked at is never cached.
 */
export function addingRoutes(app: FastifyInstance, callers: Callers): AddRoute {
  return (declaration, handler) => {
    const { answers, callableBy, method, path } = declaration;
    const isStreamed = Object.values(answers).some(({ type }) => type !== undefined);
    app.route({
      method,
      url: path.slice(app.prefix.length),
      exposeHeadRoute: !isStreamed && declaration.head !== false,
      config: { declaration },
      async handler(request, reply) {
        const operator = callableBy === "operator" ? await callers.operator(request) : undefined;
        const parts = partsOf(declaration, request);
        const acting = callableBy === "owner" ? await callers.acting(request) : operator;
        if (method === "GET") reply.header("cache-control", "no-store");
        // The compiler cannot follow that the parts were parsed with the very schemas their types were inferred from.
        const input = { ...parts, acting, request, reply } as unknown as Parameters<typeof handler>[0];
        const { status, body }: { status: number; body: unknown } = await handler(input);
        const type = answers[status]?.type;
        if (type !== undefined && !reply.hasHeader("content-type")) reply.type(type);
        return reply.code(status).send(body);
      },
    });
  };
}

function partsOf(declaration: Declaration, request: FastifyRequest): Readonly<Record<Part, unknown>> {
  const { body, headers, params, query } = declaration;
  const { code, message } = missingOf(declaration);
  return {
    params: params && parseInput(params, request.params, () => refuse(code, message)),
    query: query && parseInput(query, request.query),
    headers: headers && parseInput(headers, request.headers),
    body: body && parseInput(body, request.body ?? {}),
  };
}
