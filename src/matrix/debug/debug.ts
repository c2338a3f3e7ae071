import { loadInspector, loadStately } from "virtual:debug-tools";
import { jobMachine } from "../../job/machine.ts";
import type { AgentId } from "../../protocol/ids.ts";
import type { TowerMessage } from "../../protocol/messages.ts";
import { createOwned } from "../owned.ts";
import type { Stage } from "../stage/stage.ts";
import type { MatrixState, Readable } from "../state/model.ts";
import { readChart } from "./chart.ts";
import { layoutChart } from "./chart-layout.ts";
import { createChartView } from "./chart-view.ts";
import { type Commands, createCommands } from "./commands.ts";
import { describeStats } from "./describe.ts";
import { createDock } from "./dock.ts";
import { showInspector, startShell } from "./inspector.ts";
import { NOT_INSTALLED } from "./install.ts";
import { createLazySwitch } from "./lazy-switch.ts";
import { createMeter } from "./meter.ts";
import { openStately } from "./stately.ts";
import type { Taps } from "./taps.ts";
import { createTrail } from "./trail.ts";

export interface DebugOptions {
  readonly stage: Stage;
  readonly state: MatrixState;
  readonly selection: Readable<AgentId | undefined> & { set(agentId: AgentId | undefined): void };
  readonly taps: Taps;
  /** How many agents are given to the GPU. */
  readonly agentsDrawn: () => number;
  /** The inbox's door for what has just happened. */
  readonly apply: (message: TowerMessage) => void;
  /** Asks the tower for everything anew. */
  readonly takeSnapshot: () => void;
  /** What `?debug=` asks to be opened at once: `shell`, `chart` for neither, else the Inspector. */
  readonly wish: string;
}

/** A debugging session of a page. */
export interface Debugging {
  readonly commands: Commands;
  /** Ends it: everything it opened closes, and the tower's word stands again. */
  dispose(): void;
}

/** How often the figures are read, in milliseconds. */
const STATS_MS = 1_000;

/** Opens the dock and whatever else `wish` asks for. */
export function startDebugging(options: DebugOptions): Debugging {
  const { stage, state, selection, taps, wish } = options;
  const owned = createOwned();
  const trail = createTrail();
  owned.own(taps.watchActors(trail.inspect));
  const commands = createCommands({ ...options, trail });
  const chart = createChartView(layoutChart(readChart(jobMachine)));
  const dock = createDock(chart.element);
  owned.own(dock.dispose);

  const showJob = () => {
    const agentId = selection.get();
    const job = commands.jobOf(agentId);
    const agent = agentId && state.agents.get().get(agentId);
    const nothing = agent === undefined ? "No job yet" : `${agent.label} has no job`;
    const title = (id: string): string =>
      agent === undefined ? `The newest job, ${id}` : `${agent.label}'s job ${id}`;
    chart.show(job && commands.report(job), job === undefined ? nothing : title(job.jobId.slice(0, 8)));
  };
  for (const source of [state.jobs, state.agents, selection]) owned.own(source.subscribe(showJob));
  showJob();

  const meter = createMeter(stage.engine, {
    messages: () => taps.messages,
    clock: () => performance.now(),
  });
  owned.own(meter.dispose);
  const showStats = () => {
    dock.showStats(
      describeStats(meter.read(), {
        agents: state.agents.get().size,
        agentsDrawn: options.agentsDrawn(),
        renderScale: 1 / stage.engine.getHardwareScalingLevel(),
      }),
    );
  };
  const timer = setInterval(showStats, STATS_MS);
  owned.own(() => clearInterval(timer));

  const { scene } = stage;
  const inspector = createLazySwitch("Inspector", dock, loadInspector, (tools, onClosed) =>
    showInspector(tools, { scene, state, commands, select: selection.set, say: dock.say }, onClosed),
  );
  const shell = createLazySwitch("Shell", dock, loadInspector, (tools) =>
    startShell(tools, { scene, commands }),
  );
  const stately = createLazySwitch("Stately", dock, loadStately, (tools) => openStately(tools, taps));
  for (const each of [inspector, shell, stately]) {
    dock.addSwitch(each);
    owned.own(each.dispose);
  }
  if (loadInspector === undefined) dock.say(`The Babylon Inspector: ${NOT_INSTALLED}`);
  else if (wish !== "chart") (wish === "shell" ? shell : inspector).toggle();
  owned.own(commands.restore);

  return { commands, dispose: owned.release };
}
