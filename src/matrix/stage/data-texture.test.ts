import { NullEngine } from "@babylonjs/core/Engines/nullEngine.pure.js";
import { Scene } from "@babylonjs/core/scene.pure.js";
import { expect, test } from "vitest";
import { createDataTexture, DATA_WIDTH } from "./data-texture.ts";
import { registerEngineExtensions } from "./engine.ts";

/** An engine that says what would be sent: column, row, texels, first value. */
function createListeningScene() {
  registerEngineExtensions();
  const engine = new NullEngine();
  const sent: number[][] = [];
  engine.getRenderingCanvas = () => ({}) as HTMLCanvasElement;
  engine.updateTextureData = (_texture, data, x, y, width) => {
    sent.push([x, y, width, (data as Float32Array)[0] ?? Number.NaN]);
  };
  const scene = new Scene(engine);
  return {
    scene,
    sent,
    dispose() {
      scene.dispose();
      engine.dispose();
    },
  };
}

test("only what was touched is sent, a part of a row at a time, once", () => {
  const { scene, sent, dispose } = createListeningScene();
  const data = createDataTexture(scene, "test.data", 4);
  data.flush();
  expect(sent).toEqual([]);
  data.values[8 * 4] = 3;
  data.touch(8, 2);
  data.touch(20, 1);
  data.values[(2 * DATA_WIDTH + 1) * 4] = 5;
  data.touch(2 * DATA_WIDTH + 1, 1);
  data.flush();
  data.flush();
  expect(sent).toEqual([
    [8, 0, 13, 3],
    [1, 2, 1, 5],
  ]);
  data.dispose();
  dispose();
});

test("after a lost context the texture is built again from the values of that moment", () => {
  const { scene, dispose } = createListeningScene();
  const data = createDataTexture(scene, "test.data", 1);
  // The very array: what is written to it later is there when the texture is built again.
  expect(data.texture.getInternalTexture()?._bufferView).toBe(data.values);
  data.dispose();
  dispose();
});
