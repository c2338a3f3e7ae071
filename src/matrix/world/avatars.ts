import type { Drawing } from "../stage/drawing.ts";
import { createAvatarFigures } from "./avatar-figures.ts";
import type { AvatarModel } from "./avatar-loader.ts";
import { createAvatarPoints } from "./avatar-points.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { CLIP_NAMES, type ClipName } from "./motion.ts";
import { createRetry } from "./retry.ts";
import type { Standing } from "./roster.ts";

export interface Avatars extends WorldFeature {
  /** Settles when the figures can be drawn, or when the first try to load them has failed. Never rejects. */
  readonly ready: Promise<void>;
  /** How many agents each level draws now, those who are leaving too. */
  readonly drawn: { readonly near: number; readonly far: number; readonly points: number };
  agentsDrawn(): number;
}

export type LoadModel = (scene: WorldContext["stage"]["scene"]) => Promise<AvatarModel>;

/** How many figures of those who are here a drawing gives to the GPU. */
function presentIn(
  { mesh, instances }: Drawing<"slot">,
  standing: readonly (Standing | undefined)[],
): number {
  if (!mesh.isVisible || !mesh.isEnabled()) return 0;
  let present = 0;
  for (let i = 0; i < mesh.forcedInstanceCount; i++) {
    const [slot = -1] = instances.get(i, "slot");
    const agent = standing[slot];
    if (agent && agent.leftAt === undefined) present += 1;
  }
  return present;
}

/** Loads the figures from their file, in a chunk of its own with the glTF loader. */
const loadFromFile: LoadModel = async (scene) => {
  const [{ loadAvatar }, { default: url }] = await Promise.all([
    import("./avatar-loader.ts"),
    import("../../../assets/avatar.glb?url"),
  ]);
  return loadAvatar(scene, url);
};

/**
 * The agents' figures, on three levels: near, far, and a point of light. While there are no figures, or when their file
 * cannot be had, everybody is a point; it is said once and tried again.
 */
export function createAvatars(
  context: WorldContext,
  loadModel: LoadModel = loadFromFile,
  report: (error: Error) => void = (error) => reportError(error),
): Avatars {
  const { stage, crowd, roster, state } = context;
  let points = createAvatarPoints(context, [crowd.near, crowd.far, crowd.points]);
  let figures: ReturnType<typeof createAvatarFigures> | undefined;
  let isDisposed = false;

  function show(model: AvatarModel): void {
    crowd.setClipSeconds(
      new Map<ClipName, number>(CLIP_NAMES.map((name, i) => [name, model.clips[i]?.seconds ?? 0])),
    );
    figures = createAvatarFigures(context, model);
    points.dispose();
    points = createAvatarPoints(context, [crowd.points]);
  }

  const retry = createRetry(stage, state.link, {
    async attempt() {
      const model = await loadModel(stage.scene);
      if (!isDisposed) show(model);
    },
    onFirstFailure: (cause) =>
      report(new Error("the figures could not be loaded: every agent is drawn as a point", { cause })),
  });

  return {
    ready: retry.firstTry,
    get drawn() {
      return {
        near: figures?.near.instances.count ?? 0,
        far: figures?.far.instances.count ?? 0,
        points: points.instances.count,
      };
    },
    agentsDrawn: () =>
      [points, ...(figures ? [figures.near, figures.far] : [])].reduce(
        (sum, drawing) => sum + presentIn(drawing, roster.standing),
        0,
      ),
    dispose() {
      isDisposed = true;
      retry.dispose();
      points.dispose();
      figures?.dispose();
      figures = undefined;
    },
  };
}
