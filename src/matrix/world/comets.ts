import { CLOCK_PERIOD_S } from "../stage/clock.ts";
import { createDrawing } from "../stage/drawing.ts";
import type { Instances } from "../stage/instances.ts";
import { strip, type Vertices } from "../stage/surface.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { CURVE_GLSL } from "./curve.ts";
import { type Comet, type Departure, FLASH_S, sizeOf } from "./flights.ts";
import { gateScale } from "./gate-place.ts";
import { ORDER } from "./places.ts";

const FIELDS = {
  /** x, y, z where the flight leaves; when, on the shaders' clock */
  from: 4,
  /** x, y, z where the flight arrives; seconds on the way (0 hides it) */
  to: 4,
  /** red, green, blue, size */
  tint: 4,
  /** metres in x and z that this comet begins and ends beside the flight: a bundle's strands */
  strand: 4,
  /** how high the curve rises, what it arrives at (see GOALS), the radius of the flash there */
  course: 3,
} as const;

/** What a comet arrives at, for the shader: how the ring of its flash lies. */
const GOALS = { agent: 0, core: 1, gate: 2 } as const;
/** Radius in metres of a flash: a little more than an agent's ring on the floor, than the core, than the gate's opening. */
const FLASH_RADIUS = { agent: 2.4, core: 1.6, gate: 1.5 } as const;

/** Which part of the shape a vertex belongs to, in position.z. */
const PARTS = { tail: 0, head: 1, ring: 2 } as const;

/** The tail is a strip on the curve; the head a quad that faces the camera; the ring lies where it arrives. */
const VERTEX = `
attribute vec3 position;
attribute vec4 from;
attribute vec4 to;
attribute vec4 tint;
attribute vec4 strand;
attribute vec3 course;
uniform float crowd;
varying vec3 vPart;
varying vec4 vTint;
varying float vFlash;
varying float vShow;
varying float vMetres;
varying float vHeat;
${CURVE_GLSL}
// A bundle is gathered in the first third of its way and splits in the last.
vec3 onWay(float t) {
  vec2 aside = strand.xy * smoothstep(0.34, 0.0, t) + strand.zw * smoothstep(0.66, 1.0, t);
  return onCurve(from.xyz, to.xyz, course.x, t) + vec3(aside.x, 0.0, aside.y);
}
void main() {
  float gone = age(from.w);
  // A start that is still to come reads as almost a whole turn of the clock.
  if (gone > ${CLOCK_PERIOD_S - 100}.0) gone = -1.0;
  float t = gone / max(to.w, 0.001);
  vFlash = clamp((gone - to.w) / ${FLASH_S}, 0.0, 1.0);
  vShow = step(0.0, gone) * step(0.001, to.w) * step(vFlash, 0.999);
  vTint = tint;
  vPart = position;
  float head = mix(smoothstep(0.0, 1.0, min(t, 1.0)), 1.0, still);
  float reach = mix(0.30 + 0.14 * tint.w, 1.0, still);
  float spot = head;
  if (position.z < 0.5) {
    float along = max(0.0, head - reach * (1.0 - position.x));
    spot = along;
    vMetres = along * distance(from.xyz, to.xyz);
    float taper = mix(0.08, 1.0, position.x);
    gl_Position = widened(onWay(along), onWay(max(along - 0.01, 0.0)), onWay(min(along + 0.01, 1.0)),
      position.y, (4.2 + 7.0 * tint.w) * taper);
  } else if (position.z < 1.5) {
    vec4 here = viewProjection * vec4(onWay(head), 1.0);
    float px = (10.0 + 15.0 * tint.w) * clamp(26.0 / here.w, 0.5, 2.2) * mix(1.0, 0.72, crowd);
    here.xy += position.xy * px * 2.0 / viewport * here.w;
    gl_Position = here;
  } else {
    // The flash: flat on the floor around an agent, around the core, upright in the gate.
    vec2 spread = position.xy * (course.z + length(strand.zw)) * (0.35 + 0.65 * sqrt(vFlash));
    vec3 at = course.y < 0.5 ? vec3(to.x + spread.x, 0.05, to.z + spread.y)
      : course.y < 1.5 ? vec3(spread.x, to.y, spread.y)
      : to.xyz + vec3(spread, 0.0);
    gl_Position = viewProjection * vec4(at, 1.0);
    vShow *= step(0.001, vFlash);
  }
  // Standing still, the whole way lights up and fades again.
  vShow *= mix(1.0, smoothstep(0.0, 0.12, t) * smoothstep(1.0, 0.75, t), still);
  // Many at once would burn the picture out, most of all where their ways meet: there the gate and the core light up.
  float apart = smoothstep(0.0, 0.28, course.y < 0.5 ? spot : 1.0 - spot);
  vShow *= mix(1.0, 0.42 * mix(0.04, 1.0, apart), crowd);
  vHeat = mix(0.55, 0.12, crowd);
  if (vShow < 0.001) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
`;

