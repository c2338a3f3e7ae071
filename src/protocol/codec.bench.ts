import { test } from "vitest";
import { decodeClientMessage, decodeTowerMessage } from "./codec.ts";
import { CLIENT_EXAMPLES, TOWER_EXAMPLES } from "./examples.ts";

/** Frames are decoded in batches so that the clock's own cost does not count. */
const BATCH = 1_000;

/** `count` frames of the kind, none the same text twice, so that nothing is kept from one to the next. */
function frames(examples: readonly object[]): readonly string[] {
  return Array.from({ length: BATCH }, (_, index) => {
    const example = examples[index % examples.length] ?? {};
    return JSON.stringify("seq" in example ? { ...example, seq: index + 1, prev: index } : example);
  });
}

const { agent_state, job_progress, economy_state, treasury_state } = TOWER_EXAMPLES;
const { job_started, invoice_request, invoice_settled, job_completed, refund_settled } = TOWER_EXAMPLES;
const values = frames([agent_state, job_progress, economy_state, treasury_state]);
const facts = frames([job_started, invoice_request, invoice_settled, job_completed, refund_settled]);
const older = frames([
  { type: "agent_state", agent_id: "timmy", focus_topic: "review", engagement: "deep", mood: "settled" },
  { type: "job_completed", job_id: "j1", agent_id: "alpha", result: "x", error: null, refund_sats: 12 },
]);
const intents = frames([CLIENT_EXAMPLES.job_request, CLIENT_EXAMPLES.pay_invoice]);

type Decode = (text: string) => { readonly kind: string };
const KINDS: readonly (readonly [name: string, texts: readonly string[], decode: Decode])[] = [
  ["current values", values, decodeTowerMessage],
  ["facts of jobs", facts, decodeTowerMessage],
  ["an older tower's messages", older, decodeTowerMessage],
  ["intents", intents, decodeClientMessage],
];

/** A thousand frames a turn: the printed turns a second are thousands of frames a second. */
test.for(KINDS)("%s", async ([, texts, decode], { bench }) => {
  await bench.compare(
    bench("JSON.parse alone", () => {
      for (const text of texts) JSON.parse(text);
    }),
    bench("decode: parse, normalise, validate", () => {
      for (const text of texts)
        if (decode(text).kind !== "message") throw new Error(`was not decoded: ${text.slice(0, 80)}`);
    }),
    { time: 1_000, warmupTime: 200 },
  );
});
