import { Constants } from "@babylonjs/core/Engines/constants.js";
import type { ThinEngine } from "@babylonjs/core/Engines/thinEngine.pure.js";
import { RawTexture } from "@babylonjs/core/Materials/Textures/rawTexture.js";
import type { Scene } from "@babylonjs/core/scene.pure.js";

/** Texels in a row: what every browser with WebGL 2 takes, and a power of two. */
export const DATA_WIDTH = 1024;

/** Numbers for shaders, four floats a texel, read with `texelFetch`. Only what changed is sent. */
export interface DataTexture {
  readonly texture: RawTexture;
  /** Everything in it, row by row. Whoever writes here says so with `touch`. */
  readonly values: Float32Array;
  /** Texels from `first` on, all in one row, are to be sent. */
  touch(first: number, count: number): void;
  /** Sends what was touched since the last time. Call once a frame. */
  flush(): void;
  dispose(): void;
}

/** Makes a data texture of so many rows, all zeros. After a lost context it comes back with its present values. */
export function createDataTexture(scene: Scene, name: string, rows: number): DataTexture {
  const values = new Float32Array(DATA_WIDTH * rows * 4);
  // Babylon keeps this very array and builds the texture from it again after a lost context.
  const texture = RawTexture.CreateRGBATexture(
    values,
    DATA_WIDTH,
    rows,
    scene,
    false,
    false,
    Constants.TEXTURE_NEAREST_SAMPLINGMODE,
    Constants.TEXTURETYPE_FLOAT,
  );
  texture.name = name;
  const engine = scene.getEngine();
  /** Of each row, the touched part; empty while `from` is not before `to`. */
  const from = new Uint16Array(rows).fill(DATA_WIDTH);
  const to = new Uint16Array(rows);
  let isTouched = false;

  return {
    texture,
    values,
    touch(first, count) {
      const row = Math.floor(first / DATA_WIDTH);
      const column = first % DATA_WIDTH;
      from[row] = Math.min(from[row] ?? 0, column);
      to[row] = Math.max(to[row] ?? 0, column + count);
      isTouched = true;
    },
    flush() {
      if (!isTouched) return;
      isTouched = false;
      const internal = texture.getInternalTexture();
      // An engine that draws nothing has no canvas, and nothing to send to.
      const canSend = internal && engine.getRenderingCanvas();
      for (let row = 0; row < rows; row++) {
        const first = from[row] ?? 0;
        const end = to[row] ?? 0;
        if (end <= first) continue;
        from[row] = DATA_WIDTH;
        to[row] = 0;
        if (!canSend) continue;
        const start = (row * DATA_WIDTH + first) * 4;
        const part = values.subarray(start, start + (end - first) * 4);
        (engine as ThinEngine).updateTextureData(internal, part, first, row, end - first, 1);
      }
    },
    dispose: () => texture.dispose(),
  };
}
