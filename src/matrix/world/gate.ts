import { Vector3 } from "@babylonjs/core/Maths/math.vector.pure.js";
import { createInstances } from "../stage/instances.ts";
import { createSurface, QUAD } from "../stage/surface.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { gatePlace, ORDER } from "./places.ts";

const FIELDS = { layer: 1 } as const;

/** Frames one behind the other make the gate deep: `layer` is 0 in front and 1 at the far end. */
const VERTEX = `
attribute vec3 position;
attribute float layer;
uniform vec3 gate;
varying vec2 vUv;
varying float vLayer;
varying float vClear;
void main() {
  float size = 0.82 - 0.08 * layer;
  vec3 at = gate + vec3(position.x * 2.5 * size, (position.y * 0.5 + 0.5) * 4.6 * size, -layer * 1.5);
  vUv = vec2(position.x * 2.5, (position.y * 0.5 + 0.5) * 4.6);
  vLayer = layer;
  vClear = haze(at);
  gl_Position = viewProjection * vec4(at, 1.0);
}
`;

const FRAGMENT = `
varying vec2 vUv;
varying float vLayer;
varying float vClear;
// Distance to a gateway: two posts and a round arch over them. Negative inside.
float arch(vec2 p, float width, float shoulder) {
  p.x = abs(p.x);
  if (p.y < shoulder) return p.x - width;
  return length(vec2(p.x, p.y - shoulder)) - width;
}
void main() {
  float d = arch(vUv, 1.7, 2.5);
  float soft = fwidth(d) * 1.2;
  vec3 amber = vec3(1.0, 0.74, 0.34);
  vec3 green = vec3(0.35, 1.0, 0.66);
  float line = smoothstep(0.03 + soft, 0.015, abs(d)) + smoothstep(0.014 + soft, 0.006, abs(d - 0.16)) * 0.55;
  float glow = exp(-abs(d) * 5.5) * 0.26;
  float marks = step(0.0, d - 0.05) * step(d, 0.11) * step(0.6, fract(vUv.y * 2.4)) * 0.45;
  float foot = smoothstep(0.0, 0.35, vUv.y);
  vec3 c = amber * (line + glow + marks) * mix(0.8, 0.16, vLayer);
  // A thin film in the front frame, with rings that run outwards.
  float inside = smoothstep(0.02, -0.25, d) * (1.0 - smoothstep(0.0, 0.1, vLayer));
  float r = length(vUv - vec2(0.0, 1.9));
  float ripple = 0.5 + 0.5 * sin(TAU * (r * 1.6 - mix(time * 0.25, 0.0, still)));
  float weave = 0.5 + 0.5 * sin(vUv.y * 60.0);
  c += mix(green, amber, 0.35) * inside * (0.035 + 0.06 * ripple * ripple + 0.02 * weave);
  float edge = smoothstep(2.5, 2.1, abs(vUv.x)) * smoothstep(4.6, 4.35, vUv.y);
  gl_FragColor = light(c * edge * (0.35 + 0.65 * foot) * vClear);
}
`;

const LAYERS = 4;

/** The gate at the edge of the swarm, for those who pay: one draw. It moves outwards when the swarm grows. */
export function createGate({ stage, roster }: WorldContext): WorldFeature {
  const material = stage.materials.create({
    name: "gate.frame",
    vertex: VERTEX,
    fragment: FRAGMENT,
    attributes: ["position", ...Object.keys(FIELDS)],
    uniforms: ["gate"],
  });
  const mesh = createSurface(stage.scene, {
    name: "gate.frames",
    material,
    order: ORDER.gate,
    indices: QUAD.indices,
    vertices: { position: QUAD.position },
  });
  const instances = createInstances(mesh, FIELDS);
  instances.resize(LAYERS);
  for (let i = 0; i < LAYERS; i++) instances.set(i, "layer", i / (LAYERS - 1));
  const place = new Vector3();
  const stop = stage.onFrame(() => {
    const { x, y, z } = gatePlace(roster);
    material.setVector3("gate", place.set(x, y, z));
    instances.flush();
  });
  return {
    dispose() {
      stop();
      instances.dispose();
      mesh.dispose();
      material.dispose();
    },
  };
}