const FRAGMENT = `
varying vec3 vPart;
varying vec4 vTint;
varying float vFlash;
varying float vShow;
varying float vMetres;
varying float vHeat;
void main() {
  vec3 hot = mix(vTint.rgb, vec3(1.0, 0.98, 0.92), vHeat);
  float ending = 1.0 - vFlash;
  if (vPart.z < 0.5) {
    float across = vPart.y * vPart.y;
    float along = mix(pow(vPart.x, 1.6), 0.12 + 0.88 * vPart.x, still);
    // A bright thread in a soft sheath, with sparks that stay behind in it.
    float spark = step(0.82, hash(vec2(floor(vMetres * 9.0), floor(vPart.y * 2.0)))) * (1.0 - vPart.x) * vPart.x * 3.0;
    vec3 c = vTint.rgb * exp(-across * 4.5) * (0.75 + spark) + hot * exp(-across * 34.0) * vPart.x * 1.1;
    gl_FragColor = light(c * along * ending * vShow);
    return;
  }
  float r = length(vPart.xy);
  if (r > 1.0) discard;
  if (vPart.z < 1.5) {
    float ball = exp(-r * r * 90.0) * 2.4 + exp(-r * r * 16.0) * 0.75 + exp(-r * r * 4.5) * 0.16;
    float burst = exp(-r * 5.0) * step(0.001, vFlash) * 1.2;
    gl_FragColor = light((mix(vTint.rgb, hot, exp(-r * r * 30.0)) * ball * mix(1.0, 0.5, still) + hot * burst)
      * ending * ending * vShow * smoothstep(1.0, 0.7, r));
    return;
  }
  float ring = exp(-pow((r - 0.86) * 15.0, 2.0)) + smoothstep(0.4, 0.86, r) * smoothstep(0.9, 0.84, r) * 0.22;
  gl_FragColor = light(vTint.rgb * ring * ending * ending * (0.7 + 0.5 * vTint.w) * vShow);
}
`;

/** The shape of one comet: its tail, its head and the ring of its flash. */
function cometShape(): { indices: number[]; position: Vertices } {
  const tail = strip(24);
  const values = [...tail.position.values];
  const indices = [...tail.indices];
  for (const part of [PARTS.head, PARTS.ring]) {
    const first = values.length / 3;
    indices.push(first, first + 1, first + 2, first, first + 2, first + 3);
    values.push(-1, -1, part, 1, -1, part, 1, 1, part, -1, 1, part);
  }
  return { indices, position: { size: 3, values } };
}

/** So many comets fill the picture. */
const FULL_SKY = 500;

export interface Comets extends WorldFeature {
  readonly instances: Instances<keyof typeof FIELDS>;
}

/** Sats that move, as comets with a tail that flash where they arrive: one draw, whatever moves. */
export function createComets({ stage, roster, flights }: WorldContext): Comets {
  const shape = cometShape();
  const drawing = createDrawing(stage, {
    name: "sats.comets",
    vertex: VERTEX,
    fragment: FRAGMENT,
    uniforms: ["crowd"],
    fields: FIELDS,
    order: ORDER.comets,
    indices: shape.indices,
    vertices: { position: shape.position },
  });
  const { instances, material } = drawing;
  /** When each slot is free again, in elapsed seconds; 0 when it is. */
  const endsAt: number[] = [];
  const free: number[] = [];

  function draw({ from, to, lift, goal, flightS, flight }: Departure, comet: Comet): void {
    const { time, elapsed } = stage.now;
    const slot = free.pop() ?? endsAt.length;
    endsAt[slot] = comet.leavesAt + flightS + FLASH_S;
    if (slot >= instances.count) instances.resize(slot + 1);
    const { gathers, splits } = comet;
    const leaves = (time + comet.leavesAt - elapsed) % CLOCK_PERIOD_S;
    const radius = FLASH_RADIUS[goal] * (goal === "gate" ? gateScale(roster) : 1);
    instances.set(slot, "from", from.x, from.y, from.z, leaves);
    instances.set(slot, "to", to.x, to.y, to.z, flightS);
    instances.set(slot, "tint", ...flight.color, sizeOf(comet.amountSats));
    instances.set(slot, "strand", gathers.x, gathers.z, splits.x, splits.z);
    instances.set(slot, "course", lift, GOALS[goal], radius);
  }

  const undo = [
    flights.onDeparture((departure) => {
      for (const comet of departure.comets) draw(departure, comet);
    }),
    stage.onFrame(({ elapsed }) => {
      endsAt.forEach((end, slot) => {
        if (end === 0 || end > elapsed) return;
        endsAt[slot] = 0;
        free.push(slot);
        instances.set(slot, "to", 0, 0, 0, 0);
      });
      const busy = endsAt.length - free.length;
      if (busy === 0 && endsAt.length > 0) {
        endsAt.length = 0;
        free.length = 0;
        instances.resize(0);
      }
      material.setFloat("crowd", Math.min(1, busy / FULL_SKY));
      instances.flush();
    }),
  ];
  return {
    instances,
    dispose() {
      for (const stop of undo) stop();
      drawing.dispose();
    },
  };
}
