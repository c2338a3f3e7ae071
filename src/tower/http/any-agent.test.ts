import { expect, test } from "vitest";
import { agentId as toAgentId } from "../../protocol/ids.ts";
import { newRequestId, OPERATOR, utc } from "../economy/testing/economy.ts";
import { storedSnapshots } from "../gateway/stored-snapshot.ts";
import { openEconomyServer } from "./testing/economy-server.ts";

const BODY = { request: "Summarise this." };

test("who names no agent gets one that is not paused, however it asks and pays", async () => {
  const { ask, server, tower } = await openEconomyServer({}, ({ clock, database }) => ({
    snapshots: storedSnapshots({ database, today: () => utc(clock.now()).name, purse: () => undefined }),
    workPatienceMs: 5_000,
  }));
  const { ownerToken: token } = await server.access.owners.create();
  const { body: session } = await ask("POST", "/api/sessions", { token, body: { amountSats: 1000 } });
  const path = `/api/sessions/${session.sessionId}`;
  expect((await ask("POST", `${path}/pay`, { token })).status).toBe(200);

  /** Who takes a job, names a price, and works for a session. */
  async function takers() {
    const job = await ask("POST", "/api/jobs", { token, body: BODY });
    const estimate = await ask("POST", "/api/estimate", { token: undefined, body: BODY });
    const request = await ask("POST", `${path}/request`, { token, body: BODY });
    expect([job.status, estimate.status, request.status]).toEqual([201, 200, 200]);
    const agentOf = async (jobId: string) => (await ask("GET", `/api/jobs/${jobId}`, { token })).body.agentId;
    return [await agentOf(job.body.jobId), estimate.body.agentId, await agentOf(request.body.jobId)];
  }
  const all = await takers();
  const [first = ""] = all;
  expect(new Set(all)).toEqual(new Set([first]));
  const control = (action: "pause" | "resume") =>
    tower.economy.perform(OPERATOR, {
      type: "agent_control",
      requestId: newRequestId(),
      agentId: toAgentId(first),
      action,
    });
  await control("pause");
  const others = await takers();
  expect(new Set(others).size).toBe(1);
  expect(others).not.toContain(first);
  // Who names the paused one is told so.
  expect(await ask("POST", "/api/jobs", { token, body: { ...BODY, agentId: first } })).toMatchObject({
    status: 409,
    body: { code: "agent_unavailable" },
  });
  await control("resume");
  expect(await takers()).toEqual(all);
});
