import { expect, test } from "vitest";
import { createNullStage } from "../stage/null-stage.ts";
import { CLIP_NAMES } from "./motion.ts";
import { loadCommittedAvatar } from "./testing/fake-world.ts";

test("every clip is written out as moving matrices, and nothing of the file stays in the scene", async () => {
  const { stage, dispose } = createNullStage();
  const before = { meshes: stage.scene.meshes.length, nodes: stage.scene.transformNodes.length };
  const model = await loadCommittedAvatar(stage.scene);
  expect(model.clips.map((clip) => clip.seconds)).toEqual([8, 4, 5, 4, 4, 8, 8, 1.25, 2.5, 2, 2]);
  expect(model.clips.length).toBe(CLIP_NAMES.length);
  expect(model.jointCount).toBe(16);
  expect(model.bones.length).toBe(model.rowCount * 16 * 12);

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
  const head = 3 * 12;
  const [x, y, z] = [0, 1.8, 0];
  const height =
    (idle[head + 4] ?? 0) * x + (idle[head + 5] ?? 0) * y + (idle[head + 6] ?? 0) * z + (idle[head + 7] ?? 0);
  expect(height).toBeCloseTo(1.8, 1);

  expect({ meshes: stage.scene.meshes.length, nodes: stage.scene.transformNodes.length }).toEqual(before);
  expect(stage.scene.skeletons).toEqual([]);
  expect(stage.scene.animationGroups).toEqual([]);
  dispose();
});
