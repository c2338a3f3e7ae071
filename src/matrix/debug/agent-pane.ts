import { AGENT_STATES } from "../state/agent-pose.ts";
import type { MatrixState } from "../state/model.ts";
import type { AgentEntity } from "./agent-entities.ts";
import type { Commands } from "./commands.ts";
import { describeFields, describeStep } from "./describe.ts";
import type { Component, InspectorTools } from "./inspector-api.ts";

/** A part of the properties of an agent. */
export interface PaneSection {
  readonly identity: string;
  readonly component: Component<{ readonly context: AgentEntity }>;
}

export interface AgentPaneOptions {
  readonly tools: InspectorTools;
  readonly state: Pick<MatrixState, "agents">;
  readonly commands: Commands;
}

const percent = (share: number): string => `${Math.round(share * 100)}%`;

/** What the properties pane says of an agent, and what it lets one try. */
export function agentPane({ tools, state, commands }: AgentPaneOptions): readonly PaneSection[] {
  const { createElement, Fragment, useState, useSyncExternalStore } = tools.react;
  const { TextPropertyLine, StringDropdownPropertyLine, TextAreaPropertyLine, ButtonLine } = tools.inspector;

  const lines = (figures: readonly (readonly [label: string, value: string])[]) =>
    createElement(
      Fragment,
      null,
      ...figures.map(([label, value]) => createElement(TextPropertyLine, { key: label, label, value })),
    );
  /** The agent as it is now, and again whenever it changes. */
  const useAgent = ({ agentId }: AgentEntity) => {
    useSyncExternalStore(state.agents.subscribe, () => state.agents.get().get(agentId));
    return commands.agent(agentId);
  };

  const Mind: PaneSection["component"] = ({ context }) => {
    const agent = useAgent(context);
    if (agent === undefined) return null;
    return lines([
      ["Agent", `${agent.label} (${agent.id})`],
      ["State", agent.state],
      ["Pose", agent.pose],
      ["Focus", agent.focusTopic ?? "none"],
      ["Engagement", percent(agent.engagement)],
      ["Coherence", percent(agent.coherence)],
      ["Budget stress", percent(agent.budgetStress)],
      ["Open jobs", String(agent.openJobs)],
    ]);
  };

  const Job: PaneSection["component"] = ({ context }) => {
    useAgent(context);
    const job = commands.jobOf(context.agentId);
    if (job === undefined) return lines([["Job", "none"]]);
    const { jobId, phase, refund, why, last } = commands.report(job);
    return lines([
      ["Job", jobId],
      ["Work", phase],
      ["Refund", refund],
      ["Why", why],
      ["Last step", last === undefined ? "none seen" : describeStep(last)],
      ["It says", last === undefined ? "" : describeFields(last.fields)],
    ]);
  };

  const Try: PaneSection["component"] = ({ context }) => {
    const agent = useAgent(context);
    const [said, say] = useState("");
    const [text, write] = useState(
      JSON.stringify({ type: "agent_state", agentId: context.agentId, state: "idle" }),
    );
    const shown = agent?.state ?? "";
    const states = [...new Set([...AGENT_STATES, shown])].map((value) => ({ label: value, value }));
    return createElement(
      Fragment,
      null,
      createElement(StringDropdownPropertyLine, {
        key: "state",
        label: "Set state",
        value: shown,
        options: states,
        onChange: (next) => say(commands.setState(context.agentId, { state: next }).said),
      }),
      createElement(TextAreaPropertyLine, { key: "message", label: "Message", value: text, onChange: write }),
      createElement(ButtonLine, {
        key: "inject",
        label: "Inject",
        onClick: () => say(commands.inject(text).said),
      }),
      createElement(ButtonLine, {
        key: "restore",
        label: "Restore from the tower",
        onClick: () => {
          commands.restore();
          say("Asked the tower for everything.");
        },
      }),
      createElement(TextPropertyLine, { key: "said", label: "Answer", value: said }),
    );
  };

  return [
    { identity: "Mind", component: Mind },
    { identity: "Job", component: Job },
    { identity: "Try", component: Try },
  ];
}
