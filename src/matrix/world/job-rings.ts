import { QUAD } from "../stage/surface.ts";
import { createAgentDrawing } from "./agent-drawing.ts";
import { AGENT_GLSL } from "./agent-table.ts";
import { JOB_TINT_GLSL } from "./colors.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import {
  JOB_RING_FULL_FROM_M,
  JOB_RING_HEIGHT,
  JOB_RING_LEAST,
  JOB_RING_LIFT_PX,
  JOB_RING_RADIUS,
  ORDER,
} from "./places.ts";

const VERTEX = `
attribute vec3 position;
attribute float slot;
uniform mat4 view;
varying vec2 vUv;
varying vec4 vTint;
varying float vFill;
varying float vPhase;
varying float vClear;
${AGENT_GLSL}
${JOB_TINT_GLSL}
void main() {
  vec4 place = placeOf(slot), work = workOf(slot), fill = fillOf(slot);
  float shown = ringOf(work, fill) * thereOf(lookOf(slot));
  vec3 right = vec3(view[0][0], view[1][0], view[2][0]);
  vec3 up = vec3(view[0][1], view[1][1], view[2][1]);
  vPhase = place.w;
  vFill = filledOf(work, fill);
  vTint = vec4(jobTint(work.w, tintOf(slot).rgb), work.y);
  float breath = 1.0 + work.y * 0.18 * (pulse(0.4, place.w) - 0.5);
  // One whose job has ended spreads as it goes.
  float spread = fill.z < 0.0 ? 1.0 : mix(1.45, 1.0, shown);
  vec3 centre = vec3(place.x, ${JOB_RING_HEIGHT.toFixed(2)}, place.y);
  // Near by it need not be as large as from across the room.
  float size = ${JOB_RING_RADIUS} * clamp(distance(eye, centre) / ${JOB_RING_FULL_FROM_M}.0, ${JOB_RING_LEAST}, 1.0);
  vec3 at = centre + (right * position.x + up * position.y) * size * breath * spread;
  vUv = position.xy;
  vClear = haze(at) * shown;
  gl_Position = viewProjection * vec4(at, 1.0);
  gl_Position.y += ${JOB_RING_LIFT_PX}.0 * 2.0 / viewport.y * gl_Position.w;
}
`;

const FRAGMENT = `
varying vec2 vUv;
varying vec4 vTint;
varying float vFill;
varying float vPhase;
varying float vClear;
void main() {
  float r = length(vUv);
  if (r > 1.0) discard;
  // Clockwise from the top.
  float part = fract(atan(vUv.x, vUv.y) / TAU + 1.0);
  float soft = fwidth(r) * 1.3;
  float band = smoothstep(0.075 + soft, 0.075, abs(r - 0.7));
  float glow = exp(-pow((r - 0.7) * 6.5, 2.0)) * 0.35;
  float full = smoothstep(0.004, 0.0, part - vFill);
  float head = exp(-pow((part - vFill) * 34.0, 2.0)) * step(0.001, vFill) * step(vFill, 0.999);
  float dash = mix(1.0, smoothstep(0.0, 0.06, abs(fract(part * 14.0) - 0.5) - 0.18), vTint.a);
  float breathing = mix(1.0, 0.55 + 0.65 * pulse(0.4, vPhase), vTint.a);
  vec3 own = vTint.rgb;
  vec3 c = own * band * dash * mix(0.2 + 0.5 * vTint.a, 1.1, full) * breathing + own * glow * mix(0.25, 1.0, full) * breathing;
  c += mix(own, vec3(1.0), 0.7) * head * (band + glow) * (1.0 - vTint.a);
  float hub = smoothstep(0.11, 0.05, r) * 0.5;
  gl_FragColor = matter(own * 0.04, smoothstep(0.62, 0.5, r) * 0.5 * vClear) + light((c + own * hub) * vClear);
}
`;

/** The ring over an agent that has a job: fills through the job's phases; dashed and breathing while it waits to be paid. */
export function createJobRings(context: WorldContext): WorldFeature {
  const spec = {
    name: "marks.jobs",
    order: ORDER.jobRings,
    vertex: VERTEX,
    fragment: FRAGMENT,
    uniforms: ["view"],
    indices: QUAD.indices,
    vertices: { position: QUAD.position },
  };
  return createAgentDrawing(context, spec, [context.crowd.ringed]);
}
