import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createBuiltinBrain } from "../agents/brains/builtin.ts";
import { refusalsOf } from "./declaration.ts";
import { openPlayServer, type PlayServer } from "./testing/play-server.ts";

/** The routes that are no part of the interface for programs: the socket and the page. */
const UNDESCRIBED = ["/ws/matrix", "/"];

let server: PlayServer;
beforeAll(async () => {
  server = await openPlayServer();
});
afterAll(() => server.close());

const read = async () => {
  const response = await fetch(`${server.origin}/api/openapi.json`);
  return (await response.json()) as { paths: Record<string, Record<string, { operationId: string }>> };
};

const operationsOf = ({ paths }: Awaited<ReturnType<typeof read>>): readonly string[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );

/** Every path and method that the server's router knows, from its picture of itself. */
function routesOf(picture: string): readonly { readonly method: string; readonly path: string }[] {
  const stems: string[] = [];
  return picture.split("\n").flatMap((line) => {
    const [, lead, stem = "", , methods = ""] = /^((?:[│ ] {3})*[├└]── )(.*?)( \((.*)\))?$/u.exec(line) ?? [];
    if (lead === undefined) return [];
    const depth = lead.length / 4 - 1;
    stems.length = depth;
    stems[depth] = stem;
    const path = stems.join("").replace(/:(\w+)/g, "{$1}");
    return methods === "" ? [] : methods.split(", ").map((method) => ({ method, path }));
  });
}

test("the document is valid OpenAPI 3.1, of this version, and names no server", async () => {
  const document = await read();
  expect(await new Validator().validate(document)).toEqual({ valid: true });
  expect(document).toMatchObject({
    openapi: "3.1.0",
    info: { version: JSON.parse(readFileSync("package.json", "utf8")).version },
  });
  expect(document).not.toHaveProperty("servers");
  expect(JSON.stringify(document)).not.toMatch(/https?:\/\/|\$defs|\$schema/);
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test("everything that the router answers is described, and everything described is answered", async () => {
  const described = operationsOf(await read());
  const routes = routesOf(server.app.printRoutes({ commonPrefix: false }));
  const known = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  expect(described.filter((operation) => !known.has(operation))).toEqual([]);
  expect(described.length).toBeGreaterThan(10);
  for (const { method, path } of routes) {
    if (UNDESCRIBED.includes(path) || described.includes(`${method} ${path}`)) continue;
    // A path answers HEAD as it does GET.
    if (method === "HEAD" && described.includes(`GET ${path}`)) continue;
    const { status } = await fetch(`${server.origin}${path.replace(/\{\w+\}/g, "x")}`, {
      method,
      headers: { "content-type": "application/json" },
    });
    expect({ method, path, status }).toEqual({ method, path, status: 405 });
  }
});

test("every refusal stands under its status, with no code more or less", async () => {
  const document = JSON.parse(JSON.stringify(await read()));
  for (const declaration of server.declarations) {
    const path = declaration.path.replace(/:(\w+)/g, "{$1}");
    const { responses } = document.paths[path][declaration.method.toLowerCase()];
    const codes = Object.values<{ content?: Record<string, { schema: Refused }> }>(responses).flatMap(
      ({ content }) => content?.["application/json"]?.schema.allOf?.[1].properties.code.enum ?? [],
    );
    expect(codes).toEqual(refusalsOf(declaration));
  }
});

interface Refused {
  readonly allOf?: readonly [
    unknown,
    { readonly properties: { readonly code: { readonly enum: string[] } } },
  ];
}

test("who may call a route stands with it", async () => {
  const document = await read();
  expect(operationsOf(document)).toContain("GET /api/openapi.json");
  expect(document.paths["/healthz"]?.["get"]).toMatchObject({ security: [] });
  expect(document.paths["/api/jobs/{id}"]?.["get"]).toMatchObject({
    security: [{}, { owner: [] }, { operator: [] }, { macaroon: [] }],
  });
  expect(document.paths["/api/jobs"]?.["post"]).toMatchObject({
    security: [{}, { owner: [] }, { operator: [] }],
  });
  expect(document.paths["/api/sessions/{id}/pay"]?.["post"]).toMatchObject({
    security: [{ owner: [] }, { operator: [] }],
  });
  expect(document.paths["/api/sessions/{id}/close"]?.["post"]).toMatchObject({
    security: [{ owner: [] }, { operator: [] }, { macaroon: [] }],
  });
  expect(document.paths["/api/agents/{id}/ask"]?.["post"]).toMatchObject({
    security: [{}, { macaroon: [] }],
  });
  expect(document.paths["/api/kiosks"]?.["post"]).toMatchObject({ security: [{ operator: [] }] });
});

test.each(["/api/sessions", "/api/sessions/{id}/topup"])("%s says how many sats it wants", async (path) => {
  const { paths, components } = JSON.parse(JSON.stringify(await read()));
  const { requestBody, responses } = paths[path].post;
  const amount = { type: "integer", minimum: 100, maximum: 10_000 };
  expect(requestBody.content["application/json"].schema).toEqual({
    anyOf: [
      {
        type: "object",
        properties: { amountSats: amount },
        required: ["amountSats"],
        additionalProperties: false,
      },
      {
        type: "object",
        properties: { amount_sats: { ...amount, deprecated: true } },
        required: ["amount_sats"],
        additionalProperties: false,
      },
    ],
    examples: [{ amountSats: 1000 }],
  });
  const bill = { $ref: "#/components/schemas/Bill" };
  expect(responses["201"].content["application/json"].schema.properties.invoice).toEqual(bill);
  for (const other of ["/api/treasury/deposits", "/api/play/invoice"])
    expect(paths[other].post.responses["201"].content["application/json"].schema).toEqual(bill);
  expect(components.schemas.Bill.required).toEqual([
    "paymentRequest",
    "paymentHash",
    "amountSats",
    "expiresAt",
  ]);
});

test("whoever tries the examples, of the document or the README, asks for what the built-in agent does", async () => {
  const { paths } = JSON.parse(JSON.stringify(await read()));
  const routes = ["/api/jobs", "/api/estimate", "/api/agents/{id}/ask", "/api/sessions/{id}/request"];
  const examples = routes.map(
    (path): string => paths[path].post.requestBody.content["application/json"].schema.examples[0].request,
  );
  const readme = readFileSync("README.md", "utf8");
  const text = /^TEXT='(.*)'$/m.exec(readme)?.[1] ?? "";
  const asked = [...readme.matchAll(/\\"request\\": \\"(.*?)\\"/g)].map(([, request = ""]) =>
    request.replace("$TEXT", text),
  );
  expect(asked.length).toBe(4);
  expect(readme).not.toMatch(/"request": "/);
  const brain = createBuiltinBrain();
  for (const request of [...examples, ...asked])
    expect([request, (await brain.evaluate(request, { signal: new AbortController().signal })).kind]).toEqual(
      [request, "accepted"],
    );
});
