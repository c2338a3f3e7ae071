import { expect, test } from "vitest";
import { createNullStage } from "../stage/null-stage.ts";
import { hasMoved, viewpointOf } from "./viewpoint.ts";

function setUp() {
  const { stage, dispose } = createNullStage({ reducedMotion: true });
  stage.camera.setSubject([
    { x: -20, y: 0, z: -20 },
    { x: 20, y: 3, z: 20 },
  ]);
  const look = () => {
    stage.advance(0.1);
    return viewpointOf(stage.camera, stage.size());
  };
  return { stage, look, dispose };
}

test("a viewpoint says where the camera draws what", () => {
  const { stage, look, dispose } = setUp();
  stage.camera.setInsets({ left: 300, top: 0, right: 0, bottom: 100 });
  stage.camera.turn(0.7, 0.2);
  const { eye, right, up, forward, focal, middle } = look();
  const point = { x: 0, y: 0, depth: 0 };
  for (const at of [
    [0, 0, 0],
    [14, 3.6, -9],
    [-8, 1, 18],
  ] as const) {
    const along = (axis: readonly number[]) =>
      at.reduce<number>((sum, value, i) => sum + (value - (eye[i] ?? 0)) * (axis[i] ?? 0), 0);
    const depth = along(forward);
    const { x, y } = stage.camera.project(at[0], at[1], at[2], point);
    expect(point.depth).toBeCloseTo(depth, 3);
    expect(middle[0] + (along(right) * focal) / depth).toBeCloseTo(x, 1);
    expect(middle[1] - (along(up) * focal) / depth).toBeCloseTo(y, 1);
  }
  dispose();
});

test("a camera that trembles has not moved; one that turns, pans, zooms or is given other room has", () => {
  const { stage, look, dispose } = setUp();
  const moves = {
    nothing: () => {},
    trembles: () => stage.camera.turn(0.001, 0),
    turns: () => stage.camera.turn(0.05, 0),
    pans: () => stage.camera.pan(0.1, 0),
    zooms: () => stage.camera.zoom(1.1),
    isGivenOtherRoom: () => stage.camera.setInsets({ left: 0, top: 0, right: 0, bottom: 90 }),
  };
  const moved = Object.entries(moves).map(([name, move]) => {
    const before = look();
    move();
    return [name, hasMoved(before, look())];
  });
  expect(Object.fromEntries(moved)).toEqual({
    nothing: false,
    trembles: false,
    turns: true,
    pans: true,
    zooms: true,
    isGivenOtherRoom: true,
  });
  dispose();
});
