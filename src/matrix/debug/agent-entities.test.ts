import { expect, test } from "vitest";
import { started } from "../../job/testing/facts.ts";
import { agentId } from "../../protocol/ids.ts";
import { createAgentEntities } from "./agent-entities.ts";
import { createDebuggedMatrix } from "./testing/debugged-matrix.ts";

const OMEGA = { agentId: agentId("omega"), label: "Omega", role: "guest", color: "#ff00ff" } as const;

test("every agent is one entity for as long as it is here, and the explorer is told", async () => {
  const { state, hear } = createDebuggedMatrix();
  const entities = createAgentEntities(state);
  const told: string[] = [];
  entities.added.add(({ agentId: id }) => told.push(`+${id}`));
  entities.removed.add(({ agentId: id }) => told.push(`-${id}`));
  const before = entities.all();
  expect(before.map(({ agentId: id }) => id)).toEqual([...state.agents.get().keys()]);

  hear({ type: "agent_joined", ...OMEGA }, { type: "agent_left", agentId: agentId("beta") });
  await expect.poll(() => told).toEqual(["-beta", "+omega"]);
  expect(entities.all()).toEqual([
    ...before.filter(({ agentId: id }) => id !== "beta"),
    { agentId: "omega" },
  ]);
  expect(entities.all()[0]).toBe(before[0]);
  expect([before[0], before[2], { agentId: agentId("timmy") }, null, "timmy"].map(entities.is)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);

  entities.dispose();
  hear({ type: "agent_left", agentId: OMEGA.agentId });
  await Promise.resolve();
  expect(told).toEqual(["-beta", "+omega"]);
});

test("an agent's name follows what it does, and tells only when it differs", async () => {
  const { state, hear } = createDebuggedMatrix();
  const entities = createAgentEntities(state);
  const [alpha] = entities.all().filter(({ agentId: id }) => id === "alpha");
  if (alpha === undefined) throw new Error("no alpha");
  hear({ type: "agent_state", agentId: alpha.agentId, state: "idle" });
  const display = entities.display(alpha);
  let changes = 0;
  display.onChange.add(() => {
    changes += 1;
  });
  expect(display.name).toBe("Alpha (idle)");
  hear({ type: "agent_state", agentId: alpha.agentId, state: "idle", engagement: 0.5 });
  await Promise.resolve();
  expect(changes).toBe(0);
  hear(started());
  await expect.poll(() => [display.name, changes]).toEqual(["Alpha (awaiting_eval_payment)", 1]);
  display.dispose();
});
