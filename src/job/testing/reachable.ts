import { getShortestPaths } from "xstate/graph";
import type { Funding } from "../../protocol/records.ts";
import type { JobEvent } from "../context.ts";
import { jobMachine } from "../machine.ts";
import { type JobSnapshot, toRecord } from "../record.ts";
import { everyFact, started } from "./facts.ts";

/** One reachable state of the chart and the shortest way there. */
export interface ReachableState {
  readonly funding: Funding;
  /** Tells states apart by everything that a guard may ask, but for how many sats are owed: that has no bound. */
  readonly key: string;
  readonly path: readonly JobEvent[];
  readonly snapshot: JobSnapshot;
}

const keyOf = (snapshot: JobSnapshot): string => {
  const job = toRecord(snapshot);
  return [
    job.phase,
    job.outcome ?? "open",
    `eval:${job.evalInvoice?.state ?? "none"}`,
    `work:${job.workInvoice?.state ?? "none"}`,
    `refund:${job.refund}`,
    job.owedSats === 0 ? "even" : "owed",
  ].join(" ");
};

/** Every state that a job so funded can reach, with the shortest path to it. */
export function reachableStates(funding: Funding): readonly ReachableState[] {
  const paths = getShortestPaths(jobMachine, {
    input: started(funding),
    // The initial step of a path is the machine's own and not one of these.
    events: (snapshot) => [...everyFact(snapshot.context.owedSats)],
    serializeState: (snapshot) => keyOf(snapshot),
  });
  return paths.map(({ state, steps }) => ({
    funding,
    key: keyOf(state),
    path: steps
      .map(({ event }) => event)
      .filter((event): event is JobEvent => !event.type.startsWith("xstate.")),
    snapshot: state,
  }));
}

export const FUNDINGS = ["invoice", "session", "treasury", "l402"] as const satisfies readonly Funding[];
