import type { Tint } from "../../job/view.ts";
import { createInstances } from "../stage/instances.ts";
import { createSurface, QUAD } from "../stage/surface.ts";
import { ACCENT, AMBER, RED, type Rgb, rgbOf } from "./colors.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { JOB_RING_HEIGHT, JOB_RING_LIFT_PX, ORDER } from "./places.ts";
import type { Standing } from "./roster.ts";

const FIELDS = {
  /** x, z, phase, size (0 hides it) */
  place: 4,
  /** red, green, blue, 1 while a payment is awaited */
  tint: 4,
  /** how much of it is full: from, to, since when (below 0: long ago) */
  fill: 3,
} as const;

/** Seconds in which the ring fills to its next phase. */
const FILL_S = 0.8;
/** The shader takes a time below 0 for long ago. */
const LONG_AGO = -1;

const VERTEX = `
attribute vec3 position;
attribute vec4 place;
attribute vec4 tint;
attribute vec3 fill;
uniform mat4 view;
varying vec2 vUv;
varying vec4 vTint;
varying float vFill;
varying float vPhase;
varying float vClear;
void main() {
  vec3 right = vec3(view[0][0], view[1][0], view[2][0]);
  vec3 up = vec3(view[0][1], view[1][1], view[2][1]);
  vPhase = place.z;
  float breath = 1.0 + tint.a * 0.09 * (pulse(0.4, place.z) - 0.5) * 2.0;
  vec3 centre = vec3(place.x, ${JOB_RING_HEIGHT.toFixed(2)}, place.y);
  // Near by it need not be as large as from across the room.
  float size = 0.72 * clamp(distance(eye, centre) / 22.0, 0.42, 1.0);
  vec3 at = centre + (right * position.x + up * position.y) * size * place.w * breath;
  vUv = position.xy;
  vTint = tint;
  float eased = fill.z < 0.0 || still > 0.5 ? 1.0 : smoothstep(0.0, ${FILL_S}, age(fill.z));
  vFill = mix(fill.x, fill.y, eased);
  vClear = haze(at);
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
  float head = exp(-pow((part - vFill) * 34.0, 2.0)) * step(0.001, vFill);
  float dash = mix(1.0, smoothstep(0.0, 0.06, abs(fract(part * 14.0) - 0.5) - 0.18), vTint.a);
  float breathing = mix(1.0, 0.55 + 0.65 * pulse(0.4, vPhase), vTint.a);
  vec3 own = vTint.rgb;
  vec3 c = own * band * dash * mix(0.2 + 0.5 * vTint.a, 1.1, full) * breathing + own * glow * mix(0.25, 1.0, full) * breathing;
  c += mix(own, vec3(1.0), 0.7) * head * (band + glow) * (1.0 - vTint.a);
  float hub = smoothstep(0.11, 0.05, r) * 0.5;
  gl_FragColor = matter(own * 0.04, smoothstep(0.62, 0.5, r) * 0.5 * vClear) + light((c + own * hub) * vClear);
}
`;

/** What a job's tint means in the world; calm takes the agent's own colour. */
const TINT_COLORS: Readonly<Record<Exclude<Tint, "calm">, Rgb>> = {
  attention: AMBER,
  good: ACCENT,
  trouble: RED,
};

const tintOf = ({ view }: Standing): Rgb => {
  const tint = view.job?.tint ?? "calm";
  return tint === "calm" ? rgbOf(view.color) : TINT_COLORS[tint];
};

/** The ring over an agent that has a job: fills through the job's phases; dashed and breathing while it waits to be paid. */
export function createJobRings({ stage, roster }: WorldContext): WorldFeature {
  const material = stage.materials.create({
    name: "marks.job",
    vertex: VERTEX,
    fragment: FRAGMENT,
    attributes: ["position", ...Object.keys(FIELDS)],
    uniforms: ["view"],
  });
  const mesh = createSurface(stage.scene, {
    name: "marks.jobs",
    material,
    order: ORDER.jobRings,
    indices: QUAD.indices,
    vertices: { position: QUAD.position },
  });
  const instances = createInstances(mesh, FIELDS);
  /** What is in each slot, and when the ring that fills may be called full. */
  let shown: { jobId: string; progress: number; from: number; since: number }[] = [];

  function write(withJob: readonly Standing[]): void {
    const before = new Map(shown.map((each) => [each.jobId, each]));
    instances.resize(withJob.length);
    shown = withJob.map((agent, slot) => {
      const { job } = agent.view;
      const jobId = job?.jobId ?? "";
      const progress = job?.progress ?? 0;
      const old = before.get(jobId);
      // A ring that is seen for the first time is as full as it is: nothing is acted out again after a reload.
      const mine =
        !old || old.progress === progress
          ? (old ?? { jobId, progress, from: progress, since: LONG_AGO })
          : { jobId, progress, from: old.progress, since: stage.now.time };
      instances.set(slot, "place", agent.at.x, agent.at.z, agent.phase, 1);
      instances.set(slot, "tint", ...tintOf(agent), job?.awaitingPayment ? 1 : 0);
      instances.set(slot, "fill", mine.from, mine.progress, mine.since);
      return mine;
    });
  }

  const undo = [
    roster.onChange(() => write(roster.standing.filter((agent) => agent.view.job))),
    stage.onFrame(({ time }) => {
      shown.forEach((mine, slot) => {
        // Before the shaders' clock comes round to it again.
        if (mine.since < 0 || (time >= mine.since && time - mine.since <= FILL_S)) return;
        mine.since = LONG_AGO;
        instances.set(slot, "fill", mine.from, mine.progress, LONG_AGO);
      });
      instances.flush();
    }),
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
