import { Constants } from "@babylonjs/core/Engines/constants.js";
import { ShaderMaterial } from "@babylonjs/core/Materials/shaderMaterial.pure.js";
import { Vector2, Vector3 } from "@babylonjs/core/Maths/math.vector.pure.js";
import type { Scene } from "@babylonjs/core/scene.pure.js";
import { OUTPUT, PRELUDE } from "./glsl.ts";

/** What every shader knows: see the prelude. Whoever owns a value writes it; it is sent once a frame. */
export interface Globals {
  time: number;
  quiet: number;
  still: number;
  fog: number;
}

export interface MaterialSpec {
  /** Named `domain.thing`. */
  readonly name: string;
  /** GLSL after the shared prelude. */
  readonly vertex: string;
  readonly fragment: string;
  readonly attributes: readonly string[];
  readonly uniforms?: readonly string[];
  readonly samplers?: readonly string[];
  /** Writes depth before colour, so that a translucent body hides its own far side. */
  readonly depthFirst?: boolean;
}

export interface Materials {
  readonly globals: Globals;
  create(spec: MaterialSpec): ShaderMaterial;
  /** Sends the shared values to every material that is still in use. */
  update(
    eye: { readonly x: number; readonly y: number; readonly z: number },
    width: number,
    height: number,
  ): void;
}

const SHARED = ["time", "quiet", "still", "fog", "eye", "viewport", "viewProjection"];

/** Makes the stage's materials: own shaders only, blended as premultiplied light and matter. */
export function createMaterials(scene: Scene, reducedMotion: boolean): Materials {
  const inUse = new Set<ShaderMaterial>();
  const globals: Globals = { time: 0, quiet: 0, still: reducedMotion ? 1 : 0, fog: 0.008 };
  const eyeVector = new Vector3();
  const viewport = new Vector2();
  return {
    globals,
    create(spec) {
      const material = new ShaderMaterial(
        spec.name,
        scene,
        { vertexSource: PRELUDE + spec.vertex, fragmentSource: PRELUDE + OUTPUT + spec.fragment },
        {
          attributes: [...spec.attributes],
          uniforms: [...SHARED, ...(spec.uniforms ?? [])],
          samplers: [...(spec.samplers ?? [])],
          needAlphaBlending: true,
        },
      );
      material.alphaMode = Constants.ALPHA_PREMULTIPLIED;
      material.backFaceCulling = spec.depthFirst === true;
      material.needDepthPrePass = spec.depthFirst === true;
      material.disableDepthWrite = spec.depthFirst !== true;
      inUse.add(material);
      material.onDisposeObservable.addOnce(() => inUse.delete(material));
      return material;
    },
    update(eye, width, height) {
      eyeVector.set(eye.x, eye.y, eye.z);
      viewport.set(width, height);
      for (const material of inUse) {
        material.setFloat("time", globals.time);
        material.setFloat("quiet", globals.quiet);
        material.setFloat("still", globals.still);
        material.setFloat("fog", globals.fog);
        material.setVector3("eye", eyeVector);
        material.setVector2("viewport", viewport);
      }
    },
  };
}
