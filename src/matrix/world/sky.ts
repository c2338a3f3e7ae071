import { createDrawing, createShape } from "../stage/drawing.ts";
import { QUAD, strip } from "../stage/surface.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { ORDER } from "./places.ts";
import { createRandom } from "./random.ts";

const DOME_VERTEX = `
attribute vec3 position;
varying float vRise;
varying float vAngle;
void main() {
  vAngle = position.x;
  vRise = position.y;
  float a = position.x * TAU;
  vec3 way = vec3(sin(a), position.y * 0.55 + 0.2, cos(a));
  vec4 at = viewProjection * vec4(eye + way * 50.0, 1.0);
  gl_Position = at.xyww;
}
`;

const DOME_FRAGMENT = `
varying float vRise;
varying float vAngle;
void main() {
  // The horizon is at a rise of 0.2 / 0.55 below the strip's middle.
  float above = vRise + 0.3636;
  float glow = exp(-abs(above) * 7.0);
  float veil = 0.75 + 0.25 * sin(TAU * (vAngle * 3.0 + 0.1)) * sin(TAU * vAngle * 5.0);
  vec3 c = vec3(0.016, 0.1, 0.07) * glow * veil + vec3(0.004, 0.016, 0.018) * smoothstep(1.0, -0.2, above);
  gl_FragColor = light(c * smoothstep(1.0, 0.7, vRise) * smoothstep(-1.0, -0.75, vRise));
}
`;

const STAR_FIELDS = { star: 4, far: 2 } as const;

/** `star`: direction and size in CSS px; `far`: how much it follows the camera (1 is infinitely far), its phase. */
const STAR_VERTEX = `
attribute vec3 position;
attribute vec4 star;
attribute vec2 far;
varying vec2 vUv;
varying float vShine;
void main() {
  vec3 at = star.xyz * 240.0 + eye * far.x;
  vec4 here = viewProjection * vec4(at, 1.0);
  here.xy += position.xy * star.w * 2.0 / viewport * here.w;
  // Behind everything, whatever the camera's range.
  gl_Position = vec4(here.xy, here.w * 0.9999, here.w);
  vUv = position.xy;
  vShine = (0.35 + 0.65 * pulse(0.05 + 0.05 * floor(far.y * 4.0), far.y)) * smoothstep(0.0, 0.04, star.y);
}
`;

const STAR_FRAGMENT = `
varying vec2 vUv;
varying float vShine;
void main() {
  float d = dot(vUv, vUv);
  if (d > 1.0) discard;
  gl_FragColor = light(vec3(0.62, 0.92, 0.84) * exp(-d * 4.0) * vShine * 1.3);
}
`;

const STARS = 1200;

/** The glow of the horizon and a quiet field of stars behind everything; near ones shift more than far ones. Two draws. */
export function createSky({ stage }: WorldContext): WorldFeature {
  const shape = strip(40);
  const dome = createShape(stage, {
    name: "sky.dome",
    order: ORDER.sky,
    vertex: DOME_VERTEX,
    fragment: DOME_FRAGMENT,
    indices: shape.indices,
    vertices: { position: shape.position },
  });
  const stars = createDrawing(stage, {
    name: "sky.stars",
    order: ORDER.stars,
    vertex: STAR_VERTEX,
    fragment: STAR_FRAGMENT,
    indices: QUAD.indices,
    vertices: { position: QUAD.position },
    fields: STAR_FIELDS,
  });
  const { instances } = stars;
  instances.resize(STARS);
  const random = createRandom(7);
  for (let i = 0; i < STARS; i++) {
    // Most stand low: a camera that looks down on the swarm sees little more of the sky than its edge.
    const y = random() ** 2.6 * 0.97 + 0.012;
    const angle = random() * 2 * Math.PI;
    const flat = Math.sqrt(1 - y * y);
    instances.set(i, "star", Math.sin(angle) * flat, y, Math.cos(angle) * flat, 0.8 + random() ** 6 * 2.2);
    instances.set(i, "far", i % 3 === 0 ? 0.82 : 0.96, random());
  }
  instances.flush();
  return {
    dispose() {
      stars.dispose();
      dome.dispose();
    },
  };
}
