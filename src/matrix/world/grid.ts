import { createShape } from "../stage/drawing.ts";
import { QUAD } from "../stage/surface.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { ORDER } from "./places.ts";

const VERTEX = `
attribute vec3 position;
uniform float extent;
varying vec2 vAt;
void main() {
  vAt = position.xy * extent;
  gl_Position = viewProjection * vec4(vAt.x, 0.0, vAt.y, 1.0);
}
`;

const FRAGMENT = `
uniform float beat;
uniform float flow;
uniform float swarm;
uniform float column;
varying vec2 vAt;
// Lines a cell apart, as thin as a pixel, fading where cells get smaller than pixels.
float lines(vec2 p, float cell, float width) {
  vec2 q = p / cell;
  vec2 d = fwidth(q);
  vec2 near = abs(fract(q - 0.5) - 0.5);
  vec2 on = smoothstep(d * (width + 0.6), d * width * 0.4, near) * smoothstep(0.6, 0.12, max(d.x, d.y));
  return max(on.x, on.y);
}
void main() {
  vec3 at = vec3(vAt.x, 0.0, vAt.y);
  float r = length(vAt);
  float clear = haze(at);
  float out1 = smoothstep(swarm * 4.2 + 26.0, swarm * 0.6, r);
  float fine = lines(vAt, 1.0, 0.5) * 0.11;
  float bold = lines(vAt, 5.0, 0.7) * 0.26;
  // Light from the core spreads over the floor, and each of its beats runs outwards.
  float pool = exp(-r * r * 0.035) * 0.28 + exp(-r * 0.16) * 0.12;
  float wave = exp(-pow((fract(r * 0.055 - beat * 0.5) - 0.5) * 9.0, 2.0)) * (0.25 + flow) * exp(-r * 0.07) * (1.0 - still);
  float rings = smoothstep(fwidth(r) * 1.4, 0.0, abs(r - 2.4)) * 0.5 + smoothstep(fwidth(r) * 1.2, 0.0, abs(r - (swarm + 1.4))) * 0.2;
  // The floor is polished: the column lies in it as a streak that points at the eye, broken by the cells' edges.
  vec2 toEye = normalize(eye.xz + vec2(1e-4, 0.0));
  float along = dot(vAt, toEye), beside = dot(vAt, vec2(-toEye.y, toEye.x));
  float reach = column * length(eye.xz) / max(eye.y, 0.5);
  float spread = 0.22 + 0.05 * max(along, 0.0);
  float streak = exp(-beside * beside / (spread * spread)) * smoothstep(0.0, 1.0, along) * smoothstep(reach, 0.0, along);
  streak *= 0.34 * (0.8 + 0.2 * wave) * (1.0 - 0.35 * bold * 4.0);
  vec3 green = vec3(0.16, 0.85, 0.52);
  vec3 c = green * (fine + bold) * (0.5 + 1.6 * wave + pool * 1.5) * out1 + green * pool * 0.35 + green * rings * (0.5 + wave);
  c += mix(green, vec3(0.6, 1.0, 0.8), exp(-beside * beside * 30.0)) * max(streak, 0.0);
  gl_FragColor = light(c * clear);
}
`;

/** The floor: a fine grid that fades out, lit by the core. One draw. */
export function createGrid({ stage, roster, treasury }: WorldContext): WorldFeature {
  const floor = createShape(stage, {
    name: "floor.grid",
    order: ORDER.grid,
    vertex: VERTEX,
    fragment: FRAGMENT,
    uniforms: ["extent", "beat", "flow", "swarm", "column"],
    indices: QUAD.indices,
    vertices: { position: QUAD.position },
  });
  const { material } = floor;
  const stop = stage.onFrame(() => {
    material.setFloat("extent", roster.radius * 5 + 40);
    material.setFloat("swarm", roster.radius);
    material.setFloat("beat", treasury.beat);
    material.setFloat("flow", treasury.flow);
    material.setFloat("column", treasury.height * treasury.scale);
  });
  return {
    dispose() {
      stop();
      floor.dispose();
    },
  };
}
