import { request as rawRequest } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { createLimits } from "../access/limiter.ts";
import type { ServerOptions } from "./server.ts";
import { startServer } from "./server-fixture.ts";
import { askDeclared } from "./testing/ask-declared.ts";

/** A server that the tests reach from 127.0.0.1, as a proxy on the tower's machine does. */
async function start(overrides: Partial<ServerOptions>) {
  const server = await startServer(overrides);
  onTestFinished(server.close);
  const from = (forwardedFor: string) => ({ "x-forwarded-for": forwardedFor });
  return {
    connect: (forwardedFor: string) => server.connect("", from(forwardedFor)),
    origin: server.origin,
    async look(forwardedFor: string): Promise<number> {
      const { status } = await askDeclared(server, "GET", "/api/jobs/j", { headers: from(forwardedFor) });
      return status;
    },
    async open(forwardedFor: string): Promise<number> {
      const asked = { headers: from(forwardedFor), body: { request: "Summarise this." } };
      return (await askDeclared(server, "POST", "/api/jobs", asked)).status;
    },
  };
}

test("behind a proxy that is trusted every visitor is an address of its own, to both doors", async () => {
  const trustedProxies = ["127.0.0.1", "10.1.0.0/16"];
  const { connect, look, open } = await start({
    trustedProxies,
    requestsPerMinute: 3,
    limits: createLimits(Date.now, { owners: 1 }),
  });
  for (let n = 0; n < 3; n++) expect(await look("203.0.113.1")).toBe(404);
  expect(await look("203.0.113.1")).toBe(429);
  expect(await look("203.0.113.2")).toBe(404);
  // What a visitor claims stands before what the proxies saw, and a second proxy behind it.
  expect(await look("198.51.100.9, 203.0.113.1, 10.1.2.3")).toBe(429);
  expect(await look("203.0.113.1, 198.51.100.9")).toBe(404);

  const first = await connect("203.0.113.3");
  expect(await first.subscribe()).toMatchObject({ type: "subscribed" });
  const second = await connect("198.51.100.9, 203.0.113.3");
  await second.subscribe();
  expect(await second.first("error")).toMatchObject({ code: "rate_limited" });
  expect(await open("203.0.113.3")).toBe(429);
  const other = await connect("203.0.113.4");
  expect(await other.subscribe()).toMatchObject({ type: "subscribed" });
});

test.each([{ trustedProxies: undefined }, { trustedProxies: [] }, { trustedProxies: ["10.1.0.0/16"] }])(
  "who is none of the trusted proxies $trustedProxies says in vain that it is others",
  async (trusted) => {
    const { connect, look, open } = await start({
      ...(trusted.trustedProxies !== undefined && { trustedProxies: trusted.trustedProxies }),
      requestsPerMinute: 3,
      limits: createLimits(Date.now, { owners: 1 }),
    });
    const first = await connect("203.0.113.1");
    expect(await first.subscribe()).toMatchObject({ type: "subscribed" });
    const second = await connect("203.0.113.2");
    await second.subscribe();
    expect(await second.first("error")).toMatchObject({ code: "rate_limited" });
    expect(await open("203.0.113.3")).toBe(429);
    expect(await look("203.0.113.4")).toBe(404);
    expect(await look("10.1.0.1")).toBe(404);
    expect(await look("203.0.113.5")).toBe(429);
  },
);

test("no proxy says for whom the tower answers: the host is the request's own", async () => {
  const { origin } = await start({ trustedProxies: ["127.0.0.1"] });
  const status = await new Promise<number | undefined>((resolve, reject) => {
    rawRequest(`${origin}/api/jobs`, {
      method: "POST",
      headers: { host: "evil.example", "x-forwarded-host": "localhost", "content-type": "application/json" },
    })
      .on("response", (response) => resolve(response.resume().statusCode))
      .on("error", reject)
      .end(JSON.stringify({ request: "Summarise this." }));
  });
  expect(status).toBe(403);
});
