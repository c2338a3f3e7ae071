import { Constants } from "@babylonjs/core/Engines/constants.js";
import { RawTexture } from "@babylonjs/core/Materials/Textures/rawTexture.js";
import type { AgentId } from "../../protocol/ids.ts";
import { CLOCK_PERIOD_S } from "../stage/clock.ts";
import { createInstances, type Instances } from "../stage/instances.ts";
import { createSurface } from "../stage/surface.ts";
import type { AvatarModel } from "./avatar-loader.ts";
import {
  AVATAR_ATTRIBUTES,
  AVATAR_FIELDS,
  AVATAR_FRAGMENT,
  AVATAR_VERTEX,
  BIRTH_S,
  FADE_S,
} from "./avatar-shader.ts";
import { rgbOf } from "./colors.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { CLIP_NAMES, type ClipName, clipIndex, isPose, POSE_LOOKS } from "./motion.ts";
import { gatePlace, ORDER } from "./places.ts";
import type { Standing } from "./roster.ts";

/** The shader takes a time below 0 for long ago; its clock starts again, so nothing may keep a time for ever. */
const LONG_AGO = -1;

/** How one agent is moving. Times are the stage's `elapsed`, in seconds. */
interface Moving {
  from: ClipName;
  to: ClipName;
  fromSince: number;
  toSince: number;
  turnedFrom: number;
  turnedTo: number;
  bornAt: number;
}

export interface Avatars extends WorldFeature {
  /** Settles when the figures can be drawn; rejects when the model cannot be loaded. */
  readonly ready: Promise<void>;
  /** What is drawn, once there is something. */
  readonly instances: Instances<keyof typeof AVATAR_FIELDS> | undefined;
}

export type LoadModel = (scene: WorldContext["stage"]["scene"]) => Promise<AvatarModel>;

/** Loads the figure from its file, in a chunk of its own with the glTF loader. */
const loadFromFile: LoadModel = async (scene) => {
  const [{ loadAvatar }, { default: url }] = await Promise.all([
    import("./avatar-loader.ts"),
    import("../../../assets/avatar.glb?url"),
  ]);
  return loadAvatar(scene, url);
};

