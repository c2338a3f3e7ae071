import { expect, test } from "vitest";
import { agentId } from "../../protocol/ids.ts";
import type { AvatarModel } from "./avatar-loader.ts";
import { createAvatars, type LoadModel } from "./avatars.ts";
import { clipIndex } from "./motion.ts";
import { createFakeWorld, loadCommittedAvatar } from "./testing/fake-world.ts";

/** A load that the test ends. */
function createLoad() {
  const { promise, resolve, reject } = Promise.withResolvers<AvatarModel>();
  const load: LoadModel = () => promise;
  return { load, resolve, reject };
}

const sum = ({ near, far, points }: { near: number; far: number; points: number }) => near + far + points;

test("everybody is a point until the figures are here, and then on one level each", async () => {
  const world = createFakeWorld(300);
  const { load, resolve } = createLoad();
  const avatars = createAvatars(world.context, load);
  world.step();
  expect(avatars.drawn).toEqual({ near: 0, far: 0, points: 300 });
  resolve(await loadCommittedAvatar(world.stage.scene));
  await avatars.ready;
  world.step();
  const { near, far, points } = world.context.crowd;
  expect(avatars.drawn).toEqual({ near: near.count, far: far.count, points: points.count });
  expect([sum(avatars.drawn), avatars.agentsDrawn()]).toEqual([300, 300]);
  world.remove(agentId("alpha"));
  world.step();
  expect([sum(avatars.drawn), avatars.agentsDrawn()]).toEqual([300, 299]);
  world.step(200);
  expect([sum(avatars.drawn), avatars.agentsDrawn()]).toEqual([299, 299]);
  avatars.dispose();
  world.dispose();
});

test("who is not given to the GPU is not drawn", async () => {
  const world = createFakeWorld(5);
  const avatars = createAvatars(world.context, loadCommittedAvatar);
  await avatars.ready;
  world.step();
  const { near } = avatars.drawn;
  expect([near > 0, avatars.agentsDrawn()]).toEqual([true, 5]);
  const figures = world.stage.scene.meshes.find(({ name }) => name === "avatars.near");
  figures?.setEnabled(false);
  expect(avatars.agentsDrawn()).toBe(5 - near);
  avatars.dispose();
  world.dispose();
});

test("without the figures everybody is a point; it is said once and tried again until it works", async () => {
  const world = createFakeWorld(5);
  const model = await loadCommittedAvatar(world.stage.scene);
  const reports: Error[] = [];
  let tries = 0;
  const load = async () => {
    tries += 1;
    if (tries < 3) throw new Error("the tower is gone");
    return model;
  };
  const avatars = createAvatars(world.context, load, (error) => reports.push(error));
  await avatars.ready;
  world.step();
  expect([tries, avatars.drawn]).toEqual([1, { near: 0, far: 0, points: 5 }]);
  for (const expected of [2, 3]) {
    while (tries < expected) {
      world.step(1, 0.1);
      await Promise.resolve();
    }
  }
  world.step();
  expect(avatars.drawn.points).toBe(world.context.crowd.points.count);
  expect(sum(avatars.drawn)).toBe(5);
  expect(reports.map(({ message, cause }) => [message, cause])).toEqual([
    ["the figures could not be loaded: every agent is drawn as a point", new Error("the tower is gone")],
  ]);
  avatars.dispose();
  world.dispose();
});

test("a gesture lasts as long as its clip in the file", async () => {
  const world = createFakeWorld(5);
  const avatars = createAvatars(world.context, loadCommittedAvatar);
  await avatars.ready;
  world.step();
  const slot = world.context.roster.slotOf(agentId("gamma")) ?? -1;
  const clip = () => world.context.crowd.table.get(slot, "motion")[1];
  world.state.cues.emit({ kind: "gesture", agentId: agentId("gamma"), gesture: "celebrate" });
  world.step(144);
  expect(clip()).toBe(clipIndex("celebrate"));
  world.step(12);
  expect(clip()).toBe(clipIndex("idle"));
  avatars.dispose();
  world.dispose();
});

test("figures that arrive after the end are not built, and nothing stays behind", async () => {
  const world = createFakeWorld(5);
  const { scene } = world.stage;
  const count = () => ({
    meshes: scene.meshes.length,
    materials: scene.materials.length,
    textures: scene.textures.length,
    skeletons: scene.skeletons.length,
    listeners: world.state.link.listeners.size,
  });
  const before = count();
  const late = createAvatars(world.context, loadCommittedAvatar);
  late.dispose();
  await late.ready;
  expect(count()).toEqual(before);
  const whole = createAvatars(world.context, loadCommittedAvatar);
  await whole.ready;
  world.step(3);
  whole.dispose();
  expect(count()).toEqual(before);
  world.dispose();
});
