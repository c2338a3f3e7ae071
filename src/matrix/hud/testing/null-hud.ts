import { FreeCamera } from "@babylonjs/core/Cameras/freeCamera.pure.js";
import { RegisterStandardEngineExtensions } from "@babylonjs/core/Engines/engineRegistration.pure.js";
import type { ICanvas } from "@babylonjs/core/Engines/ICanvas.js";
import { NullEngine } from "@babylonjs/core/Engines/nullEngine.pure.js";
import { Vector3 } from "@babylonjs/core/Maths/math.vector.pure.js";
import { Logger } from "@babylonjs/core/Misc/logger.js";
import { Scene } from "@babylonjs/core/scene.pure.js";
import type { AgentId } from "../../../protocol/ids.ts";
import type { MatrixState } from "../../state/model.ts";
import { createHud } from "../hud.ts";
import type { HudNode } from "../kit/node.ts";
import { createStore } from "../kit/store.ts";
import { FakeDocument, type FakeElement } from "./fake-dom.ts";
import { createFakeState, NOW } from "./fake-state.ts";

/** Every character is as wide as this part of its font size. */
const ADVANCE = 0.6;

/** A 2D context that draws nothing but remembers every text it was asked to draw. */
function createContext(texts: string[]) {
  const context: Record<string, unknown> = {
    font: "",
    measureText(text: string) {
      const size = Number(/(\d+)px/.exec(String(context["font"]))?.[1] ?? 10);
      return { width: [...text].length * size * ADVANCE };
    },
    fillText: (text: string) => texts.push(text),
  };
  return new Proxy(context, {
    get: (target, name: string) => (name in target ? target[name] : () => undefined),
  });
}

export interface NullHudOptions {
  readonly width?: number;
  readonly height?: number;
  /** The state that it shows, when it is not the one that the test writes. */
  readonly state?: MatrixState;
  readonly hidesSecrets?: boolean;
}

/** A HUD on an engine that draws nothing, with a state, a document and a clock in the test's hands. */
export function createNullHud({
  width = 1180,
  height = 820,
  state,
  hidesSecrets = false,
}: NullHudOptions = {}) {
  Logger.LogLevels = Logger.WarningLogLevel | Logger.ErrorLogLevel;
  RegisterStandardEngineExtensions();
  const engine = new NullEngine({
    renderWidth: width,
    renderHeight: height,
    textureSize: 256,
    deterministicLockstep: false,
    lockstepMaxSteps: 1,
  });
  const texts: string[] = [];
  engine.createCanvas = (canvasWidth: number, canvasHeight: number) => {
    const context = createContext(texts);
    return { width: canvasWidth, height: canvasHeight, getContext: () => context } as unknown as ICanvas;
  };
  let uploads = 0;
  engine.updateDynamicTexture = () => {
    uploads += 1;
  };
  const scene = new Scene(engine);
  new FreeCamera("camera", Vector3.Zero(), scene);
  const document = new FakeDocument();
  const twinRoot = document.createElement("div");
  const canvas = document.createElement("canvas");
  document.append(twinRoot, canvas);
  const fake = createFakeState();
  const selection = createStore<AgentId | undefined>(undefined);
  let now = NOW;
  const before = observers();
  const hud = createHud({
    scene,
    canvas: canvas as unknown as HTMLCanvasElement,
    twinRoot: twinRoot as unknown as HTMLElement,
    state: state ?? fake.state,
    send: fake.send,
    selection,
    reducedMotion: () => true,
    clock: () => now,
    fontReady: new Promise(() => undefined),
    hidesSecrets,
  });

  function observers() {
    return {
      scene: scene.onBeforeRenderObservable.observers.length,
      camera: scene.onBeforeCameraRenderObservable.observers.length,
      resize: engine.onResizeObservable.observers.length,
      layers: scene.layers.length,
      textures: scene.textures.length,
      listeners: document.listeners.size + canvas.listeners.size,
      twin: twinRoot.nodes.length,
    };
  }

  return {
    ...fake,
    hud,
    scene,
    canvas,
    document,
    selection,
    /** Draws a frame, `milliseconds` after the last. */
    frame(milliseconds = 0) {
      now += milliseconds;
      scene.render();
    },
    uploads: () => uploads,
    /** The texts drawn since the last call. */
    takeTexts: () => texts.splice(0),
    /** What is there now, and what was there before the HUD was. */
    observers,
    before,
    /** The twin's element of a node path; throws when there is none. */
    element(path: string): FakeElement {
      const found = find(twinRoot, path);
      if (found === undefined) throw new Error(`The twin has no ${path}.`);
      return found;
    },
    /** The node at a path; undefined when there is none. */
    node: (path: string): HudNode | undefined =>
      flatten(hud.nodes()).find(([candidate]) => candidate === path)?.[1],
    all: () => flatten(hud.nodes()),
    /** A tap with a finger on the middle of a node. */
    tap(path: string) {
      const node = flatten(hud.nodes()).find(([candidate]) => candidate === path)?.[1];
      if (node === undefined) throw new Error(`There is no ${path} to tap.`);
      const at = {
        pointerId: 1,
        button: 0,
        pointerType: "touch",
        clientX: node.rect.x + node.rect.width / 2,
        clientY: node.rect.y + node.rect.height / 2,
      };
      canvas.dispatch("pointerdown", at);
      canvas.dispatch("pointerup", at);
      this.frame(16);
    },
    /** Puts a text into the entry as a keyboard does. */
    type(text: string) {
      this.write("chat/field", text);
    },
    /** Puts a text into a field as a keyboard does. */
    write(path: string, text: string) {
      const area = this.field(path);
      area.focus();
      area.value = text;
      area.selectionStart = area.selectionEnd = text.length;
      area.dispatch("input");
      this.frame(16);
    },
    field(path = "chat/field"): FakeElement {
      const area = this.element(`${path}/text`).elements.find(({ tagName }) => tagName === "textarea");
      if (area === undefined) throw new Error("There is no text area.");
      return area;
    },
    end() {
      hud.dispose();
      scene.dispose();
      engine.dispose();
    },
  };
}

function find(element: FakeElement, path: string): FakeElement | undefined {
  if (element.dataset["hud"] === path) return element;
  for (const child of element.elements) {
    const found = find(child, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Every node with its path, in reading order. */
export function flatten(nodes: readonly HudNode[], prefix = ""): readonly (readonly [string, HudNode])[] {
  return nodes.flatMap((node) => {
    const path = prefix === "" ? node.key : `${prefix}/${node.key}`;
    return [[path, node] as const, ...flatten(node.children ?? [], path)];
  });
}
