import type { AbstractEngine } from "@babylonjs/core/Engines/abstractEngine.pure.js";
import type { Undo } from "../stage/stage.ts";
import { countCalls } from "./count-calls.ts";

/** What was drawn, and at what cost, since the last reading. */
export interface Reading {
  readonly fps: number;
  /** Milliseconds of the main thread in a frame, the calls to the GPU included; without a frame, as last time. */
  readonly frameMs: number;
  /** In a frame; without one, as last time. */
  readonly drawCalls: number;
  /** Buffers and textures sent to the GPU in a second; uniforms are not counted. */
  readonly uploads: number;
  /** From the tower, in a second. */
  readonly messages: number;
}

export interface MeterOptions {
  /** How many messages there have been. */
  readonly messages: () => number;
  /** In milliseconds. */
  readonly clock: () => number;
}

export interface Meter {
  /** What happened since the last reading. */
  read(): Reading;
  dispose(): void;
}

const DRAWS = ["drawElementsType", "drawArraysType"] as const;

const UPLOADS = [
  "createVertexBuffer",
  "createDynamicVertexBuffer",
  "updateDynamicVertexBuffer",
  "createIndexBuffer",
  "updateDynamicIndexBuffer",
  "updateArrayBuffer",
  "updateAndBindInstancesBuffer",
  "updateDynamicTexture",
  "updateRawTexture",
  "updateTextureData",
  "_uploadDataToTextureDirectly",
  "_uploadArrayBufferViewToTexture",
  "_uploadImageToTexture",
  "_uploadCompressedDataToTextureDirectly",
] as const;

/** Measures an engine by its own methods. */
export function createMeter(engine: AbstractEngine, { messages, clock }: MeterOptions): Meter {
  let draws = 0;
  let uploads = 0;
  let frames = 0;
  let busyMs = 0;
  let began = 0;
  let readAt = clock();
  let heard = messages();
  let lastFrame: Pick<Reading, "frameMs" | "drawCalls"> = { frameMs: 0, drawCalls: 0 };

  const begin = engine.onBeginFrameObservable.add(() => {
    began = clock();
  });
  const end = engine.onEndFrameObservable.add(() => {
    frames += 1;
    busyMs += clock() - began;
  });
  const undoes: Undo[] = [
    countCalls(engine, DRAWS, () => {
      draws += 1;
    }),
    countCalls(engine, UPLOADS, () => {
      uploads += 1;
    }),
    () => begin.remove(true),
    () => end.remove(true),
  ];

  return {
    read() {
      const now = clock();
      const seconds = (now - readAt) / 1000;
      const perSecond = (count: number): number => (seconds > 0 ? count / seconds : 0);
      if (frames > 0) lastFrame = { frameMs: busyMs / frames, drawCalls: Math.round(draws / frames) };
      const reading: Reading = {
        fps: perSecond(frames),
        ...lastFrame,
        uploads: perSecond(uploads),
        messages: perSecond(messages() - heard),
      };
      readAt = now;
      heard = messages();
      draws = 0;
      uploads = 0;
      frames = 0;
      busyMs = 0;
      return reading;
    },
    dispose() {
      for (const undo of undoes.splice(0)) undo();
    },
  };
}