/** The agents' figures: one draw for all, posed in the shader from motion that was written out at load. */
export function createAvatars(context: WorldContext, loadModel: LoadModel = loadFromFile): Avatars {
  const { stage, state, roster, selected } = context;
  const moving = new Map<AgentId, Moving>();
  /** Those whose motion must be looked at again: in a fade, a gesture or a birth. */
  const unsettled = new Set<AgentId>();
  const seconds = new Map<ClipName, number>();
  const undo: (() => void)[] = [];
  let instances: Avatars["instances"];
  let disposed = false;

  const clockTime = (elapsed: number): number => (elapsed < 0 ? LONG_AGO : elapsed % CLOCK_PERIOD_S);

  const headingOf = (agent: Standing): number => {
    if (POSE_LOOKS[agent.view.pose].facing === "own") return agent.heading;
    const gate = gatePlace(roster);
    return Math.atan2(gate.x - agent.at.x, gate.z - agent.at.z);
  };

  function write(agent: Standing, slot: number): void {
    const mine = moving.get(agent.id);
    if (!instances || !mine) return;
    const [red, green, blue] = rgbOf(agent.view.color);
    instances.set(slot, "place", agent.at.x, agent.at.z, mine.turnedTo, agent.phase);
    instances.set(slot, "tint", red, green, blue, agent.view.budgetStress);
    instances.set(
      slot,
      "motion",
      clipIndex(mine.from),
      clipIndex(mine.to),
      clockTime(mine.fromSince),
      clockTime(mine.toSince),
    );
    instances.set(
      slot,
      "look",
      clockTime(mine.bornAt),
      POSE_LOOKS[agent.view.pose].presence,
      selected.get() === agent.id ? 1 : 0,
      mine.turnedFrom,
    );
  }

  function rewrite(id: AgentId | undefined): void {
    const slot = id === undefined ? undefined : roster.slotOf(id);
    const agent = slot === undefined ? undefined : roster.standing[slot];
    if (agent && slot !== undefined) write(agent, slot);
  }

  function play(id: AgentId, mine: Moving, clip: ClipName): void {
    mine.from = mine.to;
    mine.fromSince = mine.toSince;
    mine.to = clip;
    mine.toSince = stage.now.elapsed;
    unsettled.add(id);
  }

  function turn(id: AgentId, mine: Moving, heading: number): void {
    if (Math.abs(heading - mine.turnedTo) < 1e-4) return;
    mine.turnedFrom = mine.turnedTo;
    mine.turnedTo = heading;
    mine.toSince = stage.now.elapsed;
    unsettled.add(id);
  }

  function follow(agent: Standing, slot: number): void {
    const heading = headingOf(agent);
    let mine = moving.get(agent.id);
    if (!mine) {
      const { pose } = agent.view;
      mine = {
        from: pose,
        to: pose,
        fromSince: LONG_AGO,
        toSince: LONG_AGO,
        turnedFrom: heading,
        turnedTo: heading,
        bornAt: stage.reducedMotion ? LONG_AGO : stage.now.elapsed,
      };
      moving.set(agent.id, mine);
      unsettled.add(agent.id);
    }
    if (isPose(mine.to) && mine.to !== agent.view.pose) play(agent.id, mine, agent.view.pose);
    if (isPose(mine.to)) turn(agent.id, mine, heading);
    write(agent, slot);
  }

  /** Ends gestures, and forgets times that are long ago before the shaders' clock comes round to them. */
  function settle(id: AgentId): void {
    const mine = moving.get(id);
    const agent = roster.find(id);
    if (!mine || !agent) {
      unsettled.delete(id);
      return;
    }
    const { elapsed } = stage.now;
    const lasted = mine.toSince < 0 ? Number.POSITIVE_INFINITY : elapsed - mine.toSince;
    if (!isPose(mine.to) && lasted >= (seconds.get(mine.to) ?? 0)) {
      play(id, mine, agent.view.pose);
      turn(id, mine, headingOf(agent));
      rewrite(id);
      return;
    }
    const faded = lasted > 2 * FADE_S + 0.2;
    if (isPose(mine.to) && faded && (mine.bornAt < 0 || elapsed - mine.bornAt > BIRTH_S)) {
      mine.from = mine.to;
      mine.fromSince = LONG_AGO;
      mine.toSince = LONG_AGO;
      mine.turnedFrom = mine.turnedTo;
      mine.bornAt = LONG_AGO;
      unsettled.delete(id);
      rewrite(id);
    }
  }

  function build(model: AvatarModel): void {
    const { scene } = stage;
    const bones = RawTexture.CreateRGBATexture(
      model.bones,
      model.jointCount * 3,
      model.rowCount,
      scene,
      false,
      false,
      Constants.TEXTURE_NEAREST_SAMPLINGMODE,
      Constants.TEXTURETYPE_FLOAT,
    );
    bones.name = "avatars.bones";
    const material = stage.materials.create({
      name: "avatars.figure",
      vertex: AVATAR_VERTEX,
      fragment: AVATAR_FRAGMENT,
      attributes: [...AVATAR_ATTRIBUTES, ...Object.keys(AVATAR_FIELDS)],
      uniforms: ["clips"],
      samplers: ["bones"],
      depthFirst: true,
    });
    material.setTexture("bones", bones);
    material.setArray4(
      "clips",
      model.clips.flatMap((clip) => [clip.firstRow, clip.rows, clip.seconds, clip.loops ? 1 : 0]),
    );
    const mesh = createSurface(scene, {
      name: "avatars.figures",
      material,
      order: ORDER.figures,
      indices: model.indices,
      vertices: {
        position: { size: 3, values: model.positions },
        normal: { size: 3, values: model.normals },
        matricesIndices: { size: 4, values: model.joints },
        matricesWeights: { size: 4, values: model.weights },
      },
    });
    const made = createInstances(mesh, AVATAR_FIELDS);
    instances = made;
    for (const name of CLIP_NAMES) seconds.set(name, model.clips[clipIndex(name)]?.seconds ?? 0);
    undo.push(
      roster.onChange(({ slots, left }) => {
        for (const id of left) moving.delete(id);
        made.resize(roster.standing.length);
        for (const slot of slots) {
          const agent = roster.standing[slot];
          if (agent) follow(agent, slot);
        }
      }),
      state.cues.subscribe((cue) => {
        const mine = cue.kind === "gesture" ? moving.get(cue.agentId) : undefined;
        if (!mine || cue.kind !== "gesture") return;
        play(cue.agentId, mine, cue.gesture);
        rewrite(cue.agentId);
      }),
      watchSelection(),
      stage.onFrame(() => {
        for (const id of unsettled) settle(id);
        made.flush();
      }),
      () => {
        made.dispose();
        mesh.dispose();
        material.dispose();
        bones.dispose();
      },
    );
  }

  function watchSelection(): () => void {
    let before = selected.get();
    return selected.subscribe(() => {
      rewrite(before);
      before = selected.get();
      rewrite(before);
    });
  }

  const ready = loadModel(stage.scene).then((model) => {
    if (!disposed) build(model);
  });

  return {
    ready,
    get instances() {
      return instances;
    },
    dispose() {
      disposed = true;
      for (const stop of undo.splice(0)) stop();
      instances = undefined;
    },
  };
}
