import { expect, test } from "vitest";
import { STILL } from "./drift.ts";
import { createNullStage, type NullStageOptions } from "./null-stage.ts";
import type { Orbit, Point3 } from "./orbit.ts";

const ring = (count: number, radius: number): Point3[] =>
  Array.from({ length: count }, (_, i) => {
    const angle = (i / count) * 2 * Math.PI;
    return { x: Math.sin(angle) * radius, y: (i % 2) * 5, z: Math.cos(angle) * radius };
  });

/** A camera over a swarm, settled. */
function setUp(options: NullStageOptions = {}) {
  const { stage, dispose } = createNullStage(options);
  const { camera } = stage;
  camera.setSubject(ring(12, 20));
  const pass = (seconds: number, fps = 60) => {
    for (let frame = 0; frame < Math.round(seconds * fps); frame++) camera.update(1 / fps);
  };
  pass(30);
  return { stage, camera, pass, dispose };
}

const rounded = (orbit: Orbit, digits = 6) =>
  Object.fromEntries(Object.entries(orbit).map(([key, value]) => [key, Number(value.toFixed(digits))]));

const SCREENS = {
  landscape: { width: 1180, height: 820, insets: { left: 300, top: 0, right: 340, bottom: 0 } },
  portrait: { width: 820, height: 1180, insets: { left: 0, top: 96, right: 0, bottom: 420 } },
  split: { width: 507, height: 1180, insets: { left: 0, top: 96, right: 0, bottom: 120 } },
  phone: { width: 390, height: 844, insets: { left: 0, top: 120, right: 0, bottom: 300 } },
  phoneAside: { width: 844, height: 390, insets: { left: 220, top: 0, right: 280, bottom: 0 } },
  television: { width: 3840, height: 2160, insets: { left: 0, top: 0, right: 0, bottom: 0 } },
};

test("the wide view holds a swarm of any size within what panels leave free, and fills it", () => {
  const out = { x: 0, y: 0, depth: 0 };
  for (const [name, { width, height, insets }] of Object.entries(SCREENS)) {
    const { camera, dispose } = setUp({ width, height });
    camera.setInsets(insets);
    for (const swarm of [[{ x: 0, y: 2, z: 0 }], ring(5, 9), ring(60, 40), ring(800, 130), ring(24, 400)]) {
      camera.setSubject(swarm);
      for (let frame = 0; frame < 300; frame++) camera.update(0.1);
      const places = swarm.map(({ x, y, z }) => ({ ...camera.project(x, y, z, out) }));
      const outside = places.filter(
        ({ x, y, depth }) =>
          depth <= camera.node.minZ ||
          x < insets.left ||
          x > width - insets.right ||
          y < insets.top ||
          y > height - insets.bottom,
      );
      expect({ name, agents: swarm.length, outside }).toEqual({ name, agents: swarm.length, outside: [] });
      if (swarm.length === 1) continue;
      const spread = (values: number[]) => Math.max(...values) - Math.min(...values);
      const fills = Math.max(
        spread(places.map(({ x }) => x)) / (width - insets.left - insets.right),
        spread(places.map(({ y }) => y)) / (height - insets.top - insets.bottom),
      );
      expect({ name, agents: swarm.length, fills: fills > 0.7 }).toEqual({
        name,
        agents: swarm.length,
        fills: true,
      });
    }
    dispose();
  }
});

