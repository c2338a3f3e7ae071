import { expect, test, vi } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import { sats } from "../../protocol/units.ts";
import { createFocus } from "../world/focus.ts";
import { createFakeWorld } from "../world/testing/fake-world.ts";
import { createDirector } from "./director.ts";

const alpha = agentId("alpha");
const gamma = agentId("gamma");

/** A world of five with a director, some time after it took over. */
function setUp({ reducedMotion = false } = {}) {
  const world = createFakeWorld(5, { reducedMotion });
  const focus = createFocus(world.context);
  let returns = 0;
  const director = createDirector({
    stage: world.stage,
    roster: world.context.roster,
    state: world.state,
    onReturn: () => {
      returns += 1;
      world.selected.set(undefined);
    },
  });
  const { camera } = world.stage;
  const pass = (seconds: number, fps = 20) => world.step(Math.round(seconds * fps), 1 / fps);
  pass(15);
  return {
    ...world,
    camera,
    director,
    pass,
    returns: () => returns,
    pay: (id = alpha) =>
      world.state.cues.emit({
        kind: "sats",
        from: { kind: "gate" },
        to: { kind: "agent", agentId: id },
        amountSats: sats(500),
      }),
    /** How far the camera looks past an agent, in metres. */
    pastAgent(id = alpha) {
      const at = world.context.roster.find(id)?.at ?? { x: Number.NaN, z: Number.NaN };
      return Math.hypot(camera.orbit.x - at.x, camera.orbit.z - at.z);
    },
    end() {
      director.dispose();
      focus.dispose();
      world.dispose();
    },
  };
}

test("it goes to an agent that thinks, stays, and comes back to the whole when that is over", () => {
  const { camera, director, pass, put, pastAgent, end } = setUp();
  const wide = camera.orbit.distance;
  put(alpha, { pose: "thinking" });
  pass(16);
  expect(director.shot?.sight).toEqual({ kind: "thinking", agentId: alpha });
  expect([pastAgent() < 0.5, camera.orbit.distance < 10]).toEqual([true, true]);
  put(alpha, { pose: "idle" });
  pass(25);
  expect(director.shot?.sight).toBe(undefined);
  expect(camera.orbit.distance / wide).toBeCloseTo(1, 1);
  end();
});

test("a payment is shown with the way that its sats take", () => {
  const { stage, camera, director, context, pass, pay, end } = setUp();
  pay();
  pass(14);
  expect(director.shot?.sight).toEqual({ kind: "payment", agentId: alpha });
  const { at } = context.roster.find(alpha) ?? { at: { x: 0, z: 0 } };
  const out = { x: 0, y: 0, depth: 0 };
  const { width, height } = stage.size();
  for (const [x, z] of [
    [at.x, at.z],
    [0, -context.roster.frontRadius - 2.6],
  ] as const) {
    const { x: left, y: top, depth } = camera.project(x, 0, z, out);
    expect([depth > 0, left > 0 && left < width, top > 0 && top < height]).toEqual([true, true, true]);
  }
  end();
});

test("its moves are slow and eased: never faster than comfortable, never a jolt", () => {
  const { camera, pass, put, pay, end } = setUp();
  const fps = 20;
  let before = camera.orbit;
  let speeds = { turn: 0, zoom: 0 };
  const worst = { turn: 0, zoom: 0, jolt: 0 };
  for (let frame = 0; frame < 240 * fps; frame++) {
    if (frame === 10 * fps) put(alpha, { pose: "thinking" });
    if (frame === 60 * fps) put(alpha, { pose: "working" });
    if (frame === 90 * fps) put(alpha, { pose: "idle" });
    if (frame === 130 * fps) pay(gamma);
    if (frame === 180 * fps) put(gamma, { pose: "working" });
    pass(1 / fps, fps);
    const { orbit } = camera;
    const now = {
      turn: (orbit.azimuth - before.azimuth) * fps,
      zoom: Math.log(orbit.distance / before.distance) * fps,
    };
    worst.turn = Math.max(worst.turn, Math.abs(now.turn));
    worst.zoom = Math.max(worst.zoom, Math.abs(now.zoom));
    worst.jolt = Math.max(worst.jolt, Math.abs(now.turn - speeds.turn), Math.abs(now.zoom - speeds.zoom));
    speeds = now;
    before = orbit;
  }
  expect(worst.zoom).toBeGreaterThan(0.1);
  expect(Math.max(worst.turn, worst.zoom)).toBeLessThan(0.4);
  expect(worst.jolt).toBeLessThan(0.05);
  end();
});

