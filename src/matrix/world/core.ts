import { createInstances } from "../stage/instances.ts";
import { createSurface, QUAD } from "../stage/surface.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { ORDER } from "./places.ts";

/** A quad that stands upright and turns to the camera: x across, y from the floor to above the top. */
const BEAM_VERTEX = `
attribute vec3 position;
uniform float height;
uniform float size;
varying vec2 vUv;
varying float vClear;
void main() {
  vec2 toEye = normalize(eye.xz + vec2(1e-4, 0.0));
  vec3 right = vec3(-toEye.y, 0.0, toEye.x);
  float y = (position.y * 0.5 + 0.5) * (height + 5.0);
  vec3 at = (right * position.x * 3.4 + vec3(0.0, y, 0.0)) * size;
  vUv = vec2(position.x * 3.4, y);
  vClear = haze(at);
  gl_Position = viewProjection * vec4(at, 1.0);
}
`;

const BEAM_FRAGMENT = `
uniform float height;
uniform float flow;
uniform float beat;
varying vec2 vUv;
varying float vClear;
void main() {
  float across = abs(vUv.x);
  float part = vUv.y / height;
  float inside = smoothstep(1.02, 0.97, part);
  float beyond = exp(-max(0.0, vUv.y - height) * 0.8) * 0.45;
  float body = max(inside, beyond);

  // Three shells: a white-hot thread, a green column, a wide breath of light.
  float thread = exp(-across * across * 160.0);
  float column = smoothstep(0.5, 0.30, across) * (0.5 + 0.5 * across / 0.4);
  float breath = exp(-across * across * 1.15) * 0.26;

  // Light that rises through it; what flows today sets how much and how fast.
  float rise = fract(vUv.y * 0.22 - beat);
  float wave = exp(-pow((rise - 0.5) * 5.0, 2.0));
  float grain = 0.5 + 0.5 * sin(TAU * (vUv.y * 4.2 - beat * 3.0));
  float bits = step(0.72, hash(vec2(floor(vUv.x * 14.0), floor(vUv.y * 6.0 - beat * 9.0))));

  vec3 green = vec3(0.22, 1.0, 0.58);
  vec3 c = green * column * inside * (0.20 + 0.10 * grain + 0.26 * bits * (0.3 + flow) + 0.5 * wave * (0.35 + flow));
  c += vec3(0.75, 1.0, 0.86) * thread * body * (0.9 + 0.5 * wave);
  c += green * breath * body * (0.8 + 0.5 * wave * flow);
  // The mark of today's height, and the light at the foot.
  c += vec3(0.8, 1.0, 0.9) * exp(-pow((vUv.y - height) * 9.0, 2.0)) * smoothstep(0.62, 0.5, across) * 0.9;
  c += green * exp(-vUv.y * 1.3) * exp(-across * across * 0.9) * 0.5;
  c *= smoothstep(3.4, 2.0, across) * smoothstep(0.0, 0.12, vUv.y);
  gl_FragColor = light(c * vClear);
}
`;

const DISC_FIELDS = { disc: 2 } as const;

/** Rings that lie around the column, like the marks on a gauge. `disc`: how high it lies in metres, its own phase. */
const DISC_VERTEX = `
attribute vec3 position;
attribute vec2 disc;
uniform float height;
uniform float size;
varying vec2 vUv;
varying vec2 vDisc;
varying float vClear;
void main() {
  vDisc = disc;
  float swing = mix(0.03 * sin(TAU * (time * 0.1 + disc.y)), 0.0, still);
  vec3 at = vec3(position.x, 0.0, position.y) * (1.5 - 0.35 * disc.x / height);
  at.y = disc.x + swing + 0.06;
  at *= size;
  vUv = position.xy;
  vClear = haze(at);
  // There are as many as the column is high.
  gl_Position = disc.x > height + 0.1 ? vec4(2.0, 2.0, 2.0, 1.0) : viewProjection * vec4(at, 1.0);
}
`;

const DISC_FRAGMENT = `
uniform float beat;
uniform float flow;
varying vec2 vUv;
varying vec2 vDisc;
varying float vClear;
float hexagon(vec2 p) {
  p = abs(p);
  return max(dot(p, vec2(0.8660254, 0.5)), p.y);
}
void main() {
  float turn = TAU * (mix(time * 0.02, 0.0, still) * (vDisc.y > 0.5 ? 1.0 : -1.0) + vDisc.y);
  vec2 p = mat2(cos(turn), -sin(turn), sin(turn), cos(turn)) * vUv;
  float h = hexagon(p);
  float soft = fwidth(h) * 1.3;
  float outer = smoothstep(0.012 + soft, 0.006, abs(h - 0.80));
  float inner = smoothstep(0.008 + soft, 0.003, abs(h - 0.60)) * 0.5;
  float notch = step(0.25, abs(fract(atan(p.x, p.y) / TAU * 6.0) - 0.5));
  float glow = exp(-pow((h - 0.8) * 9.0, 2.0)) * 0.16;
  // Each lights up as the wave passes it.
  float wave = exp(-pow((fract(vDisc.x * 0.22 - beat) - 0.5) * 5.0, 2.0));
  vec3 green = vec3(0.3, 1.0, 0.64);
  vec3 c = green * (outer * mix(0.45, 1.0, notch) + inner + glow) * (0.3 + 0.9 * wave * (0.4 + flow));
  gl_FragColor = light(c * vClear);
}
`;

/** How many fit on the highest column, and how far they are apart in metres. */
const DISCS = 12;
const DISC_GAP_M = 1.08;

/** The treasury core: a column of light as high as the treasury, pulsing with what moves today. Two draws. */
export function createCore({ stage, treasury }: WorldContext): WorldFeature {
  const { scene, materials } = stage;
  const uniforms = ["height", "size", "flow", "beat"];
  const beamMaterial = materials.create({
    name: "core.beam",
    vertex: BEAM_VERTEX,
    fragment: BEAM_FRAGMENT,
    attributes: ["position"],
    uniforms,
  });
  const discMaterial = materials.create({
    name: "core.disc",
    vertex: DISC_VERTEX,
    fragment: DISC_FRAGMENT,
    attributes: ["position", ...Object.keys(DISC_FIELDS)],
    uniforms,
  });
  const quad = { indices: QUAD.indices, vertices: { position: QUAD.position } };
  const beam = createSurface(scene, {
    name: "core.column",
    material: beamMaterial,
    order: ORDER.core,
    ...quad,
  });
  const discs = createSurface(scene, {
    name: "core.discs",
    material: discMaterial,
    order: ORDER.core,
    ...quad,
  });
  const instances = createInstances(discs, DISC_FIELDS);
  instances.resize(DISCS);
  for (let i = 0; i < DISCS; i++) instances.set(i, "disc", i * DISC_GAP_M, (i * 0.382) % 1);

  const stop = stage.onFrame(() => {
    for (const material of [beamMaterial, discMaterial]) {
      material.setFloat("height", treasury.height);
      material.setFloat("size", treasury.scale);
      material.setFloat("flow", treasury.flow);
      material.setFloat("beat", treasury.beat);
    }
    instances.flush();
  });
  return {
    dispose() {
      stop();
      instances.dispose();
      for (const mesh of [beam, discs]) mesh.dispose();
      for (const material of [beamMaterial, discMaterial]) material.dispose();
    },
  };
}
