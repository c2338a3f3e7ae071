import { timestamp } from "../../../protocol/ids.ts";
import type { SessionRecord } from "../../../protocol/records.ts";
import { sats } from "../../../protocol/units.ts";
import { FIRST_FIVE, joins } from "../agents.ts";
import { withFigures } from "../figures.ts";
import { VIEWER, VIEWERS_SESSION } from "../holdings.ts";
import { invoiceText, type JobPlan, jobLife, MOST_OF_A_REQUEST, STEP_MS } from "../jobs.ts";
import { inOrder, type Moment, SCENE_EPOCH_MS, type Scene } from "../scene.ts";

/** The session ends by itself soon after the scene begins, so that it says so. */
const ENDS_MS = 45 * 60_000;

/** Two requests that the session pays, one after the other. */
const PACE = 0.6;
const FIRST = { id: "a4f2c0de71", agent: "alpha", at: 5_000, workSats: 240, costSats: 158 } as const;
const SECOND = { id: "7c01d2aa9b", agent: "beta", at: 17_000, workSats: 740, costSats: 700 } as const;
const job = (plan: JobPlan): readonly Moment[] =>
  jobLife({ ...plan, isOwn: true, funding: "session", pace: PACE });

/** The session as it stands from a moment on. Amounts in sats. */
const stands = (
  at: number,
  state: SessionRecord["state"],
  balance: number,
  change: Partial<SessionRecord> = {},
): Moment => ({
  at,
  say: {
    type: "session_state",
    sessionId: VIEWERS_SESSION,
    ownerId: VIEWER,
    state,
    balanceSats: sats(balance),
    reservedSats: sats(0),
    owedSats: sats(0),
    refund: "none",
    expiresAt: timestamp(SCENE_EPOCH_MS + ENDS_MS),
    ...change,
  },
});

const asks = (at: number, amount: number) => ({
  amountSats: sats(amount),
  paymentRequest: invoiceText(`session-${at}`, amount),
  invoiceExpiresAt: timestamp(SCENE_EPOCH_MS + at + 600_000),
});

/** What a request does to the session that pays it. Returns what is left. */
function pays(plan: JobPlan & { workSats: number; costSats: number }, balance: number) {
  const atOf = (step: keyof typeof STEP_MS): number => plan.at + STEP_MS[step] * PACE;
  const reserved = Math.min(MOST_OF_A_REQUEST, balance - 10);
  const afterWork = balance - 10 - plan.workSats;
  const left = balance - 10 - plan.costSats;
  const moments = [
    stands(atOf("asked"), "active", balance - reserved, { reservedSats: sats(reserved) }),
    stands(atOf("eval_paid"), "active", balance - reserved - 10, { reservedSats: sats(reserved) }),
    stands(atOf("work_paid"), "active", afterWork),
    stands(atOf("refunded"), "active", left),
  ];
  return { moments, left };
}

const DEPOSIT = 1_000;
const first = pays(FIRST, DEPOSIT);
const second = pays(SECOND, first.left);

export const session: Scene = {
  name: "session",
  shows:
    "A session from the deposit to its end: it pays two requests, runs low, pauses, is topped up and closed.",
  script: () =>
    withFigures(
      inOrder(
        FIRST_FIVE.map((agent) => joins(agent)),
        [{ at: -1, say: { type: "purse_state", balanceSats: sats(50_000), faucetLeftSats: sats(0) } }],
        [
          stands(1_000, "awaiting_payment", 0, asks(1_000, DEPOSIT)),
          stands(4_000, "active", DEPOSIT),
          ...first.moments,
          ...second.moments,
          stands(30_000, "paused", 32),
          stands(32_000, "paused", 32, asks(32_000, 500)),
          stands(35_000, "active", 532),
          stands(37_000, "closed", 0, { owedSats: sats(532), refund: "paying" }),
          stands(39_000, "closed", 0, { refund: "paid" }),
        ],
        job(FIRST),
        job(SECOND),
      ),
    ),
  picture: 24,
};
