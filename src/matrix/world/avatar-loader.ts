import type { AnimationGroup } from "@babylonjs/core/Animations/animationGroup.pure.js";
import type { AssetContainer } from "@babylonjs/core/assetContainer.js";
import type { Skeleton } from "@babylonjs/core/Bones/skeleton.js";
import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
import type { AbstractMesh } from "@babylonjs/core/Meshes/abstractMesh.pure.js";
import type { Scene } from "@babylonjs/core/scene.pure.js";
import { RegisterGLTF2Loader } from "@babylonjs/loaders/glTF/2.0/glTFLoader.pure.js";
import { RegisterGLTFFileLoader } from "@babylonjs/loaders/glTF/glTFFileLoader.pure.js";
import { CLIP_NAMES, isPose } from "./motion.ts";

/** One clip in the table of baked rows. */
export interface BakedClip {
  readonly firstRow: number;
  readonly rows: number;
  readonly seconds: number;
  readonly loops: boolean;
}

/** A figure's vertices, as the avatars' shader takes them. */
export interface FigureShape {
  readonly positions: Float32Array;
  readonly normals: Float32Array;
  /** Four a vertex; only the first two count, and far away only the first. */
  readonly joints: Float32Array;
  readonly weights: Float32Array;
  /** Four a vertex, 0 to 1: trim, openness to light, mask, and the number of what is held or worn. */
  readonly paints: Float32Array;
  readonly indices: Uint16Array;
}

/** The figures with their motion written out: what the avatars' shaders read. */
export interface AvatarModel {
  readonly near: FigureShape;
  readonly far: FigureShape;
  readonly jointCount: number;
  /** The numbers of the joints that the shader moves by itself: one that looks round, one that breathes. */
  readonly headJoint: number;
  readonly chestJoint: number;
  /** One row a moment; in a row three texels a joint, the rows of its 3×4 skinning matrix. */
  readonly bones: Float32Array;
  readonly rowCount: number;
  /** In the order of {@link CLIP_NAMES}. */
  readonly clips: readonly BakedClip[];
}

/** Moments a second that are written out; the shader blends between them. */
const BAKE_FPS = 15;
/** Milliseconds of a frame that writing out may take. */
const SLICE_MS = 4;

export interface LoadOptions {
  /** Waits until the browser has drawn and may be kept busy again. */
  readonly pause?: () => Promise<void>;
  /** Milliseconds since any moment. */
  readonly clock?: () => number;
}

const nextTask = () => new Promise<void>((resolve) => setTimeout(resolve));

/**
 * Loads the skinned figures of a glb and writes every clip out as skinning matrices, a few milliseconds at a time. It
 * lives in a chunk of its own, with the glTF loader. Rejects when the file cannot be loaded or lacks a figure or a clip.
 */
export async function loadAvatar(
  scene: Scene,
  source: string | ArrayBufferView,
  { pause = nextTask, clock = () => performance.now() }: LoadOptions = {},
): Promise<AvatarModel> {
  // What the loader fetches itself it asks for only once, also when it fails: here, the next try asks again.
  await Promise.all([
    import("@babylonjs/core/Animations/animationGroup.pure.js"),
    import("@babylonjs/loaders/glTF/2.0/glTFLoaderAnimation.pure.js"),
  ]);
  RegisterGLTF2Loader();
  RegisterGLTFFileLoader();
  const container = await LoadAssetContainerAsync(source, scene, {
    pluginExtension: ".glb",
    pluginOptions: { gltf: { skipMaterials: true, animationStartMode: 0 } },
  });
  try {
    const near = figureOf(container, "near");
    const { skeleton } = near;
    if (!skeleton) throw new Error("the avatar file has no skeleton");
    let began = clock();
    const rest = async () => {
      if (clock() - began < SLICE_MS) return;
      await pause();
      began = clock();
    };
    const clips: BakedClip[] = [];
    const rows: Float32Array[] = [];
    for (const name of CLIP_NAMES) {
      const clip = { ...measureClip(groupOf(container, name), isPose(name)), firstRow: rows.length };
      clips.push(clip);
      await bakeClip(groupOf(container, name), near, skeleton, clip, rows, rest);
    }
    const width = skeleton.bones.length * FLOATS_PER_JOINT;
    const bones = new Float32Array(rows.length * width);
    rows.forEach((row, i) => {
      bones.set(row, i * width);
    });
    return {
      near: shapeOf(near),
      far: shapeOf(figureOf(container, "far")),
      jointCount: skeleton.bones.length,
      headJoint: jointOf(skeleton, "head"),
      chestJoint: jointOf(skeleton, "chest"),
      bones,
      rowCount: rows.length,
      clips,
    };
  } finally {
    container.dispose();
  }
}

/** The rows of a 3×4 matrix. */
const FLOATS_PER_JOINT = 12;

function figureOf(container: AssetContainer, name: string): AbstractMesh {
  const mesh = container.meshes.find((each) => each.name === name && each.skeleton);
  if (!mesh) throw new Error(`the avatar file has no skinned mesh named ${name}`);
  return mesh;
}

function jointOf(skeleton: Skeleton, name: string): number {
  const joint = skeleton.getBoneIndexByName(name);
  if (joint < 0) throw new Error(`the avatar file has no joint named ${name}`);
  return joint;
}

function groupOf(container: AssetContainer, name: string): AnimationGroup {
  const group = container.animationGroups.find((each) => each.name === name);
  if (!group) throw new Error(`the avatar file has no clip named ${name}`);
  return group;
}

function shapeOf(mesh: AbstractMesh): FigureShape {
  const vertices = (kind: string) => Float32Array.from(mesh.getVerticesData(kind) ?? []);
  return {
    positions: vertices("position"),
    normals: vertices("normal"),
    joints: vertices("matricesIndices"),
    weights: vertices("matricesWeights"),
    paints: vertices("color"),
    indices: Uint16Array.from(mesh.getIndices() ?? []),
  };
}

function measureClip(group: AnimationGroup, loops: boolean): Omit<BakedClip, "firstRow"> {
  const fps = group.targetedAnimations[0]?.animation.framePerSecond ?? 60;
  const seconds = (group.to - group.from) / fps;
  const moments = Math.round(seconds * BAKE_FPS);
  // A loop's last moment is its first; a gesture's is its own.
  return { rows: loops ? moments : moments + 1, seconds, loops };
}

/** Plays a clip moment by moment and adds a row for each. `rest` may wait between two of them. */
async function bakeClip(
  group: AnimationGroup,
  mesh: AbstractMesh,
  skeleton: Skeleton,
  clip: BakedClip,
  rows: Float32Array[],
  rest: () => Promise<void>,
): Promise<void> {
  const moments = clip.loops ? clip.rows : clip.rows - 1;
  group.start(false, 1, group.from, group.to);
  group.pause();
  for (let moment = 0; moment < clip.rows; moment++) {
    group.goToFrame(group.from + (moment / moments) * (group.to - group.from));
    skeleton.prepare(true);
    rows.push(packRows(skeleton.getTransformMatrices(mesh), skeleton.bones.length));
    await rest();
  }
  group.stop();
}

/** Babylon keeps a matrix as four columns of four; the last of each is constant. Rows of four are what a dot product wants. */
function packRows(matrices: ArrayLike<number>, count: number): Float32Array {
  const packed = new Float32Array(count * FLOATS_PER_JOINT);
  for (let joint = 0; joint < count; joint++) {
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 4; column++) {
        packed[joint * FLOATS_PER_JOINT + row * 4 + column] = matrices[joint * 16 + column * 4 + row] ?? 0;
      }
    }
  }
  return packed;
}
