import { createInstances } from "../stage/instances.ts";
import { createSurface, strip } from "../stage/surface.ts";
import { rgbOf } from "./colors.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { CURVE_GLSL } from "./curve.ts";
import { POSE_LOOKS } from "./motion.ts";
import { CHEST_HEIGHT, ORDER } from "./places.ts";

const FIELDS = {
  /** x, y, z where it leaves the agent; phase */
  from: 4,
  /** red, green, blue, brightness */
  tint: 4,
  /** 1 while a payment is awaited; how much flows */
  wire: 2,
} as const;

/** The lines meet the core a little apart from each other, so that they join it as a wreath. */
const VERTEX = `
attribute vec3 position;
attribute vec4 from;
attribute vec4 tint;
attribute vec2 wire;
uniform float coreHeight;
varying float vT;
varying float vSide;
varying vec4 vTint;
varying vec2 vWire;
varying float vPhase;
varying float vLength;
varying float vClear;
${CURVE_GLSL}
void main() {
  vec3 out2 = normalize(vec3(from.x, 0.0, from.z) + vec3(1e-4, 0.0, 0.0));
  vec3 to = out2 * 0.55 + vec3(0.0, coreHeight * (0.32 + 0.22 * from.w), 0.0);
  float lift = liftOf(from.xyz, to);
  vT = position.x;
  vSide = position.y;
  vTint = tint;
  vWire = wire;
  vPhase = from.w;
  vLength = length(to - from.xyz);
  vClear = haze(onCurve(from.xyz, to, lift, position.x));
  gl_Position = ribbon(from.xyz, to, lift, position.x, position.y, 7.0);
}
`;

const FRAGMENT = `
varying float vT;
varying float vSide;
varying vec4 vTint;
varying vec2 vWire;
varying float vPhase;
varying float vLength;
varying float vClear;
void main() {
  float across = abs(vSide) * 7.0;
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

/** The curved line that ties every agent to the treasury core: one draw. */
export function createLines({ stage, roster, treasury }: WorldContext): WorldFeature {
  const material = stage.materials.create({
    name: "lines.wire",
    vertex: VERTEX,
    fragment: FRAGMENT,
    attributes: ["position", ...Object.keys(FIELDS)],
    uniforms: ["coreHeight"],
  });
  const shape = strip(28);
  const mesh = createSurface(stage.scene, {
    name: "lines.wires",
    material,
    order: ORDER.lines,
    indices: shape.indices,
    vertices: { position: shape.position },
  });
  const instances = createInstances(mesh, FIELDS);

  const undo = [
    roster.onChange(({ slots }) => {
      instances.resize(roster.standing.length);
      // In a crowd only those with something to tell stand out.
      const calm = Math.min(1, 7 / Math.max(1, roster.standing.length) + 0.07);
      for (const slot of slots) {
        const agent = roster.standing[slot];
        if (!agent) continue;
        const { view, at, phase } = agent;
        const { presence, flow } = POSE_LOOKS[view.pose];
        instances.set(slot, "from", at.x, CHEST_HEIGHT * 0.86, at.z, phase);
        instances.set(
          slot,
          "tint",
          ...rgbOf(view.color),
          presence * (view.job ? Math.min(1.15, calm * 2.2 + 0.12) : calm),
        );
        instances.set(slot, "wire", view.job?.awaitingPayment ? 1 : 0, flow);
      }
    }),
    stage.onFrame(() => {
      material.setFloat("coreHeight", treasury.height * treasury.scale);
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
