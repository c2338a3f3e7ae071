import { expect, test } from "vitest";
import { createActor } from "xstate";
import type { ChatLine } from "../protocol/records.ts";
import { sats } from "../protocol/units.ts";
import { chatLines, startedLines } from "./chat.ts";
import type { JobEvent } from "./context.ts";
import type { JobCue } from "./cue.ts";
import { jobMachine } from "./machine.ts";
import { hydrate, toRecord } from "./record.ts";
import { startJob, stepJob } from "./step.ts";
import {
  claimed,
  completed,
  dequeued,
  expired,
  invoiceRequest,
  placed,
  queued,
  refunded,
  refundFailed,
  settled,
  started,
} from "./testing/facts.ts";
import { FUNDINGS, reachableStates } from "./testing/reachable.ts";

/** What an actor tells while a job starts and lives through these facts: one list a fact, the start's first. */
function told(facts: readonly JobEvent[], start = started()): readonly (readonly JobCue[])[] {
  let cues: JobCue[] = [];
  const actor = createActor(jobMachine, { input: start });
  actor.on("*", (cue) => cues.push(cue));
  actor.start();
  const all = [cues];
  for (const fact of placed(facts)) {
    cues = [];
    actor.send(fact);
    all.push(cues);
  }
  actor.stop();
  return all;
}

/** A cue in one line: `> gesture`, or `id speaker: text [offer]`. */
const brief = (cues: readonly JobCue[]): readonly string[] =>
  cues.flatMap((cue) =>
    cue.type === "gesture"
      ? [`> ${cue.gesture}`]
      : cue.lines.map(
          ({ id, speaker, text, offers }) =>
            `${id} ${speaker.kind}: ${text}${offers === undefined ? "" : ` [${offers}]`}`,
        ),
  );

const toExecuting = [invoiceRequest("eval"), settled("eval"), invoiceRequest("work"), settled("work")];

test("a whole job tells its story, with gestures where states are entered", () => {
  const facts = [
    ...toExecuting,
    completed("completed", 60, { result: "Six words.", actualCostSats: sats(140) }),
    claimed(60),
    refunded(60),
  ];
  expect(told(facts).map(brief)).toEqual([
    ["1:0 owner: Count the words of this sentence."],
    ["2:0 system: JOB a4f2… eval invoice: ⚡10 [pay_eval]"],
    ["3:0 system: JOB a4f2… eval paid — evaluating…", "> accept"],
    ["4:0 agent: I can do that. Work cost: ⚡200", "4:1 system: JOB a4f2… work invoice: ⚡200 [pay_work]"],
    ["5:0 system: JOB a4f2… work paid — executing…", "> accept"],
    [
      "6:0 agent: Six words.",
      "6:1 agent: Done. Actual cost: ⚡140, refund: ⚡60",
      "6:2 system: JOB a4f2… refund: ⚡60 [claim_refund]",
      "> celebrate",
    ],
    ["7:0 system: JOB a4f2… paying back ⚡60…"],
    ["8:0 system: JOB a4f2… refunded ⚡60", "> hand_back"],
  ]);
});

test("the other ways of a job, too", () => {
  const last = (facts: readonly JobEvent[]) => brief(told(facts).at(-1) ?? []);
  const eval_ = [invoiceRequest("eval")];
  expect(last([...eval_, settled("eval"), completed("rejected", 0, { error: "I can't fly." })])).toEqual([
    "4:0 agent: I can't fly.",
    "4:1 system: JOB a4f2… rejected",
    "> refuse",
  ]);
  expect(last([...eval_, expired("eval")])).toEqual(["3:0 system: JOB a4f2… eval invoice expired unpaid"]);
  expect(last([...eval_, completed("expired")])).toEqual([
    "3:0 system: JOB a4f2… closed: not paid in time",
    "> refuse",
  ]);
  expect(last([...eval_, completed("cancelled")])).toEqual(["3:0 system: JOB a4f2… cancelled", "> refuse"]);
  expect(last([...toExecuting, completed("failed", 200, { error: "crashed" })])).toEqual([
    "6:0 system: JOB a4f2… failed: crashed",
    "6:1 system: JOB a4f2… refund: ⚡200 [claim_refund]",
    "> refuse",
  ]);
  expect(last([...eval_, settled("eval", { onTime: false })])).toEqual([
    "3:0 system: JOB a4f2… eval invoice paid too late — ⚡10 is owed back",
  ]);
  expect(last([...toExecuting, settled("work")])).toEqual([
    "6:0 system: JOB a4f2… work invoice paid when it was no longer due — ⚡200 is owed back",
  ]);
  const line = [...toExecuting.slice(0, 3), settled("work", { queuePlace: 2 }), queued(1), dequeued()];
  expect(told(line).slice(-3).map(brief)).toEqual([
    ["5:0 system: JOB a4f2… work paid — number 2 in the agent's queue", "> accept"],
    ["6:0 system: JOB a4f2… is number 1 in the queue"],
    ["7:0 system: JOB a4f2… its turn came — executing…"],
  ]);
  const paying = [...toExecuting, completed("completed", 60), claimed(60)];
  expect(last([...paying, refundFailed(60, "failed")])).toEqual([
    "8:0 system: JOB a4f2… refund failed: no route — it can be claimed again [claim_refund]",
  ]);
  expect(last([...paying, refundFailed(60, "unknown")])).toEqual([
    "8:0 system: JOB a4f2… the refund may still be on its way; it cannot be claimed again yet",
  ]);
  expect(
    brief(told([completed("failed", 0), refunded(0, "credit")], started("session")).at(-1) ?? []),
  ).toEqual([]);
  expect(
    brief(told([completed("failed", 9), refunded(9, "credit")], started("session")).at(-1) ?? []),
  ).toEqual(["3:0 system: JOB a4f2… ⚡9 put back where it came from", "> hand_back"]);
  expect(last([...toExecuting, completed("completed", 60), refunded(60, "credit")])).toEqual([
    "7:0 system: JOB a4f2… ⚡60 put on the session",
    "> hand_back",
  ]);
});

test("a job whose request this reader may not see says nothing, and still gestures", () => {
  const { request, ...hidden } = started();
  expect(told([...toExecuting, completed("completed")], hidden).map(brief)).toEqual([
    [],
    [],
    ["> accept"],
    [],
    ["> accept"],
    ["> celebrate"],
  ]);
});

const lines = (cues: readonly JobCue[]): readonly ChatLine[] =>
  cues.flatMap((cue) => (cue.type === "chat" ? cue.lines : []));

test.each(FUNDINGS)("live chat is the snapshot's chat, along every path of a job funded by %s", (funding) => {
  for (const { path } of reachableStates(funding)) {
    const start = started(funding);
    let job = startJob(start);
    const snapshot = [startedLines(hydrate(job).context)];
    for (const fact of placed(path)) {
      snapshot.push(chatLines(fact, hydrate(job).context));
      job = stepJob(job, fact);
    }
    expect(told(path, start).map(lines)).toEqual(snapshot);
    const ids = snapshot.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }
});

test("the record of an actor is the record of the pure steps", () => {
  const facts = placed([...toExecuting, completed("completed", 60)]);
  const actor = createActor(jobMachine, { input: started() }).start();
  for (const fact of facts) actor.send(fact);
  expect(toRecord(actor.getSnapshot())).toEqual(facts.reduce(stepJob, startJob(started())));
  actor.stop();
});
