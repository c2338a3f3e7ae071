import { Observable } from "@babylonjs/core/Misc/observable.pure.js";
import { expect, test } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { agentsService } from "./inspector.ts";
import type { Inspector, InspectorTools, React } from "./inspector-api.ts";
import { createDebuggedMatrix } from "./testing/debugged-matrix.ts";

interface FakeCommand {
  readonly predicate: (entity: unknown) => boolean;
  readonly getCommand: (entity: object) => { readonly displayName: string; readonly execute: () => void };
}

/** The Inspector's services as far as they are used: they keep what is added, until it is disposed. */
function openSession() {
  const matrix = createDebuggedMatrix();
  const added = new Set<string>();
  const sections: { readonly getRootEntities: () => readonly { readonly agentId: string }[] }[] = [];
  const commands: FakeCommand[] = [];
  const add = (name: string) => {
    added.add(name);
    return { dispose: () => void added.delete(name) };
  };
  const onSelectedEntityChanged = new Observable<void>();
  const selection = { selectedEntity: null as object | null, onSelectedEntityChanged };
  const selected: string[] = [];
  const said: string[] = [];
  const tools: InspectorTools = {
    // The parts that draw are not called here.
    inspector: {
      SceneExplorerServiceIdentity: Symbol("explorer"),
      PropertiesServiceIdentity: Symbol("properties"),
      SelectionServiceIdentity: Symbol("selection"),
    } as unknown as Inspector,
    react: {} as React,
  };
  const service = agentsService(tools, {
    state: matrix.state,
    commands: matrix.commands,
    select: (id) => selected.push(id),
    say: (text) => said.push(text),
  });
  const session = service.factory(
    ...([
      {
        addSection(section: (typeof sections)[number] & { readonly displayName: string }) {
          sections.push(section);
          return add(`section ${section.displayName}`);
        },
        addEntityCommand(command: FakeCommand) {
          commands.push(command);
          return add(`command ${commands.length}`);
        },
      },
      {
        addSection: ({ identity }: { readonly identity: string }) => add(`properties ${identity}`),
        addSectionContent: ({ key }: { readonly key: string }) => add(`content ${key}`),
      },
      selection,
    ] as never[]),
  );
  const entities = () => sections[0]?.getRootEntities() ?? [];
  return { ...matrix, session, entities, commands, added, selection, selected, said };
}

test("the explorer lists every agent, and what is picked there is picked in the world", () => {
  const { entities, state, selection, selected } = openSession();
  expect(entities().map((entity) => entity.agentId)).toEqual([...state.agents.get().keys()]);
  selection.selectedEntity = entities()[1] ?? null;
  selection.onSelectedEntityChanged.notifyObservers();
  selection.selectedEntity = { agentId: "alpha" };
  selection.onSelectedEntityChanged.notifyObservers();
  expect(selected).toEqual(["alpha"]);
});

test("a command sets the state of the agent that it is called on, and says so", () => {
  const { entities, commands, state, said } = openSession();
  const [alpha] = entities().filter((entity) => entity.agentId === "alpha");
  if (alpha === undefined) throw new Error("no alpha");
  const offline = commands
    .filter(({ predicate }) => predicate(alpha))
    .map(({ getCommand }) => getCommand(alpha))
    .find(({ displayName }) => displayName === "Set state: offline");
  offline?.execute();
  expect(state.agents.get().get(agentId("alpha"))?.state).toBe("offline");
  expect(said).toEqual(["Taken: agent_state."]);
  expect(commands.some(({ predicate }) => predicate({ agentId: "alpha" }))).toBe(false);
});

test("nothing stays in the Inspector when the session ends", async () => {
  const { session, added, selection } = openSession();
  expect([...added].filter((name) => !name.startsWith("command"))).toEqual([
    "section Agents",
    "properties Mind",
    "properties Job",
    "properties Try",
    "content Matrix agent",
  ]);
  session.dispose();
  expect([...added]).toEqual([]);
  // An observer leaves its observable in a task of its own.
  await expect.poll(() => selection.onSelectedEntityChanged.hasObservers()).toBe(false);
});