test("with nothing to show the whole sways very slowly", () => {
  const { camera, pass, end } = setUp();
  pass(60);
  const azimuths: number[] = [];
  for (let second = 0; second < 240; second++) {
    pass(1);
    azimuths.push(camera.orbit.azimuth);
  }
  const spread = Math.max(...azimuths) - Math.min(...azimuths);
  const speeds = azimuths.slice(1).map((azimuth, i) => Math.abs(azimuth - (azimuths[i] ?? 0)));
  expect([spread > 0.5, spread < 0.65, Math.max(...speeds) < 0.01]).toEqual([true, true, true]);
  end();
});

test("any input takes the camera from it at once, and long after the last it takes over again", () => {
  const { camera, director, pass, put, pay, input, returns, selected, end } = setUp();
  put(alpha, { pose: "thinking" });
  pass(5);
  expect(camera.isMoving).toBe(true);
  input();
  const stopped = camera.orbit;
  selected.set(gamma);
  pass(10);
  expect(camera.orbit.distance).toBeLessThan(10);
  expect(director.shot).toBe(undefined);
  input();
  pay();
  pass(44);
  expect([director.shot, returns(), selected.get()]).toEqual([undefined, 0, gamma]);
  pass(3);
  expect([director.shot?.sight, returns(), selected.get()]).toEqual([undefined, 1, undefined]);
  pass(13);
  expect(camera.orbit.distance).toBeGreaterThan(stopped.distance);
  pass(20);
  expect(director.shot?.sight).toEqual({ kind: "thinking", agentId: alpha });
  end();
});

test("an input stops it where it stands", () => {
  const { camera, pass, put, input, end } = setUp();
  put(alpha, { pose: "thinking" });
  pass(5);
  input();
  const { orbit } = camera;
  pass(10);
  expect(camera.orbit).toEqual(orbit);
  end();
});

test("with reduced motion it holds the whole, and goes back to it after a person", () => {
  const { stage, camera, pass, put, input, setReducedMotion, director, end } = setUp({ reducedMotion: true });
  const { orbit } = camera;
  put(alpha, { pose: "thinking" });
  pass(60);
  expect(camera.orbit).toEqual(orbit);
  input();
  camera.turn(1, 0);
  pass(40);
  expect(camera.orbit.azimuth).toBeCloseTo(orbit.azimuth + 1, 6);
  pass(10);
  expect([camera.orbit.azimuth.toFixed(6), director.shot]).toEqual([orbit.azimuth.toFixed(6), undefined]);
  setReducedMotion(false);
  pass(40);
  expect([stage.reducedMotion, director.shot?.sight?.agentId]).toEqual([false, alpha]);
  end();
});

test("whoever leaves is let go, and one who is not here is not gone to", () => {
  const { director, pass, put, remove, pay, end } = setUp();
  pay(agentId("nobody"));
  pass(5);
  expect(director.shot?.sight).toBe(undefined);
  put(alpha, { pose: "thinking" });
  pass(5);
  expect(director.shot?.sight?.agentId).toBe(alpha);
  remove(alpha);
  pass(2);
  expect(director.shot?.sight).toBe(undefined);
  end();
});

test("disposed it lets go of everything", () => {
  const { stage, state, camera, director, pass, pay, end } = setUp();
  const before = state.cues.listeners.size;
  director.dispose();
  director.dispose();
  camera.halt();
  pay();
  pass(30);
  expect([camera.isMoving, state.cues.listeners.size, stage.scene.isDisposed]).toEqual([
    false,
    before - 1,
    false,
  ]);
  end();
});

test("while it directs the stage counts as looked at", () => {
  const { stage, context, state, end } = setUp();
  const unwatch = vi.fn();
  const watch = vi.spyOn(stage, "watch").mockReturnValue(unwatch);
  const director = createDirector({ stage, roster: context.roster, state, onReturn: () => {} });
  expect([watch.mock.calls.length, unwatch.mock.calls.length]).toEqual([1, 0]);
  director.dispose();
  expect(unwatch.mock.calls.length).toBe(1);
  end();
});