test("every kind of move is at the same place after the same time at any frame rate", () => {
  const moves: Record<string, (camera: ReturnType<typeof setUp>["camera"]) => void> = {
    glide: (camera) => camera.glideTo({ x: 4, y: 2, z: 6, azimuth: 2, elevation: 0.2, distance: 9 }),
    slowGlide: (camera) => camera.glideTo({ x: 4, y: 2, z: 6, azimuth: 2, elevation: 0.2, distance: 9 }, 0.4),
    hand: (camera) => camera.turn(0.8, 0.1),
    flick: (camera) => camera.flick({ azimuth: 2, elevation: 0.1, right: 0, up: 0, nearer: 0.5 }),
    throw: (camera) => camera.flick({ ...STILL, right: 0.8, up: 0.3 }),
    keys: (camera) => camera.push({ ...STILL, azimuth: 1, nearer: 0.4 }),
  };
  for (const [name, move] of Object.entries(moves)) {
    const after = (fps: number) => {
      const { camera, pass, dispose } = setUp();
      move(camera);
      pass(1.5, fps);
      const { orbit } = camera;
      dispose();
      return rounded(orbit);
    };
    expect({ name, at: after(20) }).toEqual({ name, at: after(120) });
    expect({ name, at: after(60) }).toEqual({ name, at: after(120) });
  }
});

test("a flick goes on, comes to rest, and stops where a finger takes hold", () => {
  const { camera, pass, dispose } = setUp();
  const start = camera.orbit.azimuth;
  camera.flick({ ...STILL, azimuth: 2 });
  pass(0.25);
  const caught = camera.orbit.azimuth;
  expect([camera.isMoving, caught - start > 0.2]).toEqual([true, true]);
  camera.grab();
  pass(1);
  expect([camera.isMoving, camera.orbit.azimuth]).toEqual([false, caught]);
  camera.flick({ ...STILL, azimuth: 2 });
  pass(6);
  expect(camera.isMoving).toBe(false);
  expect(camera.orbit.azimuth - caught).toBeCloseTo(2 / 3.2, 2);
  dispose();
});

test("a finger that rests on it stops every move of its own at once; what is asked of it then, it does", () => {
  const { camera, pass, dispose } = setUp();
  const view = { x: 4, y: 2, z: 6, azimuth: 0.3, elevation: 0.2, distance: 9 };
  const moves = [() => camera.glideTo(view), () => camera.glideTo(view, 0.4), () => camera.glideHome()];
  for (const move of moves) {
    move();
    pass(0.2);
    const { orbit } = camera;
    camera.grab();
    pass(10);
    expect([camera.orbit, camera.isMoving]).toEqual([orbit, false]);
  }
  camera.glideTo(view);
  pass(10);
  expect(rounded(camera.orbit)).toEqual(rounded(view));
  dispose();
});

test("a touch of the wide view at rest does not keep it from following the swarm", () => {
  const { camera, pass, dispose } = setUp();
  camera.grab();
  camera.setSubject(ring(24, 90));
  pass(30);
  const { orbit } = camera;
  camera.glideHome();
  pass(30);
  expect(rounded(orbit, 3)).toEqual(rounded(camera.orbit, 3));
  dispose();
});

test("halted it stands where it is, whatever moved it", () => {
  const { camera, pass, dispose } = setUp();
  const moves = [
    () => camera.glideTo({ ...camera.orbit, azimuth: 3 }, 0.5),
    () => camera.glideHome(),
    () => camera.flick({ ...STILL, azimuth: 2 }),
    () => camera.push({ ...STILL, azimuth: 1 }),
  ];
  for (const move of moves) {
    move();
    pass(0.3);
    camera.halt();
    const { orbit } = camera;
    pass(2);
    expect([camera.orbit, camera.isMoving]).toEqual([orbit, false]);
  }
  dispose();
});

test("what a person does wins over a glide at once", () => {
  const { camera, pass, dispose } = setUp();
  const inputs = [
    () => camera.turn(0.01, 0),
    () => camera.pan(0.001, 0),
    () => camera.zoom(1.01),
    () => camera.push({ ...STILL, azimuth: 0.001 }),
  ];
  for (const input of inputs) {
    camera.push(STILL);
    camera.glideHome();
    pass(30);
    camera.glideTo({ x: 9, y: 2, z: 6, azimuth: 2, elevation: 0.2, distance: 9 }, 1);
    pass(0.5);
    const before = camera.orbit;
    input();
    pass(3);
    expect(Math.abs(camera.orbit.distance / before.distance - 1)).toBeLessThan(0.02);
    expect(Math.abs(camera.orbit.azimuth - before.azimuth)).toBeLessThan(0.02);
  }
  dispose();
});

