import type { Scene } from "@babylonjs/core/scene.pure.js";
import type { AgentId } from "../../protocol/ids.ts";
import { AGENT_STATES } from "../state/agent-pose.ts";
import type { MatrixState } from "../state/model.ts";
import { createAgentEntities } from "./agent-entities.ts";
import { agentPane } from "./agent-pane.ts";
import type { Commands } from "./commands.ts";
import {
  type Disposable,
  defineService,
  type InspectorTools,
  type ServiceDefinition,
} from "./inspector-api.ts";
import { shellService } from "./shell-commands.ts";

export interface InspectorOptions {
  readonly scene: Scene;
  readonly state: Pick<MatrixState, "agents">;
  readonly commands: Commands;
  readonly select: (agentId: AgentId) => void;
  /** Tells a person what became of a command. */
  readonly say: (text: string) => void;
}

/** Before the Inspector's own sections, which begin at 0. */
const FIRST = -1;

const all = (parts: readonly Disposable[]): Disposable => ({
  dispose() {
    for (const part of parts.toReversed()) part.dispose();
  },
});

/** The Inspector's section, properties and commands for agents. */
export function agentsService(
  tools: InspectorTools,
  { state, commands, select, say }: Omit<InspectorOptions, "scene">,
): ServiceDefinition {
  const { SceneExplorerServiceIdentity, PropertiesServiceIdentity, SelectionServiceIdentity } =
    tools.inspector;
  return defineService(
    "Matrix agents",
    [SceneExplorerServiceIdentity, PropertiesServiceIdentity, SelectionServiceIdentity],
    (explorer, properties, selection) => {
      const entities = createAgentEntities(state);
      const pane = agentPane({ tools, state, commands });
      const picked = selection.onSelectedEntityChanged.add(() => {
        const { selectedEntity } = selection;
        if (entities.is(selectedEntity)) select(selectedEntity.agentId);
      });
      return all([
        entities,
        { dispose: () => picked.remove(true) },
        explorer.addSection({
          displayName: "Agents",
          order: FIRST,
          getRootEntities: entities.all,
          getEntityDisplayInfo: entities.display,
          getEntityAddedObservables: () => [entities.added],
          getEntityRemovedObservables: () => [entities.removed],
        }),
        ...AGENT_STATES.map((next) =>
          explorer.addEntityCommand({
            predicate: entities.is,
            getCommand: ({ agentId }) => ({
              type: "action",
              mode: "contextMenu",
              displayName: `Set state: ${next}`,
              execute: () => say(commands.setState(agentId, { state: next }).said),
            }),
          }),
        ),
        ...pane.map(({ identity }, order) => properties.addSection({ identity, order })),
        properties.addSectionContent({
          key: "Matrix agent",
          predicate: entities.is,
          content: pane.map(({ identity, component }) => ({ section: identity, component })),
        }),
      ]);
    },
  );
}

/** Keeps what is typed into the Inspector from the world's keys. What is typed into the page's own fields has its own way. */
function keepTyping(): () => void {
  const keep = (event: KeyboardEvent) => {
    const { target } = event;
    if (!(target instanceof HTMLElement) || target.closest("#twin") !== null) return;
    if (target.matches("input, textarea, [contenteditable]")) event.stopPropagation();
  };
  const undo = new AbortController();
  document.body.addEventListener("keydown", keep, { signal: undo.signal });
  return () => undo.abort();
}

/** Shows the Inspector beside the world. `onClosed` is called when it has gone, whoever closed it. */
export function showInspector(
  tools: InspectorTools,
  options: InspectorOptions,
  onClosed: () => void,
): Disposable {
  const token = tools.inspector.ShowInspector(options.scene, {
    // Beside the world, not over it.
    layoutMode: "inline",
    disableTeachingMoments: true,
    serviceDefinitions: [agentsService(tools, options)],
  });
  const stopKeeping = keepTyping();
  token.onDisposed.add(() => {
    stopKeeping();
    options.commands.restore();
    onClosed();
  });
  return { dispose: () => void token.dispose() };
}

/** Lets the Inspector's command line at the page, without drawing anything. */
export function startShell(
  { inspector }: InspectorTools,
  { scene, commands }: Pick<InspectorOptions, "scene" | "commands">,
): Disposable {
  const token = inspector.StartInspectable(scene, {
    name: document.title,
    autoEnable: true,
    serviceDefinitions: [shellService(inspector, commands)],
  });
  return all([{ dispose: commands.restore }, token]);
}
