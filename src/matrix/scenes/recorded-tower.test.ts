import { expect, test } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { exceedsBytes, MAX_SNAPSHOT_PART_BYTES } from "../../protocol/limits.ts";
import { FIRST_FIVE, joins, leaves, minds, swarm } from "./agents.ts";
import { jobLife } from "./jobs.ts";
import { inOrder, type Moment, type Scene } from "./scene.ts";
import { watchScene } from "./testing/spectator.ts";

const sceneOf = (moments: readonly Moment[], more: Partial<Scene> = {}): Scene => ({
  name: "test",
  shows: "",
  script: () => moments,
  picture: 1,
  ...more,
});
const FIVE = FIRST_FIVE.map((agent) => joins(agent));

test("what happened before the beginning comes as a snapshot, what happens after it as it happens", () => {
  const { clock, state, frames } = watchScene(
    sceneOf(
      inOrder(FIVE, [
        joins({ id: "early" }, -1),
        minds("early", { state: "working" }, -1),
        leaves("beta", 500),
      ]),
    ),
  );
  clock.pass(100);
  expect([...state.agents.get().keys()]).toEqual(["timmy", "alpha", "beta", "gamma", "delta", "early"]);
  expect(state.agents.get().get(agentId("early"))?.pose).toBe("working");
  clock.pass(500);
  expect([...state.agents.get().keys()]).toEqual(["timmy", "alpha", "gamma", "delta", "early"]);
  expect(frames.map((frame) => JSON.parse(frame).type)).toEqual([
    "connection",
    "subscribed",
    "snapshot_part",
    "snapshot_part",
    "agent_left",
  ]);
});

test("a snapshot of many comes in parts of at most 256 KiB, whole", () => {
  const { clock, state, frames } = watchScene(sceneOf(swarm(5_000).map((agent) => joins(agent))));
  clock.pass(100);
  const parts = frames.filter((frame) => frame.includes('"snapshot_part"'));
  expect(parts.map((part) => exceedsBytes(part, MAX_SNAPSHOT_PART_BYTES))).toEqual(parts.map(() => false));
  expect([parts.length > 2, state.agents.get().size]).toEqual([true, 5_000]);
});

test("who comes back is told exactly what it missed, and the newest of what is not in the log", () => {
  const scene = sceneOf(
    inOrder(FIVE, jobLife({ id: "missed", agent: "alpha", at: 1_000 }), [
      minds("timmy", { state: "deep_focus" }, 5_000),
    ]),
    { outages: [{ from: 2_000, to: 8_000 }] },
  );
  const always = watchScene({ ...scene, outages: [] });
  const { clock, state, frames, views, misfits } = watchScene(scene);
  for (const one of [clock, always.clock]) one.pass(25_000);
  expect([state.jobs.get(), [...state.agents.get()]]).toEqual([
    always.state.jobs.get(),
    [...always.state.agents.get()],
  ]);
  expect(frames.filter((frame) => frame.includes('"snapshot_part"')).length).toBe(2);
  expect([views.includes("offline"), views.at(-1), misfits()]).toEqual([true, "live", 0]);
});

test("of other people's jobs only what everybody may see is said", () => {
  const { clock, frames } = watchScene(
    sceneOf(inOrder(FIVE, jobLife({ id: "theirs", agent: "alpha", at: 100, request: "A secret wish." }))),
  );
  clock.pass(30_000);
  expect(frames.filter((frame) => /A secret wish|lnbcrt|paymentRequest/.test(frame))).toEqual([]);
});

test("whatever is asked of it is refused, in words", () => {
  const { clock, state, link } = watchScene(sceneOf(FIVE));
  clock.pass(100);
  const id = link.send({
    type: "job_request",
    agentId: agentId("alpha"),
    request: "Do it.",
    funding: "invoice",
  });
  clock.pass(100);
  expect([[...state.sending.get()], state.notices.get()]).toEqual([
    [],
    [
      {
        id,
        code: "read_only",
        message: "This is a recorded scene: it only plays, and nothing can be asked of it.",
      },
    ],
  ]);
});

test("a script that a job's chart forbids is an error of the script", () => {
  const life = jobLife({ id: "twice", agent: "alpha", at: -60_000 });
  expect(() => watchScene(sceneOf(inOrder(FIVE, life, life.slice(1))))).toThrow("cannot happen now");
});
