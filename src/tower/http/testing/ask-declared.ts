import { expect } from "vitest";
import type { Declaration } from "../declaration.ts";
import { contradiction } from "./conformance.ts";

/** What is sent with a request. */
export interface Sent {
  /** The whole header. */
  readonly authorization?: string | undefined;
  /** JSON, or a text that is sent as it is; an empty object by default. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer; its body parsed when it is JSON. */
export interface Got {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it
  readonly body: any;
}

/** Asks a server as a program does, and holds the answer against what the route was declared as. */
export async function askDeclared(
  server: { readonly origin: string; readonly declarations: ReadonlySet<Declaration> },
  method: string,
  path: string,
  { authorization, body = {}, headers = {} }: Sent = {},
): Promise<Got> {
  const response = await fetch(`${server.origin}${path}`, {
    method,
    headers: {
      ...(method !== "GET" && { "content-type": "application/json" }),
      ...(authorization !== undefined && { authorization }),
      ...headers,
    },
    ...(method !== "GET" && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const type = response.headers.get("content-type");
  const answered = { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
  expect(contradiction(server.declarations, { method, path, type, ...answered })).toBeUndefined();
  return { ...answered, headers: response.headers };
}
