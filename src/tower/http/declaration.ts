import type * as v from "valibot";
import { REFUSALS, type Refusal, type RefusalCode } from "../../protocol/refusal.ts";

/** The groups that routes are listed in, each with a sentence about it. */
export const TAGS = {
  jobs: "Paid requests, from the eval invoice to the refund.",
  sessions: "A balance paid ahead, which pays for requests.",
  agents: "What a request costs, and one request at a time paid with L402.",
  "play money": "The caller's own purse. Only with the play wallet.",
  kiosks: "Unattended screens that look and nothing else. Operators only.",
  refunds: "What is owed, for any wallet: LNURL-withdraw (LUD-03).",
  treasury: "The tower's own money and its books. Operators only.",
  tower: "The tower itself.",
} as const;

/**
 * Who may call a route. `anybody`: also without a token; whether a token is looked at is for the handler. `owner`: who has an
 * owner's or the operator's token. `operator`: nobody else. `macaroon`: who has a macaroon of the very thing that is asked for, or is its owner;
 * the handler asks for it and checks it.
 */
export type CallableBy = "anybody" | "owner" | "operator" | "macaroon";

/** What a caller may prove itself by. */
export type Proof = "owner" | "operator" | "macaroon";

/** An answer that is no refusal. */
export interface Success {
  readonly description: string;
  /** Left out for an answer without a body. */
  readonly schema?: v.GenericSchema;
  /** The Content-Type of a body that is not JSON; the body is then a text or a stream. */
  readonly type?: string;
  /** Further types that it comes in where the caller asks for one, and the handler then names it. */
  readonly otherTypes?: Readonly<Record<string, v.GenericSchema>>;
}

/** A route as data: what the door checks before the handler runs, and what the OpenAPI document says of it. */
export interface Declaration {
  /** Its name for generated clients: unique, in camel case. */
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The whole path, parameters with a colon: `/api/jobs/:id`. */
  readonly path: `/${string}`;
  /** Said where GET does something, so that nobody does it by HEAD. */
  readonly head?: false;
  /** One sentence. */
  readonly summary: string;
  /** More than the summary says, when there is more to know. */
  readonly description?: string;
  readonly tag: keyof typeof TAGS;
  readonly callableBy: CallableBy;
  /** What a caller may come with that the handler looks at, where it is not what `callableBy` says. `none`: also with nothing. */
  readonly proofs?: readonly (Proof | "none")[];
  /** The parameters of the path. What does not fit them is answered with `missing`. */
  readonly params?: v.GenericSchema<object>;
  /** How a path whose parameters cannot be anything's is refused; `not_found` when left out. */
  readonly missing?: Refusal;
  readonly query?: v.GenericSchema<object>;
  /** Headers in lower case. Those that are not named are let through. */
  readonly headers?: v.GenericSchema<object>;
  /** A JSON body. Every method that changes something has one, an empty one as well. */
  readonly body?: v.GenericSchema;
  /** Content-Types that the body may come in besides JSON; the body is then what the server's parser for it makes of it. */
  readonly otherBodies?: readonly string[];
  /** By status, in the order in which they are likely. */
  readonly answers: Readonly<Record<number, Success>>;
  /** The refusals of the handler itself; {@link refusalsOf} adds those of the door. */
  readonly refusals: readonly RefusalCode[];
}

/** A declaration as it is, with the type of every schema in it. */
export const declare = <const Declared extends Declaration>(declaration: Declared): Declared => declaration;

const NOTHING_HERE: Refusal = { code: "not_found", message: "There is nothing here." };

/** How a path that cannot be anything's is refused. */
export const missingOf = ({ missing = NOTHING_HERE }: Declaration): Refusal => missing;

const DOOR_REFUSALS: { readonly [Who in CallableBy]: readonly RefusalCode[] } = {
  anybody: [],
  owner: ["unauthorized", "read_only"],
  operator: ["unauthorized", "forbidden"],
  macaroon: [],
};

/** Whether a method may be sent by a page of anybody's without asking: it changes nothing. */
const isSafe = ({ method }: Declaration): boolean => method === "GET";

/** Whether a route is spoken to by wallets in the way of LNURL. */
export const isLnurl = ({ path }: Pick<Declaration, "path">): boolean => path.startsWith("/lnurl/");

/** Every code that a route may be refused with, its handler's and the door's, by ascending status. */
export function refusalsOf(declaration: Declaration): readonly RefusalCode[] {
  const { callableBy, headers, params, path, query, refusals } = declaration;
  // LUD-03: what is wrong is told with the status of success.
  if (isLnurl(declaration)) return [];
  const isRead = params !== undefined || query !== undefined || headers !== undefined;
  const codes: readonly RefusalCode[] = [
    ...(isRead || !isSafe(declaration) ? ["bad_request" as const] : []),
    // A foreign Origin or Host, a body that is no JSON or too long.
    ...(isSafe(declaration) ? [] : (["forbidden", "frame_too_large", "unsupported_media_type"] as const)),
    ...(params === undefined ? [] : [missingOf(declaration).code]),
    ...DOOR_REFUSALS[callableBy],
    ...(path.startsWith("/api/") ? (["rate_limited", "storage_unavailable"] as const) : []),
    ...(path === "/healthz" ? [] : ["overloaded" as const]),
    "internal",
    ...refusals,
  ];
  return [...new Set(codes)].sort((a, b) => REFUSALS[a].status - REFUSALS[b].status);
}