test("zooming keeps what is pointed at where it is", () => {
  const { camera, pass, dispose } = setUp();
  camera.setInsets({ left: 300, top: 0, right: 100, bottom: 0 });
  camera.glideHome();
  pass(30);
  const out = { x: 0, y: 0, depth: 0 };
  const spot = [6, camera.orbit.y, -3] as const;
  const { x, y } = camera.project(...spot, out);
  for (const factor of [1.5, 1.3, 0.7, 0.9]) {
    camera.zoom(factor, { x, y });
    pass(3);
    const now = camera.project(...spot, out);
    expect([now.x, now.y].map((value) => Math.round(value * 10))).toEqual(
      [x, y].map((value) => Math.round(value * 10)),
    );
  }
  const { distance } = camera.orbit;
  camera.zoom(1e9, { x: 20, y: 10 });
  pass(3);
  camera.zoom(1e-9, { x: 20, y: 10 });
  pass(3);
  expect(Object.values(camera.orbit).every(Number.isFinite)).toBe(true);
  expect(camera.orbit.distance).toBeGreaterThan(distance);
  dispose();
});

test("a hand that takes over from the wide view does not jolt it", () => {
  const { camera, pass, dispose } = setUp();
  for (const radius of [10, 40, 200]) {
    camera.setSubject([...ring(12, radius), { x: 0, y: 0, z: -radius - 9 }]);
    camera.glideHome();
    pass(30);
    const before = camera.orbit;
    camera.turn(0, 0);
    pass(1);
    expect(camera.orbit).toEqual(before);
  }
  dispose();
});

test("a glide that begins while a key that was let go of still moves the view gets where it goes", () => {
  const { camera, pass, dispose } = setUp();
  const view = { x: 4, y: 2, z: 6, azimuth: 0.3, elevation: 0.2, distance: 9 };
  const starts = [() => camera.glideTo(view), () => camera.glideHome()];
  for (const start of starts) {
    camera.push({ ...STILL, azimuth: 1 });
    pass(0.5);
    camera.push(STILL);
    camera.flick({ ...STILL, elevation: 1 });
    pass(0.05);
    start();
    pass(30);
    const wanted = start === starts[0] ? view.distance : camera.wideView().distance;
    expect(camera.orbit.distance).toBeCloseTo(wanted, 4);
  }
  dispose();
});

test("with reduced motion it is where it was sent, and nothing goes on by itself", () => {
  const { camera, pass, dispose } = setUp({ reducedMotion: true });
  const view = { x: 4, y: 2, z: 6, azimuth: 0.3, elevation: 0.2, distance: 9 };
  camera.glideTo(view, 0.1);
  pass(1 / 60);
  expect(camera.orbit).toEqual(view);
  camera.flick({ ...STILL, azimuth: 2 });
  pass(1);
  expect([camera.orbit, camera.isMoving]).toEqual([view, false]);
  camera.push({ ...STILL, azimuth: 1 });
  pass(0.5);
  camera.push(STILL);
  pass(1);
  expect(camera.orbit.azimuth).toBeCloseTo(0.8, 6);
  dispose();
});

test("a person may change their mind about motion at any time", () => {
  const { stage, setReducedMotion, dispose } = createNullStage();
  const { camera } = stage;
  camera.setSubject(ring(12, 20));
  const view = { x: 4, y: 2, z: 6, azimuth: 0.3, elevation: 0.2, distance: 9 };
  stage.step(0.016);
  camera.glideTo(view, 0.5);
  stage.step(0.1);
  expect([stage.reducedMotion, stage.materials.globals.still, camera.orbit.distance > 10]).toEqual([
    false,
    0,
    true,
  ]);
  setReducedMotion(true);
  stage.step(0.016);
  expect([stage.reducedMotion, stage.materials.globals.still, camera.orbit]).toEqual([true, 1, view]);
  setReducedMotion(false);
  expect([stage.reducedMotion, stage.materials.globals.still]).toEqual([false, 0]);
  dispose();
});
