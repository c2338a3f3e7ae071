import { expect, test } from "vitest";
import { POSES } from "../../job/pose.ts";
import { agentPose } from "../state/agent-pose.ts";
import { type Behaviour, behaviourOf } from "./behaviour.ts";

const STATE_WORDS = [
  "idle",
  "active",
  "thinking",
  "working",
  "deep_focus",
  "waiting",
  "offering",
  "paused",
  "asleep",
  "offline",
  "a word of the tower's own",
];

const CALM = { state: "idle", focusTopic: undefined, engagement: 0, coherence: 1 } as const;
const of = (differs: Partial<Parameters<typeof behaviourOf>[0]>): Behaviour =>
  behaviourOf({ pose: "idle", ...CALM, ...differs });

test("every pose has a bearing of its own", () => {
  const columns = ({ facing, presence, flow, breath, gaze, focus, unrest }: Behaviour) => [
    facing,
    ...[presence, flow, breath, gaze, focus, unrest].map((value) => Math.round(value * 1000) / 1000),
  ];
  expect(POSES.map((pose) => [pose, ...columns(of({ pose, engagement: 0.75, coherence: 0.475 }))])).toEqual([
    // facing, presence, flow, breath, gaze, focus, unrest
    ["idle", "own", 0.8, 0, 0.713, 0.55, 0.1, 0.5],
    ["waiting", "gate", 0.9, 0.1, 0.625, 0.463, 0.1, 0.5],
    ["thinking", "own", 1, 0.5, 0.775, 0.398, 0.225, 0.5],
    ["working", "core", 1.15, 1, 0.875, 0.28, 0.225, 0.4],
    ["offering", "gate", 1.1, 0.2, 0.625, 0.275, 0.1, 0.4],
    ["deep_focus", "own", 1.1, 0.7, 0.925, 0.163, 0.625, 0.3],
    ["asleep", "own", 0.34, 0, 0.25, 0, 0, 0],
  ]);
});

test("every word for a state leads to a clip, and nobody works while offline", () => {
  const clips = STATE_WORDS.map((state) => [
    state,
    of({ state, pose: agentPose(state, undefined) }).clip,
    of({ state, pose: "working" }).clip,
  ]);
  expect(clips).toEqual([
    ["idle", "idle", "working"],
    ["active", "working", "working"],
    ["thinking", "thinking", "working"],
    ["working", "working", "working"],
    ["deep_focus", "deep_focus", "working"],
    ["waiting", "waiting", "working"],
    ["offering", "offering", "working"],
    ["paused", "asleep", "working"],
    ["asleep", "asleep", "working"],
    ["offline", "asleep", "asleep"],
    ["a word of the tower's own", "idle", "working"],
  ]);
});

test("engagement deepens the breath, steadies the gaze and lights the focus ring", () => {
  for (const pose of ["idle", "waiting", "thinking", "working", "offering", "deep_focus"] as const) {
    const [low, high] = [of({ pose, engagement: 0 }), of({ pose, engagement: 1 })];
    expect([high.breath > low.breath, high.gaze < low.gaze, high.focus > low.focus]).toEqual([
      true,
      true,
      true,
    ]);
  }
});

test("a confused mind breathes unevenly and looks about; asleep nothing of it shows", () => {
  const clear = of({ pose: "thinking", coherence: 0.9 });
  const confused = of({ pose: "thinking", coherence: 0.1 });
  expect([clear.unrest, confused.unrest]).toEqual([0, 1]);
  expect(confused.gaze - clear.gaze).toBeCloseTo(0.5);
  expect(of({ pose: "asleep", coherence: 0 })).toEqual(of({ pose: "asleep", coherence: 1 }));
});

test("a topic lights the focus ring", () => {
  expect(of({ focusTopic: "sentiment" }).focus).toBeCloseTo(0.5);
  expect(of({ pose: "asleep", focusTopic: "sentiment" }).focus).toBe(0);
});

test("figures that are out of range or no numbers at all still give a bearing within it", () => {
  for (const odd of [Number.NaN, -3, 7, Number.POSITIVE_INFINITY]) {
    const { breath, gaze, focus, unrest } = of({
      pose: "working",
      engagement: odd,
      coherence: odd,
      focusTopic: "x",
    });
    for (const value of [breath, gaze, focus, unrest]) expect(value >= 0 && value <= 1).toBe(true);
  }
});
