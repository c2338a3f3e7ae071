import { LoadAssetContainerAsync } from "@babylonjs/core/Loading/sceneLoader.js";
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

/** The figure with its motion written out: what the avatars' shader reads. */
export interface AvatarModel {
  readonly positions: Float32Array;
  readonly normals: Float32Array;
  /** Four a vertex, heaviest first is not assumed. */
  readonly joints: Float32Array;
  readonly weights: Float32Array;
  readonly indices: Uint16Array;
  readonly jointCount: number;
  /** One row a moment; in a row three texels a joint, the rows of its 3×4 skinning matrix. */
  readonly bones: Float32Array;
  readonly rowCount: number;
  /** In the order of {@link CLIP_NAMES}. */
  readonly clips: readonly BakedClip[];
}

/** Moments a second that are written out; the shader blends between them. */
const BAKE_FPS = 15;

/**
 * Loads a skinned glb and writes every clip out as skinning matrices. It lives in a chunk of its own, with the
 * glTF loader. Rejects when the file cannot be loaded or lacks a clip.
 */
export async function loadAvatar(scene: Scene, source: string | ArrayBufferView): Promise<AvatarModel> {
  RegisterGLTF2Loader();
  RegisterGLTFFileLoader();
  const container = await LoadAssetContainerAsync(source, scene, {
    pluginExtension: ".glb",
    pluginOptions: { gltf: { skipMaterials: true, animationStartMode: 0 } },
  });
  try {
    const mesh = container.meshes.find((each) => each.skeleton);
    const skeleton = mesh?.skeleton;
    if (!mesh || !skeleton) throw new Error("the avatar file has no skinned mesh");
    const vertices = (kind: string) => Float32Array.from(mesh.getVerticesData(kind) ?? []);

    const clips: BakedClip[] = [];
    const rows: Float32Array[] = [];
    for (const name of CLIP_NAMES) {
      const group = container.animationGroups.find((each) => each.name === name);
      if (!group) throw new Error(`the avatar file has no clip named ${name}`);
      const fps = group.targetedAnimations[0]?.animation.framePerSecond ?? 60;
      const seconds = (group.to - group.from) / fps;
      const loops = isPose(name);
      const moments = Math.round(seconds * BAKE_FPS);
      // A loop's last moment is its first; a gesture's is its own.
      const count = loops ? moments : moments + 1;
      clips.push({ firstRow: rows.length, rows: count, seconds, loops });
      group.start(false, 1, group.from, group.to);
      group.pause();
      for (let moment = 0; moment < count; moment++) {
        group.goToFrame(group.from + (moment / moments) * (group.to - group.from));
        skeleton.prepare(true);
        rows.push(packRows(skeleton.getTransformMatrices(mesh), skeleton.bones.length));
      }
      group.stop();
    }
    const width = skeleton.bones.length * 12;
    const bones = new Float32Array(rows.length * width);
    rows.forEach((row, i) => {
      bones.set(row, i * width);
    });
    return {
      positions: vertices("position"),
      normals: vertices("normal"),
      joints: vertices("matricesIndices"),
      weights: vertices("matricesWeights"),
      indices: Uint16Array.from(mesh.getIndices() ?? []),
      jointCount: skeleton.bones.length,
      bones,
      rowCount: rows.length,
      clips,
    };
  } finally {
    container.dispose();
  }
}

/** Babylon keeps a matrix as four columns of four; the last of each is constant. Rows of four are what a dot product wants. */
function packRows(matrices: ArrayLike<number>, count: number): Float32Array {
  const packed = new Float32Array(count * 12);
  for (let joint = 0; joint < count; joint++) {
    for (let row = 0; row < 3; row++) {
      for (let column = 0; column < 4; column++) {
        packed[joint * 12 + row * 4 + column] = matrices[joint * 16 + column * 4 + row] ?? 0;
      }
    }
  }
  return packed;
}
