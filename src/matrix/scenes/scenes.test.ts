import { expect, test } from "vitest";
import { SCENES } from "./scenes.ts";
import { watchScene } from "./testing/spectator.ts";

/** Longer than any scene needs to show what it is for. */
const LONG_MS = 40_000;

const LIVE = ["connecting", "catching_up", "live"];

test("every scene has a name of its own and begins with its history", () => {
  expect(SCENES.map(({ name }) => name)).toEqual([...new Set(SCENES.map(({ name }) => name))]);
  for (const { name, script, picture } of SCENES) {
    let before = Number.NEGATIVE_INFINITY;
    for (const { at } of script()) {
      expect(at, name).toBeGreaterThanOrEqual(before);
      before = at;
      if (at > picture * 1000) break;
    }
  }
});

// What a job's chart forbids stops the recorded tower itself, and what is no message is a fault of the link.
test.each(SCENES.filter(({ name }) => name !== "bad-input"))(
  "$name: every frame is understood and fits",
  (scene) => {
    const { clock, faults, misfits, views } = watchScene(scene);
    clock.pass(Math.max(scene.picture * 1000, scene.name === "ten-thousand" ? 0 : LONG_MS));
    expect({ faults, misfits: misfits(), views: views.slice(0, 3) }).toEqual({
      faults: [],
      misfits: 0,
      views: scene.name === "unreachable" ? ["connecting", "offline", "connecting"] : LIVE,
    });
  },
);

test("job: from the request to the refund, and the figures follow", () => {
  const scene = SCENES.find(({ name }) => name === "job");
  if (scene === undefined) throw new Error("no such scene");
  const { clock, state } = watchScene(scene);
  const phases = Array.from({ length: 22 }, () => {
    clock.pass(1_000);
    const [job] = state.jobs.get();
    return job === undefined ? "none" : `${job.phase} ${job.refund}`;
  });
  expect(phases.filter((phase, index) => phase !== phases[index - 1])).toEqual([
    "awaiting_eval_payment none",
    "evaluating none",
    "awaiting_work_payment none",
    "executing none",
    "closed owed",
    "closed paying",
    "closed paid",
  ]);
  expect(state.economy.get()).toEqual({
    balanceSats: 154_200 + 10 + 240 - 82,
    earnedTodaySats: 8_500 + 10 + 158,
    spentTodaySats: 3_200,
    dailyLimitSats: 50_000,
    pendingInvoices: 0,
    btcPriceUsd: 100_000,
  });
  expect(state.treasury.get()).toEqual({
    treasurySats: 142_800 + 10 + 158 - 63,
    dailyBurnSats: 2_700 + 63,
    netTodaySats: 5_800 + 10 + 158 - 63,
  });
  expect(state.chat.get().at(-1)?.text).toBe("JOB a4f2… refunded ⚡82");
});

test("session: from the deposit to its end, through every state, and it pays both requests", () => {
  const scene = SCENES.find(({ name }) => name === "session");
  if (scene === undefined) throw new Error("no such scene");
  const { clock, state } = watchScene(scene);
  const seen = Array.from({ length: 80 }, () => {
    clock.pass(500);
    const one = state.sessions.get()[0];
    if (one === undefined) return "none";
    const waits = one.paymentRequest === undefined ? "" : ` asks ${one.amountSats}`;
    return `${one.state} ${one.balanceSats}+${one.reservedSats} owes ${one.owedSats}${waits}`;
  });
  expect(seen.filter((each, index) => each !== seen[index - 1])).toEqual([
    "none",
    "awaiting_payment 0+0 owes 0 asks 1000",
    "active 1000+0 owes 0",
    "active 250+750 owes 0",
    "active 240+750 owes 0",
    "active 750+0 owes 0",
    "active 832+0 owes 0",
    "active 82+750 owes 0",
    "active 72+750 owes 0",
    "active 82+0 owes 0",
    "active 122+0 owes 0",
    "paused 32+0 owes 0",
    "paused 32+0 owes 0 asks 500",
    "active 532+0 owes 0",
    "closed 0+0 owes 532",
    "none",
  ]);
  expect(
    state.jobs.get().map(({ funding, refund, paidBackSats }) => [funding, refund, paidBackSats]),
  ).toEqual([
    ["session", "credited", 40],
    ["session", "credited", 82],
  ]);
});

test("storm: exactly 1,000 invoices settle in the second after it breaks loose", () => {
  const scene = SCENES.find(({ name }) => name === "storm");
  if (scene === undefined) throw new Error("no such scene");
  const { clock, frames } = watchScene(scene);
  clock.pass(1_990);
  const before = frames.length;
  clock.pass(1_020);
  const settled = frames.slice(before).filter((frame) => frame.includes('"invoice_settled"'));
  expect(settled.length).toBe(1_000);
});
