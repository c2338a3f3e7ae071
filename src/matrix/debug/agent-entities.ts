import { Observable } from "@babylonjs/core/Misc/observable.pure.js";
import type { AgentId } from "../../protocol/ids.ts";
import type { MatrixState } from "../state/model.ts";
import type { EntityDisplay } from "./inspector-api.ts";

/** An agent as the Inspector's explorer holds it: one object for as long as the agent is here. */
export interface AgentEntity {
  readonly agentId: AgentId;
}

/** Every agent of the state as an entity, with what the explorer must be told. */
export interface AgentEntities {
  readonly all: () => readonly AgentEntity[];
  readonly is: (entity: unknown) => entity is AgentEntity;
  readonly display: (entity: AgentEntity) => EntityDisplay;
  readonly added: Observable<AgentEntity>;
  readonly removed: Observable<AgentEntity>;
  dispose(): void;
}

/** Follows who is here. */
export function createAgentEntities({ agents }: Pick<MatrixState, "agents">): AgentEntities {
  const entities = new Map<AgentId, AgentEntity>();
  const added = new Observable<AgentEntity>();
  const removed = new Observable<AgentEntity>();

  const sync = () => {
    const here = agents.get();
    for (const [id, entity] of entities) {
      if (here.has(id)) continue;
      entities.delete(id);
      removed.notifyObservers(entity);
    }
    for (const id of here.keys()) {
      if (entities.has(id)) continue;
      const entity: AgentEntity = Object.freeze({ agentId: id });
      entities.set(id, entity);
      added.notifyObservers(entity);
    }
  };
  sync();
  const stop = agents.subscribe(sync);

  const nameOf = ({ agentId }: AgentEntity): string => {
    const view = agents.get().get(agentId);
    return view === undefined ? agentId : `${view.label} (${view.job?.phase ?? view.state})`;
  };

  return {
    all: () => [...entities.values()],
    is: (entity): entity is AgentEntity =>
      typeof entity === "object" &&
      entity !== null &&
      "agentId" in entity &&
      entities.get(entity.agentId as AgentId) === entity,
    display(entity) {
      const onChange = new Observable<void>();
      let name = nameOf(entity);
      const stopWatching = agents.subscribe(() => {
        const next = nameOf(entity);
        if (next === name) return;
        name = next;
        onChange.notifyObservers();
      });
      return {
        get name() {
          return name;
        },
        onChange,
        dispose() {
          stopWatching();
          onChange.clear();
        },
      };
    },
    added,
    removed,
    dispose() {
      stop();
      added.clear();
      removed.clear();
    },
  };
}
