import { createAvatars } from "./world/avatars.ts";
import { createComets } from "./world/comets.ts";
import type { WorldContext, WorldFeature } from "./world/context.ts";
import { createCore } from "./world/core.ts";
import { createFloorMarks } from "./world/floor-marks.ts";
import { createFocus } from "./world/focus.ts";
import { createGate } from "./world/gate.ts";
import { createGrid } from "./world/grid.ts";
import { createJobRings } from "./world/job-rings.ts";
import { createLabels } from "./world/labels.ts";
import { createLines } from "./world/lines.ts";
import { createRain } from "./world/rain.ts";
import { createSky } from "./world/sky.ts";

/** One thing that stands in the world. */
export interface WorldFeatureEntry {
  readonly name: string;
  /** It draws text, so it is made when the font is here. */
  readonly needsFont?: true;
  create(context: WorldContext): WorldFeature;
}

/** Everything that stands in the world. A new feature is one file and one entry. */
export const WORLD_FEATURES: readonly WorldFeatureEntry[] = [
  { name: "sky", create: createSky },
  { name: "grid", create: createGrid },
  { name: "rain", create: createRain },
  { name: "core", create: createCore },
  { name: "gate", create: createGate },
  { name: "lines", create: createLines },
  { name: "avatars", create: createAvatars },
  { name: "floor-marks", create: createFloorMarks },
  { name: "job-rings", create: createJobRings },
  { name: "comets", create: createComets },
  { name: "focus", create: createFocus },
  { name: "labels", needsFont: true, create: (context) => createLabels(context) },
];

/** The HUD and all its panels (listed in `hud/features.ts`), in a chunk of their own that loads after the first frame. */
export async function loadHud(): Promise<typeof import("./hud/hud.ts")> {
  // The shaders it is drawn with come along: fetched when first drawn, a tower lost in between would leave it invisible.
  const [hud] = await Promise.all([
    import("./hud/hud.ts"),
    import("@babylonjs/core/Shaders/layer.vertex.js"),
    import("@babylonjs/core/Shaders/layer.fragment.js"),
  ]);
  return hud;
}
