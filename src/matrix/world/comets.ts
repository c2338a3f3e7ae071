import { CLOCK_PERIOD_S } from "../stage/clock.ts";
import { createInstances, type Instances } from "../stage/instances.ts";
import { createSurface, strip } from "../stage/surface.ts";
import { ACCENT, AMBER, ICE, type Rgb } from "./colors.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { CURVE_GLSL } from "./curve.ts";
import { ORDER, satPoint } from "./places.ts";
import { createSatFlow, type Launch } from "./sat-flow.ts";

const FIELDS = {
  /** x, y, z where it leaves; when */
  from: 4,
  /** x, y, z where it arrives; seconds on the way (0 hides it) */
  to: 4,
  /** red, green, blue, size */
  tint: 4,
} as const;

/** The most comets at once; more wait a little and are merged. */
export const MOST_COMETS = 192;
/** Seconds on the way, between comets of a shower, and that the flash of an arrival stays. */
const FLIGHT_S = 1.7;
const APART_S = 0.13;
const FLASH_S = 0.7;

/** The tail is a strip on the curve (position.z 0); the head is a quad that faces the camera (1), and flashes at its end. */
const VERTEX = `
attribute vec3 position;
attribute vec4 from;
attribute vec4 to;
attribute vec4 tint;
varying vec3 vPart;
varying vec4 vTint;
varying float vFlash;
varying float vShow;
${CURVE_GLSL}
void main() {
  float gone = age(from.w);
  // A start that is still to come reads as almost a whole turn of the clock.
  if (gone > 900.0) gone = -1.0;
  float t = gone / max(to.w, 0.001);
  float lift = liftOf(from.xyz, to.xyz) * 1.5;
  vFlash = clamp((gone - to.w) / ${FLASH_S}, 0.0, 1.0);
  vShow = step(0.0, gone) * step(0.001, to.w) * step(vFlash, 0.999);
  vTint = tint;
  vPart = position;
  float head = mix(smoothstep(0.0, 1.0, min(t, 1.0)), 1.0, still);
  float reach = mix(0.22 + 0.12 * tint.w, 1.0, still);
  if (position.z < 0.5) {
    float along = max(0.0, head - reach * (1.0 - position.x));
    gl_Position = ribbon(from.xyz, to.xyz, lift, along, position.y, (3.2 + 4.6 * tint.w) * mix(0.25 + 0.75 * position.x, 1.0, still));
  } else {
    vec4 here = viewProjection * vec4(onCurve(from.xyz, to.xyz, lift, head), 1.0);
    float px = (15.0 + 17.0 * tint.w) * (1.0 + vFlash * 2.6) * clamp(26.0 / here.w, 0.45, 2.4);
    here.xy += (position.xy - vec2(0.5, 0.0)) * vec2(2.0, 1.0) * px * 2.0 / viewport * here.w;
    gl_Position = here;
  }
  // Standing still, the whole way lights up and fades again.
  vShow *= mix(1.0, smoothstep(0.0, 0.15, t) * smoothstep(1.0, 0.6, t), still);
  if (vShow < 0.001) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
`;

const FRAGMENT = `
varying vec3 vPart;
varying vec4 vTint;
varying float vFlash;
varying float vShow;
void main() {
  vec3 hot = mix(vTint.rgb, vec3(1.0, 0.98, 0.9), 0.4);
  if (vPart.z < 0.5) {
    float across = exp(-vPart.y * vPart.y * 5.0);
    float along = mix(vPart.x * vPart.x, 0.5, still) * (1.0 - vFlash);
    gl_FragColor = light(mix(vTint.rgb, hot, vPart.x * 0.5) * across * along * vShow);
    return;
  }
  vec2 p = (vPart.xy - vec2(0.5, 0.0)) * vec2(2.0, 1.0);
  float r = length(p);
  if (r > 1.0) discard;
  float ball = exp(-r * r * 8.0) * 0.9 + exp(-r * r * 70.0) * 2.0;
  float ring = exp(-pow((r - vFlash * 0.85) * 9.0, 2.0)) * step(0.001, vFlash) * 1.1;
  gl_FragColor = light((hot * ball * (1.0 - vFlash) + vTint.rgb * ring * (1.0 - vFlash)) * vShow);
}
`;

/** Paid in is amber, earned is green, given back is ice. */
const colorOf = ({ from, to }: Launch): Rgb => {
  if (to.kind === "gate") return ICE;
  return to.kind === "core" && from.kind === "agent" ? ACCENT : AMBER;
};

export interface Comets extends WorldFeature {
  readonly instances: Instances<keyof typeof FIELDS>;
  /** Sats on their way or waiting to leave. */
  flyingSats(): number;
}

/** Sats that move, as comets with a tail: from the gate to an agent, from an agent to the core or back to the gate. */
export function createComets({ stage, state, roster }: WorldContext): Comets {
  const material = stage.materials.create({
    name: "sats.comet",
    vertex: VERTEX,
    fragment: FRAGMENT,
    attributes: ["position", ...Object.keys(FIELDS)],
  });
  const tail = strip(22);
  const first = tail.position.values.length / 3;
  const mesh = createSurface(stage.scene, {
    name: "sats.comets",
    material,
    order: ORDER.comets,
    indices: [...tail.indices, first, first + 1, first + 2, first, first + 2, first + 3],
    vertices: {
      position: { size: 3, values: [...tail.position.values, 0, -1, 1, 1, -1, 1, 1, 1, 1, 0, 1, 1] },
    },
  });
  const instances = createInstances(mesh, FIELDS);
  const flow = createSatFlow();
  /** When each slot is free again (elapsed seconds), and what it carries. */
  const slots: { endsAt: number; amountSats: number }[] = [];

  function launch(each: Launch): void {
    const from = satPoint(each.from, roster);
    const to = satPoint(each.to, roster);
    // An agent that has left since has no ring to fly to; its sats are in the ledger, not here.
    if (!from || !to) return;
    const { elapsed, time } = stage.now;
    let slot = slots.findIndex((other) => other.endsAt <= elapsed);
    if (slot < 0) slot = slots.length;
    const delay = each.order * APART_S;
    slots[slot] = { endsAt: elapsed + delay + FLIGHT_S + FLASH_S, amountSats: each.amountSats };
    if (slot >= instances.count) instances.resize(slot + 1);
    const size = Math.min(1, Math.log10(1 + each.amountSats) / 4);
    instances.set(slot, "from", from.x, from.y, from.z, (time + delay) % CLOCK_PERIOD_S);
    instances.set(slot, "to", to.x, to.y, to.z, FLIGHT_S);
    instances.set(slot, "tint", ...colorOf(each), size);
  }

  const undo = [
    state.cues.subscribe((cue) => {
      if (cue.kind === "sats") flow.add(cue.from, cue.to, cue.amountSats);
    }),
    stage.onFrame(({ elapsed }) => {
      let busy = 0;
      slots.forEach((mine, slot) => {
        if (mine.endsAt > elapsed) busy += 1;
        else if (mine.amountSats > 0) {
          mine.amountSats = 0;
          instances.set(slot, "to", 0, 0, 0, 0);
        }
      });
      if (busy === 0 && slots.length > 0) {
        slots.length = 0;
        instances.resize(0);
      }
      for (const each of flow.take(MOST_COMETS - busy)) launch(each);
      instances.flush();
    }),
  ];
  return {
    instances,
    flyingSats: () => flow.waitingSats + slots.reduce((sum, slot) => sum + slot.amountSats, 0),
    dispose() {
      for (const stop of undo) stop();
      instances.dispose();
      mesh.dispose();
      material.dispose();
    },
  };
}
