import { createAgentDrawing } from "./agent-drawing.ts";
import { AGENT_GLSL } from "./agent-table.ts";
import { STRESS_GLSL } from "./colors.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { CHEST_HEIGHT, ORDER } from "./places.ts";

/**
 * Two quads an agent: the ring on the floor, and a soft halo behind the body. `position.z` says which. A ring that
 * would be a few pixels is left out, and in the middle it fades.
 */
const VERTEX = `
attribute vec3 position;
attribute float slot;
uniform mat4 view;
varying vec2 vUv;
varying float vPart;
varying vec4 vTint;
varying vec4 vMark;   // own phase, presence, selected, has a job
varying vec2 vMind;   // focus ring, unrest
varying float vFine;
varying float vClear;
${AGENT_GLSL}
void main() {
  vec4 place = placeOf(slot), look = lookOf(slot), mind = mindOf(slot), was = wasOf(slot);
  vec3 foot = vec3(place.x, 0.03, place.y);
  vec3 at;
  if (position.z < 0.5) {
    at = foot + vec3(position.x, 0.0, position.y) * 2.1;
  } else {
    vec3 right = vec3(view[0][0], view[1][0], view[2][0]);
    at = vec3(place.x, ${CHEST_HEIGHT.toFixed(2)}, place.y) + right * position.x * 2.4 + vec3(0.0, position.y * 3.2, 0.0);
  }
  // CSS px that a metre takes there.
  float px = viewport.y * 0.5 * viewProjection[1][1] / max((viewProjection * vec4(foot, 1.0)).w, 0.1);
  vFine = smoothstep(4.0, 26.0, px);
  vUv = position.xy;
  vPart = position.z;
  vTint = tintOf(slot);
  vMark = vec4(place.w, litOf(look, was), look.w, ringOf(workOf(slot), fillOf(slot)));
  vMind = vec2(focusOf(mind, was), mind.w);
  vClear = haze(at) * thereOf(look);
  gl_Position = viewProjection * vec4(at, 1.0);
}
`;

const FRAGMENT = `
varying vec2 vUv;
varying float vPart;
varying vec4 vTint;
varying vec4 vMark;
varying vec2 vMind;
varying float vFine;
varying float vClear;
${STRESS_GLSL}
float ring(float r, float at, float width) {
  float soft = fwidth(r) * 1.2 + width;
  return smoothstep(soft, 0.0, abs(r - at));
}
void main() {
  float r = length(vUv);
  if (r > 1.0) discard;
  float stress = vTint.a, phase = vMark.x, presence = vMark.y, selected = vMark.z, busy = vMark.w;
  vec3 own = warmed(vTint.rgb, stress);
  float beat = heartbeat(stress, phase);
  if (vPart > 0.5) {
    float soft = pow(max(0.0, 1.0 - r), 2.2);
    float strength = (0.2 + 0.06 * beat + 0.08 * selected + 0.08 * vMind.x) * mix(0.45, 1.0, vFine);
    gl_FragColor = light(own * soft * strength * presence * vClear);
    return;
  }
  float angle = atan(vUv.x, vUv.y) / TAU + 0.5;
  float spin = fract(angle + mix(time * 0.02 * sign(phase - 0.5), 0.0, still) + phase);
  float pool = exp(-r * r * 6.0) * 0.46;
  float rim = ring(r, 0.56, 0.012) * (0.75 + 0.35 * beat);
  float ticks = ring(r, 0.64, 0.02) * step(0.5, fract(spin * 36.0)) * 0.4;
  float arcs = ring(r, 0.72, 0.008) * step(0.7, fract(spin * 3.0)) * 0.9;
  float chosen = ring(r, 0.72, 0.02) * step(0.35, fract(spin * 4.0)) * 1.4 + ring(r, 0.56, 0.03) * 0.7;
  float lit = pool * mix(0.5, 1.0, vFine) + (rim + ticks + arcs * (0.5 + 0.5 * busy)) * vFine + selected * (chosen + pool);

  // A mind deep in something: two fine rings that close in on it, round after round; uneven when it is confused.
  float shaken = vMind.y * 0.02 * sin(angle * TAU * 5.0 + TAU * mix(time * 0.7, 0.2, still));
  float inward = fract(mix(time * 0.2, 0.35, still) + phase);
  float focus = ring(r, 0.44 + shaken, 0.01) * 0.85 + ring(r, 0.39 + shaken, 0.005) * 0.45;
  focus += ring(r, mix(0.44, 0.1, inward) + shaken, 0.012) * 0.5 * smoothstep(0.1, 0.35, inward) * smoothstep(1.0, 0.7, inward);

  // The budget gauge: a track of ten steps with its spent part lit.
  float along = fract(angle + 0.5);
  float span = 0.62;
  float part = along / span;
  float step10 = step(0.16, fract(part * 10.0));
  float gauge = ring(r, 0.87, 0.028) * step(part, 1.0) * step10 * vFine;
  float spent = step(part, stress + 0.001);
  float shown = smoothstep(0.02, 0.08, stress);
  vec3 c = own * lit * presence + own * gauge * shown * mix(0.14, 1.0 + 0.4 * beat, spent);
  c += mix(own, vec3(0.86, 1.0, 0.95), 0.55) * focus * vMind.x * vFine;
  gl_FragColor = light(c * vClear);
}
`;

/** The rings under every agent with its budget gauge, and the halo behind its body: one draw. Points have none. */
export function createFloorMarks(context: WorldContext): WorldFeature {
  const spec = {
    name: "marks.floors",
    order: ORDER.floorMarks,
    vertex: VERTEX,
    fragment: FRAGMENT,
    uniforms: ["view"],
    indices: [0, 1, 2, 0, 2, 3, 4, 5, 6, 4, 6, 7],
    vertices: {
      position: {
        size: 3,
        values: [-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0, -1, -1, 1, 1, -1, 1, 1, 1, 1, -1, 1, 1],
      },
    },
  };
  return createAgentDrawing(context, spec, [context.crowd.far, context.crowd.near]);
}
