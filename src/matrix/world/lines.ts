import { Vector2 } from "@babylonjs/core/Maths/math.vector.pure.js";
import { strip } from "../stage/surface.ts";
import { createAgentDrawing } from "./agent-drawing.ts";
import { AGENT_GLSL } from "./agent-table.ts";
import { STRESS_GLSL } from "./colors.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { CURVE_GLSL } from "./curve.ts";
import { CHANGE_S } from "./motion.ts";
import { HEART_HEIGHT, ORDER } from "./places.ts";

const VERTEX = `
attribute vec3 position;
attribute float slot;
uniform float coreHeight;
uniform float swarm;   // how far the farthest agent is from the core, metres
uniform float calm;    // how brightly a line with nothing to tell is lit
uniform float crowded; // 0 a few agents, 1 thousands
uniform vec2 jobLight; // of lines of those with a job: how brightly they are lit, how much they give way near the core
varying float vT;
varying float vSide;   // CSS px from its middle
varying vec4 vTint;
varying vec2 vWire;
varying float vPhase;
varying float vLength;
varying float vClear;
${AGENT_GLSL}
${STRESS_GLSL}
${CURVE_GLSL}
void main() {
  vec4 place = placeOf(slot), look = lookOf(slot), work = workOf(slot), was = wasOf(slot);
  float there = thereOf(look);
  vec3 from = vec3(place.x, ${HEART_HEIGHT.toFixed(3)}, place.y);
  vec3 to = wireEnd(from, coreHeight, place.w);
  float lift = liftOf(from, to);
  vec3 at = onCurve(from, to, lift, position.x);
  vT = position.x;
  // A fine thread where there are thousands, one with a glow around it where there are few.
  float px = mix(7.0, 2.0, crowded);
  float busy = ringOf(work, fillOf(slot));
  // Near the core all lines meet: the more there are, the less of each is lit there, so that they stay a veil.
  float nearness = mix(1.0, clamp(length(at.xz) / swarm, 0.04, 1.0), crowded);
  float flow = work.z * comeTo(was.w, ${CHANGE_S.toFixed(3)});
  // In a crowd those with something to tell stand out, while they are few.
  float resting = calm * nearness * mix(1.0, 0.5 + 1.6 * flow, crowded);
  float telling = jobLight.x * mix(1.0, nearness, jobLight.y);
  float lit = litOf(look, was) * mix(resting, telling, busy);
  vTint = vec4(warmed(tintOf(slot).rgb, tintOf(slot).a), lit);
  vWire = vec2(work.y * busy, flow);
  vPhase = place.w;
  vLength = length(to - from);
  // One who comes reaches for the core; one who leaves lets go.
  vClear = haze(at) * step(position.x, there * 1.02);
  vSide = position.y * px;
  gl_Position = ribbon(from, to, lift, position.x, position.y, px);
}
`;

const FRAGMENT = `
varying float vT;
varying float vSide;   // CSS px from its middle
varying vec4 vTint;
varying vec2 vWire;
varying float vPhase;
varying float vLength;
varying float vClear;
void main() {
  float across = abs(vSide);
  float core = smoothstep(1.35, 0.4, across);
  float glow = exp(-across * across * 0.12) * 0.3;
  float metres = vT * vLength;
  float dash = mix(1.0, smoothstep(0.12, 0.2, abs(fract(metres * 1.6) - 0.5)) * (0.55 + 0.6 * pulse(0.4, vPhase)), vWire.x);
  // Little beads that run to the core while the agent is busy; cut off, they stop.
  float run = fract(metres * 0.42 - mix(time * 0.5, 0.0, max(still, step(0.5, quiet))) + vPhase);
  float bead = exp(-pow((run - 0.5) * 9.0, 2.0)) * vWire.y;
  float ends = smoothstep(0.0, 0.06, vT) * (0.55 + 0.45 * vT);
  vec3 c = vTint.rgb * (core * 0.75 + glow) * dash * (0.7 + 0.5 * vWire.x);
  c += mix(vTint.rgb, vec3(1.0), 0.4) * bead * (core * 0.8 + glow * 1.6);
  gl_FragColor = light(c * ends * vTint.a * vClear);
}
`;

/** Pieces of a line: enough for a smooth curve, few enough for ten thousand. */
const PIECES = 16;
/** From so many agents on lines begin to give way to each other, and from so many they do so wholly. */
const FEW = 12;
const MANY = 600;

/** How brightly a line is lit among so many, and how crowded they are: 0 few, 1 thousands. */
export function lightOf(count: number): { readonly calm: number; readonly crowded: number } {
  const crowded = Math.log(Math.max(1, count) / FEW) / Math.log(MANY / FEW);
  const veil = Math.min(1, (MANY / Math.max(1, count)) ** 0.9);
  return {
    calm: Math.min(1, 9 / Math.max(1, count) + 0.4 * veil),
    crowded: Math.min(1, Math.max(0, crowded)),
  };
}

/** The curved line that ties every agent to the treasury core: one draw. */
export function createLines(context: WorldContext): WorldFeature {
  const { stage, roster, crowd, treasury } = context;
  const shape = strip(PIECES);
  const spec = {
    name: "lines.wires",
    order: ORDER.lines,
    vertex: VERTEX,
    fragment: FRAGMENT,
    uniforms: ["coreHeight", "swarm", "calm", "crowded", "jobLight"],
    indices: shape.indices,
    vertices: { position: shape.position },
  };
  const drawing = createAgentDrawing(context, spec, [crowd.points, crowd.far, crowd.near]);
  const jobLight = new Vector2();
  const stop = stage.onFrame(() => {
    const { calm, crowded } = lightOf(roster.standing.length);
    drawing.material.setFloat("coreHeight", treasury.height * treasury.scale);
    drawing.material.setFloat("swarm", roster.radius);
    drawing.material.setFloat("calm", calm);
    drawing.material.setFloat("crowded", crowded);
    const jobs = lightOf(crowd.busy);
    jobLight.set(Math.max(calm, Math.min(1.15, jobs.calm + 0.15)), crowded * jobs.crowded);
    drawing.material.setVector2("jobLight", jobLight);
  });
  return {
    dispose() {
      stop();
      drawing.dispose();
    },
  };
}
