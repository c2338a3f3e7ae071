import { expect, test } from "vitest";
import { invoiceRequest, placed, started } from "../../job/testing/facts.ts";
import { agentId } from "../../protocol/ids.ts";
import type { BridgeCommand, Inspector } from "./inspector-api.ts";
import { shellCommands, shellService } from "./shell-commands.ts";
import { createDebuggedMatrix } from "./testing/debugged-matrix.ts";

function openShell() {
  const matrix = createDebuggedMatrix();
  const all = new Map(shellCommands(matrix.commands).map((command) => [command.id, command]));
  /** What a shell prints for a command. */
  const run = async (id: string, args: Record<string, string> = {}): Promise<string> => {
    const command = all.get(id);
    if (command === undefined) throw new Error(`no command ${id}`);
    return command.executeAsync(args).catch(String);
  };
  return { ...matrix, run };
}

test("a shell sets an agent's state and reads it back", async () => {
  const { run } = openShell();
  expect(await run("set-state", { agent: "alpha", state: "deep_focus", engagement: "0.9" })).toBe(
    "Taken: agent_state.",
  );
  expect(JSON.parse(await run("agents", { agent: "alpha" }))).toMatchObject({
    state: "deep_focus",
    engagement: 0.9,
  });
  const everybody: unknown[] = JSON.parse(await run("agents"));
  expect(everybody).toHaveLength(5);
});

test("a shell is told why it is refused", async () => {
  const { run } = openShell();
  expect(
    await Promise.all([
      run("agents", { agent: "nobody" }),
      run("job-chart"),
      run("set-state", { state: "idle" }),
      run("inject", { message: "{}" }),
      run("inject"),
    ]),
  ).toEqual([
    'Refused: There is no agent "nobody".',
    "Refused: There is no such job.",
    "Refused: --agent is missing.",
    "Refused: The frame has no type: it must be a text.",
    "Refused: --message is missing.",
  ]);
});

test.each([
  [{ agent: "alpha", state: "idle", engagement: "abc" }, "engagement must be a number from 0 to 1."],
  [{ agent: "alpha", state: "idle", coherence: " " }, "coherence must be a number from 0 to 1."],
  [{ agent: "alpha", state: "idle", budgetStress: "7" }, "budgetStress must be a number from 0 to 1."],
  [{ agent: "alpha", engagement: "0.5" }, "--state is missing."],
  [{ agent: "nobody", state: "idle" }, 'There is no agent "nobody".'],
])("set-state refuses %o and changes nothing", async (args, why) => {
  const { run, commands } = openShell();
  const before = await run("agents");
  expect(await run("set-state", args)).toBe(`Refused: ${why}`);
  expect([await run("agents"), commands.isTouched()]).toEqual([before, false]);
});

test("no terminal gets a whole payment request, request or result", async () => {
  const { run, hear } = openShell();
  const secrets = ["lnbcrt100n1", "What I asked: ", "What I was told: "].map((start) =>
    start.padEnd(300, "x"),
  );
  const [paymentRequest = "", request = "", result = ""] = secrets;
  const fact = { ...invoiceRequest("eval"), invoice: { paymentRequest }, paymentRequest, request, result };
  hear(started(), ...placed([fact]));
  const printed = [await run("job-chart", { agent: "alpha" }), await run("agents", { agent: "alpha" })];
  for (const text of printed) {
    expect(secrets.filter((secret) => text.includes(secret.slice(0, 32)))).toEqual(secrets);
    expect(secrets.filter((secret) => text.includes(secret.slice(0, 33)))).toEqual([]);
  }
});

test("a shell sees a job's chart, injects and restores", async () => {
  const { run, hear, state, snapshots } = openShell();
  hear(started());
  const chart = JSON.parse(await run("job-chart", { agent: "alpha" }));
  expect([chart.phase, chart.steps.length]).toEqual(["awaiting_eval_payment", 1]);
  expect(await run("inject", { message: '{"type":"agent_left","agentId":"beta"}' })).toBe(
    "Taken: agent_left.",
  );
  expect(state.agents.get().has(agentId("beta"))).toBe(false);
  expect(await run("restore")).toBe("Asked the tower for everything.");
  expect(snapshots()).toBe(1);
});

test("the commands are there for as long as the session", () => {
  const { commands } = createDebuggedMatrix();
  const registered = new Set<string>();
  const identity = Symbol("registry");
  const service = shellService({ BridgeCommandRegistryIdentity: identity } as unknown as Inspector, commands);
  expect(service.consumes).toEqual([identity]);
  const registry = {
    addCommand({ id }: BridgeCommand) {
      registered.add(id);
      return { dispose: () => void registered.delete(id) };
    },
  };
  const running = service.factory(...([registry] as never[]));
  expect([...registered]).toEqual(["agents", "job-chart", "set-state", "inject", "restore"]);
  running.dispose();
  expect([...registered]).toEqual([]);
});
