import { createSurface, QUAD } from "../stage/surface.ts";
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
  vec3 green = vec3(0.16, 0.85, 0.52);
  vec3 c = green * (fine + bold) * (0.5 + 1.6 * wave + pool * 1.5) * out1 + green * pool * 0.35 + green * rings * (0.5 + wave);
  gl_FragColor = matter(vec3(0.0), 0.0) + light(c * clear);
}
`;

/** The floor: a fine grid that fades out, lit by the core. One draw. */
export function createGrid({ stage, roster, treasury }: WorldContext): WorldFeature {
  const material = stage.materials.create({
    name: "floor.grid",
    vertex: VERTEX,
    fragment: FRAGMENT,
    attributes: ["position"],
    uniforms: ["extent", "beat", "flow", "swarm"],
  });
  const mesh = createSurface(stage.scene, {
    name: "floor.plane",
    material,
    order: ORDER.grid,
    indices: QUAD.indices,
    vertices: { position: QUAD.position },
  });
  const stop = stage.onFrame(() => {
    material.setFloat("extent", roster.radius * 5 + 40);
    material.setFloat("swarm", roster.radius);
    material.setFloat("beat", treasury.beat);
    material.setFloat("flow", treasury.flow);
  });
  return {
    dispose() {
      stop();
      mesh.dispose();
      material.dispose();
    },
  };
}
