import { Constants } from "@babylonjs/core/Engines/constants.js";
import { RawTexture } from "@babylonjs/core/Materials/Textures/rawTexture.js";
import type { Drawing } from "../stage/drawing.ts";
import { createAgentDrawing } from "./agent-drawing.ts";
import type { AvatarModel } from "./avatar-loader.ts";
import { avatarFragment, avatarVertex, type FigureLevel } from "./avatar-shader.ts";
import type { WorldContext } from "./context.ts";
import { CLIP_NAMES, type ClipName } from "./motion.ts";
import { ORDER } from "./places.ts";

export interface AvatarFigures {
  readonly near: Drawing<"slot">;
  readonly far: Drawing<"slot">;
  dispose(): void;
}

/** The part of a clip, 0 to 1, that says most by itself: held when nothing may move. */
const TELLING: Readonly<Record<ClipName, number>> = {
  idle: 0.3,
  waiting: 0.3,
  thinking: 0.3,
  working: 0.3,
  offering: 0.3,
  deep_focus: 0.3,
  asleep: 0.3,
  accept: 0.3,
  celebrate: 0.42,
  refuse: 0.45,
  hand_back: 0.6,
};

/** The figures of those who are near enough for one: a draw for each level, posed in the shader from baked motion. */
export function createAvatarFigures(
  context: Pick<WorldContext, "stage" | "crowd">,
  model: AvatarModel,
): AvatarFigures {
  const { stage, crowd } = context;
  const bones = RawTexture.CreateRGBATexture(
    model.bones,
    model.jointCount * 3,
    model.rowCount,
    stage.scene,
    false,
    false,
    Constants.TEXTURE_NEAREST_SAMPLINGMODE,
    Constants.TEXTURETYPE_FLOAT,
  );
  bones.name = "avatars.bones";
  const clips = model.clips.flatMap(({ firstRow, rows, seconds, loops }, i) => [
    firstRow,
    rows,
    loops ? seconds : -seconds,
    TELLING[CLIP_NAMES[i] ?? "idle"],
  ]);
  const draw = (level: FigureLevel): Drawing<"slot"> => {
    const shape = model[level];
    const drawing = createAgentDrawing(
      context,
      {
        name: `avatars.${level}`,
        vertex: avatarVertex(level, model),
        fragment: avatarFragment(level),
        uniforms: ["clips"],
        samplers: ["bones"],
        depthFirst: level === "near",
        // Whoever is nearer is drawn over whoever is farther away.
        order: ORDER.figures + (level === "near" ? 0.2 : 0.1),
        indices: shape.indices,
        vertices: {
          position: { size: 3, values: shape.positions },
          normal: { size: 3, values: shape.normals },
          matricesIndices: { size: 4, values: shape.joints },
          matricesWeights: { size: 4, values: shape.weights },
          paint: { size: 4, values: shape.paints },
        },
      },
      [crowd[level]],
    );
    drawing.material.setTexture("bones", bones);
    drawing.material.setArray4("clips", clips);
    // One that is far away hides its own far side, but nobody pays for a second pass over it.
    drawing.material.backFaceCulling = true;
    drawing.material.disableDepthWrite = false;
    return drawing;
  };
  const far = draw("far");
  const near = draw("near");
  return {
    near,
    far,
    dispose() {
      near.dispose();
      far.dispose();
      bones.dispose();
    },
  };
}
