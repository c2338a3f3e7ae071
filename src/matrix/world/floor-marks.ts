import { createInstances } from "../stage/instances.ts";
import { createSurface } from "../stage/surface.ts";
import { rgbOf, STRESS_GLSL } from "./colors.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { POSE_LOOKS } from "./motion.ts";
import { CHEST_HEIGHT, ORDER } from "./places.ts";

const FIELDS = {
  /** x, z, phase, budget stress */
  place: 4,
  /** red, green, blue, presence */
  tint: 4,
  /** selected, has a job */
  mark: 2,
} as const;

/** Two quads an agent: the ring on the floor, and a soft halo behind the body. `position.z` says which. */
const VERTEX = `
attribute vec3 position;
attribute vec4 place;
attribute vec4 tint;
attribute vec2 mark;
uniform mat4 view;
varying vec2 vUv;
varying float vPart;
varying vec4 vPlace;
varying vec4 vTint;
varying vec2 vMark;
varying float vClear;
void main() {
  vec3 at;
  if (position.z < 0.5) {
    at = vec3(place.x + position.x * 2.1, 0.03, place.y + position.y * 2.1);
  } else {
    vec3 right = vec3(view[0][0], view[1][0], view[2][0]);
    at = vec3(place.x, ${CHEST_HEIGHT.toFixed(2)}, place.y) + right * position.x * 2.4 + vec3(0.0, position.y * 3.2, 0.0);
  }
  vUv = position.xy;
  vPart = position.z;
  vPlace = place;
  vTint = tint;
  vMark = mark;
  vClear = haze(at);
  gl_Position = viewProjection * vec4(at, 1.0);
}
`;

const FRAGMENT = `
varying vec2 vUv;
varying float vPart;
varying vec4 vPlace;
varying vec4 vTint;
varying vec2 vMark;
varying float vClear;
${STRESS_GLSL}
float ring(float r, float at, float width) {
  float soft = fwidth(r) * 1.2 + width;
  return smoothstep(soft, 0.0, abs(r - at));
}
void main() {
  float r = length(vUv);
  if (r > 1.0) discard;
  float stress = vPlace.w, phase = vPlace.z, presence = vTint.a;
  vec3 own = warmed(vTint.rgb, stress);
  float beat = heartbeat(stress, phase);
  if (vPart > 0.5) {
    float soft = pow(max(0.0, 1.0 - r), 2.2);
    gl_FragColor = light(own * soft * (0.2 + 0.06 * beat + 0.08 * vMark.x) * presence * vClear);
    return;
  }
  float angle = atan(vUv.x, vUv.y) / TAU + 0.5;
  float spin = fract(angle + mix(time * 0.02 * sign(phase - 0.5), 0.0, still) + phase);
  float pool = exp(-r * r * 6.0) * 0.46;
  float rim = ring(r, 0.56, 0.012) * (0.75 + 0.35 * beat);
  float ticks = ring(r, 0.64, 0.02) * step(0.5, fract(spin * 36.0)) * 0.4;
  float arcs = ring(r, 0.72, 0.008) * step(0.7, fract(spin * 3.0)) * 0.9;
  float chosen = ring(r, 0.72, 0.02) * step(0.35, fract(spin * 4.0)) * 1.4 + ring(r, 0.56, 0.03) * 0.7;
  float light1 = pool + rim + ticks + arcs * (0.5 + 0.5 * vMark.y) + vMark.x * (chosen + pool);

  // The budget gauge: a track of ten steps with its spent part lit.
  float along = fract(angle + 0.5);
  float span = 0.62;
  float part = along / span;
  float step10 = step(0.16, fract(part * 10.0));
  float gauge = ring(r, 0.87, 0.028) * step(part, 1.0) * step10;
  float spent = step(part, stress + 0.001);
  float shown = smoothstep(0.02, 0.08, stress);
  vec3 c = own * light1 * presence + own * gauge * shown * mix(0.14, 1.0 + 0.4 * beat, spent);
  gl_FragColor = light(c * vClear);
}
`;

/** The ring under every agent with its budget gauge, and the halo behind its body: one draw. */
export function createFloorMarks({ stage, roster, selected }: WorldContext): WorldFeature {
  const material = stage.materials.create({
    name: "marks.floor",
    vertex: VERTEX,
    fragment: FRAGMENT,
    attributes: ["position", ...Object.keys(FIELDS)],
    uniforms: ["view"],
  });
  const mesh = createSurface(stage.scene, {
    name: "marks.floors",
    material,
    order: ORDER.floorMarks,
    indices: [0, 1, 2, 0, 2, 3, 4, 5, 6, 4, 6, 7],
    vertices: {
      position: {
        size: 3,
        values: [-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0, -1, -1, 1, 1, -1, 1, 1, 1, 1, -1, 1, 1],
      },
    },
  });
  const instances = createInstances(mesh, FIELDS);

  function write(slot: number): void {
    const agent = roster.standing[slot];
    if (!agent) return;
    const { view, at, phase } = agent;
    instances.set(slot, "place", at.x, at.z, phase, view.budgetStress);
    instances.set(slot, "tint", ...rgbOf(view.color), POSE_LOOKS[view.pose].presence);
    instances.set(slot, "mark", selected.get() === agent.id ? 1 : 0, view.job ? 1 : 0);
  }

  let before = selected.get();
  const rewrite = () => {
    const slot = before === undefined ? undefined : roster.slotOf(before);
    if (slot !== undefined && slot < instances.count) write(slot);
  };
  const undo = [
    roster.onChange(({ slots }) => {
      instances.resize(roster.standing.length);
      slots.forEach(write);
    }),
    selected.subscribe(() => {
      rewrite();
      before = selected.get();
      rewrite();
    }),
    stage.onFrame(() => instances.flush()),
  ];
  return {
    dispose() {
      for (const stop of undo) stop();
      instances.dispose();
      mesh.dispose();
      material.dispose();
    },
  };
}
