import { expect, test } from "vitest";
import { createNullStage } from "../stage/null-stage.ts";
import { loadAvatar } from "./avatar-loader.ts";
import { CLIP_NAMES } from "./motion.ts";
import { committedAvatar, loadCommittedAvatar } from "./testing/fake-world.ts";

test("every clip is written out as moving matrices, and nothing of the file stays in the scene", async () => {
  const { stage, dispose } = createNullStage();
  const before = { meshes: stage.scene.meshes.length, nodes: stage.scene.transformNodes.length };
  const model = await loadCommittedAvatar(stage.scene);
  expect(model.clips.map((clip) => clip.seconds)).toEqual([8, 4, 5, 4, 4, 8, 8, 1.25, 2.5, 2, 2]);
  expect(model.clips.length).toBe(CLIP_NAMES.length);
  expect([model.jointCount, model.chestJoint, model.headJoint]).toEqual([20, 2, 3]);
  expect(model.bones.length).toBe(model.rowCount * 20 * 12);

  const width = model.jointCount * 12;
  const row = (i: number) => model.bones.subarray(i * width, (i + 1) * width);
  for (const [i, clip] of model.clips.entries()) {
    const first = row(clip.firstRow);
    const middle = row(clip.firstRow + Math.floor(clip.rows * 0.4));
    const moved = Math.max(...first.map((value, at) => Math.abs(value - (middle[at] ?? 0))));
    expect([CLIP_NAMES[i], moved > 0.01]).toEqual([CLIP_NAMES[i], true]);
  }
  // The head of the idle figure is about where it rests: the matrices are in the figure's own space, in metres.
  const idle = row(0);
  const head = model.headJoint * 12;
  const [x, y, z] = [0, 1.8, 0];
  const height =
    (idle[head + 4] ?? 0) * x + (idle[head + 5] ?? 0) * y + (idle[head + 6] ?? 0) * z + (idle[head + 7] ?? 0);
  expect(height).toBeCloseTo(1.8, 1);

  expect({ meshes: stage.scene.meshes.length, nodes: stage.scene.transformNodes.length }).toEqual(before);
  expect(stage.scene.skeletons).toEqual([]);
  expect(stage.scene.animationGroups).toEqual([]);
  dispose();
});

test("both figures come with all that their shader reads of a vertex", async () => {
  const { stage, dispose } = createNullStage();
  const { near, far, jointCount } = await loadCommittedAvatar(stage.scene);
  for (const shape of [near, far]) {
    const vertices = shape.positions.length / 3;
    const { normals, joints, weights, paints, indices } = shape;
    expect([normals.length, joints.length, weights.length, paints.length]).toEqual([
      vertices * 3,
      vertices * 4,
      vertices * 4,
      vertices * 4,
    ]);
    expect(Math.max(...indices)).toBe(vertices - 1);
    expect(joints.every((joint) => joint < jointCount)).toBe(true);
    expect([...weights, ...paints].every((part) => part >= 0 && part <= 1)).toBe(true);
  }
  // Far away a vertex hangs on its first joint alone.
  expect(far.weights.every((weight, i) => weight === (i % 4 === 0 ? 1 : 0))).toBe(true);
  dispose();
});

test("writing out stops for breath, and comes to the same", async () => {
  const { stage, dispose } = createNullStage();
  const whole = await loadAvatar(stage.scene, committedAvatar(), { clock: () => 0 });
  let now = 0;
  let pauses = 0;
  const clock = () => {
    now += 1;
    return now;
  };
  const pause = async () => {
    pauses += 1;
  };
  const inSlices = await loadAvatar(stage.scene, committedAvatar(), { clock, pause });
  expect(inSlices).toEqual(whole);
  expect(pauses).toBeGreaterThan(100);
  dispose();
});

test("a file that is no avatar is refused", async () => {
  const { stage, dispose } = createNullStage();
  await expect(loadAvatar(stage.scene, new Uint8Array(64))).rejects.toThrow();
  expect(stage.scene.meshes).toEqual([]);
  dispose();
});
