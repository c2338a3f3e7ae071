import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from "xstate";

/** One way from a state to another, and everything that can make the job take it. */
export interface ChartEdge {
  /** `region.from→to`. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Each an event and, in brackets, its guard. */
  readonly triggers: readonly string[];
}

/** One region of a statechart: its states in the order of the machine. */
export interface ChartRegion {
  readonly name: string;
  readonly initial: string;
  readonly states: readonly string[];
  readonly edges: readonly ChartEdge[];
  /** What is taken without leaving the state, by state; under the region's own name what it takes in any state. */
  readonly stays: ReadonlyMap<string, readonly string[]>;
}

/** A transition as it is named on the chart. */
export interface Move {
  readonly region: string;
  readonly from: string;
  /** The same as `from` when the state stays. */
  readonly to: string;
  /** The guard that let it through, with what it was asked; `always` needs none. */
  readonly guard: string | undefined;
}

export const edgeId = ({ region, from, to }: Pick<Move, "region" | "from" | "to">): string =>
  `${region}.${from}→${to}`;

/** The regions of a machine: its children when they run side by side, else the machine itself. */
const regionsOf = (machine: AnyStateMachine): readonly AnyStateNode[] =>
  machine.root.type === "parallel" ? Object.values(machine.root.states) : [machine.root];

interface ParameterisedGuard {
  readonly type: string;
  readonly params?: unknown;
}

/** What a guard is called, such as `endsAs completed, failed`. */
function guardName(guard: AnyTransitionDefinition["guard"]): string | undefined {
  if (guard === undefined || typeof guard === "string") return guard;
  if (typeof guard === "function") return guard.name;
  const { type, params } = guard as ParameterisedGuard;
  if (params === undefined) return type;
  return `${type} ${Array.isArray(params) ? params.join(", ") : JSON.stringify(params)}`;
}

/** A transition that a machine defines, or took, as the chart names it. */
export function moveOf({ source, target, guard }: AnyTransitionDefinition): Move {
  const [first] = target ?? [];
  const region = source.parent === undefined || source.parent.type === "parallel" ? source : source.parent;
  return { region: region.key, from: source.key, to: first?.key ?? source.key, guard: guardName(guard) };
}

const trigger = (event: string, guard: string | undefined): string =>
  `${event === "" ? "always" : event}${guard === undefined ? "" : ` [${guard}]`}`;

const transitionsOf = (node: AnyStateNode): readonly AnyTransitionDefinition[] => [
  ...(node.always ?? []),
  ...[...node.transitions.values()].flat(),
];

function readRegion(region: AnyStateNode): ChartRegion {
  const edges = new Map<string, { from: string; to: string; triggers: string[] }>();
  const stays = new Map<string, string[]>();
  for (const node of [region, ...Object.values(region.states)]) {
    for (const transition of transitionsOf(node)) {
      const { from, to, guard } = moveOf(transition);
      const says = trigger(transition.eventType, guard);
      if (transition.target === undefined) {
        stays.set(from, [...(stays.get(from) ?? []), says]);
        continue;
      }
      const id = edgeId({ region: region.key, from, to });
      const edge = edges.get(id) ?? { from, to, triggers: [] };
      edge.triggers.push(says);
      edges.set(id, edge);
    }
  }
  return {
    name: region.key,
    initial: region.initial.target?.[0]?.key ?? "",
    states: Object.keys(region.states),
    edges: [...edges].map(([id, edge]) => ({ id, ...edge })),
    stays,
  };
}

/** A machine as it is drawn, read from its own definition. Its regions have plain states: nothing nested. */
export const readChart = (machine: AnyStateMachine): readonly ChartRegion[] =>
  regionsOf(machine).map(readRegion);
