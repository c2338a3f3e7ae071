import { expect, test } from "vitest";
import { invoiceRequest, placed, settled, started } from "../../job/testing/facts.ts";
import { requestId, seq, sessionId } from "../../protocol/ids.ts";
import type { TowerMessage } from "../../protocol/messages.ts";
import { sats } from "../../protocol/units.ts";
import { describeStep } from "./describe.ts";
import { shellCommands } from "./shell-commands.ts";
import { openStately, type StatelyInspect } from "./stately.ts";
import { createDebuggedMatrix } from "./testing/debugged-matrix.ts";

// A session's secrets and invoices are nobody's business who debugs: not a terminal's, not a pane's, not another site's.

const MACAROON = "AgEGbWF0cml4AkIAAJ2vS1c8";
const CODE = "k3uz-7qpa-xm4e-r2dw-bn6t-yc5s-hj";
const INVOICE = "lnbcrt5000n1p".padEnd(285, "q");
const SESSION = sessionId("session-1");

const secret: TowerMessage = {
  type: "session_secret",
  requestId: requestId("r1"),
  sessionId: SESSION,
  macaroon: MACAROON,
  recoveryCode: CODE,
};
const waits: TowerMessage = {
  type: "session_state",
  seq: seq(90),
  sessionId: SESSION,
  state: "awaiting_payment",
  balanceSats: sats(0),
  reservedSats: sats(0),
  owedSats: sats(0),
  refund: "none",
  paymentRequest: INVOICE,
  amountSats: sats(500),
};
const SECRETS = new RegExp([MACAROON, CODE, INVOICE.slice(0, 33)].join("|"));

function hear() {
  const matrix = createDebuggedMatrix();
  const job = [
    started("session"),
    ...placed([invoiceRequest("eval"), settled("eval", { paidBy: "session" })]),
  ];
  matrix.hear(waits, secret, ...job);
  return matrix;
}

test("no shell command and no pane tells a session's secrets, also when they are injected or damaged", async () => {
  const { commands, trail } = hear();
  const damaged = { ...secret, recoveryCode: [CODE] };
  const printed = await Promise.all(
    shellCommands(commands).map(({ executeAsync }) =>
      executeAsync({ agent: "alpha", state: "idle", message: JSON.stringify(secret) }).catch(String),
    ),
  );
  const steps = trail.of(started().jobId).map(describeStep);
  expect([...printed, ...steps, commands.inject(JSON.stringify(damaged)).said].join("\n")).not.toMatch(
    SECRETS,
  );
  expect(printed).toContain("Taken: session_secret.");
});

test("Stately's window is told that something came and nothing of what it says", () => {
  const { taps } = hear();
  const told: Parameters<StatelyInspect["createBrowserInspector"]>[0][] = [];
  const events: unknown[] = [];
  openStately(
    {
      createBrowserInspector(options) {
        told.push(options);
        return { inspect: { next: ({ type }) => events.push(type) }, stop: () => undefined };
      },
    },
    taps,
  );
  expect([secret, waits].map((message) => told[0]?.sanitizeEvent(message))).toEqual([
    { type: "session_secret" },
    { type: "session_state" },
  ]);
  // Sessions have no actor: all that is watched is the job's.
  expect(events).toEqual(["@xstate.actor", "@xstate.snapshot"]);
});
