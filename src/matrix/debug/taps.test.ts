import { expect, test } from "vitest";
import { createActor, type InspectionEvent } from "xstate";
import { jobMachine } from "../../job/machine.ts";
import { invoiceRequest, settled, started } from "../../job/testing/facts.ts";
import { createTaps } from "./taps.ts";

const stateOf = (event: InspectionEvent): unknown =>
  "snapshot" in event && "value" in event.snapshot ? event.snapshot.value : undefined;

function watched(taps: ReturnType<typeof createTaps>) {
  const seen: (readonly [type: string, state: unknown])[] = [];
  const unwatch = taps.watchActors((event) => {
    if (event.type === "@xstate.actor" || event.type === "@xstate.snapshot")
      seen.push([event.type, stateOf(event)]);
  });
  return { seen, unwatch };
}

const startJob = (taps: ReturnType<typeof createTaps>) =>
  createActor(jobMachine, { input: started(), inspect: taps.inspect }).start();

test("whoever comes late is told of every actor that runs, and the state it is in", () => {
  const taps = createTaps();
  const job = startJob(taps);
  job.send(invoiceRequest("eval"));
  job.send(settled("eval"));
  startJob(taps).stop();
  const { seen, unwatch } = watched(taps);
  expect(seen).toEqual([
    ["@xstate.actor", undefined],
    ["@xstate.snapshot", { work: "evaluating", refund: "none" }],
  ]);

  job.send(invoiceRequest("work"));
  expect(seen.slice(2)).toEqual([["@xstate.snapshot", { work: "awaiting_work_payment", refund: "none" }]]);

  unwatch();
  unwatch();
  job.send(settled("work"));
  expect(seen).toHaveLength(3);
  job.stop();
  expect(watched(taps).seen).toEqual([]);
});

test("an actor that fails is no longer told of", () => {
  const taps = createTaps();
  const job = createActor(jobMachine, { input: started(), inspect: taps.inspect });
  job.subscribe({ error: () => undefined });
  job.start();
  job.send(invoiceRequest("eval"));
  // No amount of sats is not a number.
  job.send({ ...settled("eval"), amountSats: Number.NaN as never, onTime: false });
  expect(job.getSnapshot().status).toBe("error");
  expect(watched(taps).seen).toEqual([]);
});

test("counts messages and misfits", () => {
  const taps = createTaps();
  taps.received();
  taps.received();
  taps.misfit();
  expect({ messages: taps.messages, misfits: taps.misfits }).toEqual({ messages: 2, misfits: 1 });
});
