import { type CommandResult, type Commands, MIND_FIGURES, type MindDraft } from "./commands.ts";
import { shorten } from "./describe.ts";
import {
  type BridgeCommand,
  defineService,
  type Inspector,
  type ServiceDefinition,
} from "./inspector-api.ts";

/** Says no to whoever sits at the shell. */
class Refused extends Error {
  override readonly name = "Refused";
}

/** What was done in words; throws {@link Refused} when it was not. */
function outcome({ done, said }: CommandResult): string {
  if (!done) throw new Refused(said);
  return said;
}

/** For a terminal, which may be kept or shown: what facts say is cut short. */
const json = (value: unknown): string =>
  JSON.stringify(value, (name, inner: unknown) => (name === "fields" ? shorten(inner) : inner), 2);

const agentArg = (required: boolean) => ({ name: "agent", description: "The agent's id.", required });

type Args = Parameters<BridgeCommand["executeAsync"]>[0];

/** An argument that a command cannot do without: not every shell asks for it. */
function needed(args: Args, name: string): string {
  const given = args[name];
  if (given === undefined || given === "") throw new Refused(`--${name} is missing.`);
  return given;
}

/** The mind that was asked for. What is no number becomes NaN, which no mind takes. */
function mindOf(args: Args): MindDraft {
  const figures = MIND_FIGURES.flatMap((name) => {
    const given = args[name];
    return given === undefined ? [] : [[name, given.trim() === "" ? Number.NaN : Number(given)]];
  });
  const { focusTopic } = args;
  return {
    state: needed(args, "state"),
    ...(focusTopic !== undefined && { focusTopic }),
    ...Object.fromEntries(figures),
  };
}

/** The commands that a shell finds beside the Inspector's own. */
export const shellCommands = (commands: Commands): readonly BridgeCommand[] => [
  {
    id: "agents",
    description: "Every agent, or one, with its mind and its job.",
    args: [agentArg(false)],
    async executeAsync({ agent }) {
      if (agent === undefined) return json(commands.agents());
      const found = commands.agent(agent);
      if (found === undefined) throw new Refused(`There is no agent ${JSON.stringify(agent)}.`);
      return json(found);
    },
  },
  {
    id: "job-chart",
    description: "Where a job stands in its chart, and its last transitions with their reasons.",
    args: [agentArg(false)],
    async executeAsync({ agent }) {
      const job = commands.jobOf(agent);
      if (job === undefined) throw new Refused("There is no such job.");
      return json(commands.report(job));
    },
  },
  {
    id: "set-state",
    description: "Set what is on an agent's mind, on this page only.",
    args: [
      agentArg(true),
      {
        name: "state",
        description: "idle, thinking, working, deep_focus, paused, offline, …",
        required: true,
      },
      { name: "focusTopic", description: "What it attends to." },
      ...MIND_FIGURES.map((name) => ({ name, description: "From 0 to 1." })),
    ],
    executeAsync: async (args) => outcome(commands.setState(needed(args, "agent"), mindOf(args))),
  },
  {
    id: "inject",
    description: "Take a message as if the tower had sent it to this page.",
    args: [{ name: "message", description: "The message's JSON text.", required: true }],
    executeAsync: async (args) => outcome(commands.inject(needed(args, "message"))),
  },
  {
    id: "restore",
    description: "Undo everything set or injected: take the tower's word for everything anew.",
    async executeAsync() {
      commands.restore();
      return "Asked the tower for everything.";
    },
  },
];

/** Gives the commands to every shell that connects to the session. */
export const shellService = (inspector: Inspector, commands: Commands): ServiceDefinition =>
  defineService("Matrix shell commands", [inspector.BridgeCommandRegistryIdentity], (registry) => {
    const added = shellCommands(commands).map((command) => registry.addCommand(command));
    return {
      dispose() {
        for (const registration of added) registration.dispose();
      },
    };
  });
