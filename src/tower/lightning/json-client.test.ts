import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { RefusalError } from "../../protocol/refusal.ts";
import { createJsonClient, type JsonClient, type PostBody } from "./json-client.ts";

const KEY = "key-that-spends";
const refusal = (words: string) =>
  expect.objectContaining({
    constructor: RefusalError,
    code: "wallet_unavailable",
    message: expect.stringContaining(words),
  });

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A server, and a client of it. */
async function serve(listener: RequestListener): Promise<{ url: string; client: JsonClient }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(() => resolve()));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createJsonClient(`${url}/`, "x-key");
  ends.push(client.close);
  return { url, client };
}

test("a redirect is an answer like any other: the key is carried nowhere else", async () => {
  const keys: unknown[] = [];
  const elsewhere = await serve((request, response) => {
    keys.push(request.headers["x-key"]);
    response.end("{}");
  });
  const { client } = await serve((_, response) => {
    response.writeHead(307, { location: elsewhere.url }).end();
  });
  expect(await client.get("/", KEY)).toEqual({ status: 307, body: undefined });
  expect(await client.post("/", KEY, { json: {} })).toEqual({ status: 307, body: undefined });
  expect(keys).toEqual([]);
});

test("JSON and forms are sent as what they are, with the key in its header", async () => {
  const { client } = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      const seen = [method, url, headers["x-key"], headers["content-type"]];
      response.end(JSON.stringify([...seen, Buffer.concat(chunks).toString()]));
    });
  });
  const posted = async (body: PostBody) => (await client.post("/pay?now=1", KEY, body)).body;
  expect(await posted({ json: { memo: "⚡" } })).toEqual([
    "POST",
    "/pay?now=1",
    KEY,
    "application/json",
    '{"memo":"⚡"}',
  ]);
  expect(await posted({ form: { memo: "a&b=⚡" } })).toEqual([
    "POST",
    "/pay?now=1",
    KEY,
    "application/x-www-form-urlencoded",
    "memo=a%26b%3D%E2%9A%A1",
  ]);
});

test("an answer without end is given up", async () => {
  const { client } = await serve((_, response) => {
    const more = () => void response.write("x".repeat(65_536), (error) => error ?? more());
    more();
  });
  await expect(client.get("/", KEY)).rejects.toThrow(refusal("too long"));
  const lines = client.lines("/", KEY, { signal: new AbortController().signal });
  await expect(lines.next()).rejects.toThrow(refusal("too long"));
});

test("an answer that does not come in time is given up", async () => {
  const { client } = await serve(() => undefined);
  await expect(client.post("/", KEY, { json: {} }, 20)).rejects.toThrow(refusal("does not answer"));
});

test("lines come one by one, however they are cut, and a connection that breaks is said so", async () => {
  let cut: () => void = () => undefined;
  const { client } = await serve((_, response) => {
    cut = () => void response.destroy();
    const said = Buffer.from('{"a":"⚡"}\n\n{"b":2}\nnot JSON\n{"c"');
    // In the middle of a character.
    response.write(said.subarray(0, 7), () => response.write(said.subarray(7)));
  });
  const lines = client.lines("/", KEY, { signal: new AbortController().signal });
  expect((await lines.next()).value).toEqual({ status: 200, body: { a: "⚡" } });
  expect((await lines.next()).value).toEqual({ status: 200, body: { b: 2 } });
  expect((await lines.next()).value).toEqual({ status: 200, body: undefined });
  const next = lines.next();
  cut();
  await expect(next).rejects.toThrow(refusal("does not answer"));
});

test("a loop over lines that is left ends the request", async () => {
  let isOpen = false;
  const { client } = await serve((_, response) => {
    isOpen = true;
    response.on("close", () => {
      isOpen = false;
    });
    response.write('{"first":1}\n');
  });
  for await (const line of client.lines("/", KEY, { signal: new AbortController().signal })) {
    expect([line, isOpen]).toEqual([{ status: 200, body: { first: 1 } }, true]);
    break;
  }
  await expect.poll(() => isOpen).toBe(false);
});

test("closed, it ends what is under way and refuses the rest; the key is in no error", async () => {
  const { client } = await serve(() => undefined);
  const asked = client.get("/", KEY).catch((error: unknown) => error);
  const lines = client
    .lines("/", KEY, { signal: new AbortController().signal })
    .next()
    .catch((error: unknown) => error);
  client.close();
  for (const error of [await asked, await lines]) {
    expect(error).toEqual(refusal("does not answer"));
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(KEY);
  }
  await expect(client.get("/", KEY)).rejects.toThrow(refusal("is closed"));
  const signal = new AbortController().signal;
  await expect(client.lines("/", KEY, { signal }).next()).rejects.toThrow(refusal("is closed"));
});
