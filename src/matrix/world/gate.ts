import { Vector4 } from "@babylonjs/core/Maths/math.vector.pure.js";
import { createDrawing } from "../stage/drawing.ts";
import { QUAD } from "../stage/surface.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { GATE, gatePlace, gateScale } from "./gate-place.ts";
import { ORDER } from "./places.ts";

/** What each quad of the gate is. */
const KINDS = { frame: 0, threshold: 1, beacon: 2 } as const;

/** Frames one behind the other make it deep; a threshold on the floor leads in; a beacon over it is seen from afar. */
const VERTEX = `
attribute vec3 position;
// what it is; how far behind the first frame: 0 to 1
attribute vec2 piece;
// x, y, z in metres; size
uniform vec4 gate;
varying vec2 vUv;
varying vec2 vPiece;
varying float vClear;
void main() {
  vPiece = piece;
  float up = position.y * 0.5 + 0.5;
  vec3 at;
  if (piece.x < 0.5) {
    float size = 1.0 - 0.12 * piece.y;
    vUv = vec2(position.x * 2.5, up * 4.8);
    at = vec3(vUv * size, -piece.y * 1.5);
  } else if (piece.x < 1.5) {
    vUv = vec2(position.x * ${GATE.halfWidth}, mix(-6.5, 3.0, up));
    at = vec3(vUv.x, 0.03, vUv.y);
  } else {
    vUv = vec2(position.x, up);
    at = vec3(position.x * 1.2, ${GATE.halfWidth + GATE.shoulder} + up * 9.0, 0.0);
  }
  at = gate.xyz + at * gate.w;
  vClear = haze(at);
  gl_Position = viewProjection * vec4(at, 1.0);
}
`;

const FRAGMENT = `
uniform vec4 gate;
uniform float stir;
varying vec2 vUv;
varying vec2 vPiece;
varying float vClear;
const vec3 AMBER = vec3(1.0, 0.70, 0.28);
const vec3 WARM = vec3(1.0, 0.93, 0.78);
// Distance to a gateway: two posts and a round arch over them. Negative inside.
float arch(vec2 p) {
  p.x = abs(p.x);
  if (p.y < ${GATE.shoulder}) return p.x - ${GATE.halfWidth};
  return length(vec2(p.x, p.y - ${GATE.shoulder})) - ${GATE.halfWidth};
}
// A line of so many metres with its middle where d is 0, as wide as a pixel at least, and then dimmer.
float drawn(float d, float width) {
  float soft = fwidth(d);
  float wide = max(width, soft);
  return smoothstep(wide + soft, wide - soft * 0.5, abs(d)) * min(1.0, width / wide);
}
void main() {
  float run = mix(time * 0.25, 0.0, max(still, step(0.5, quiet)));
  vec3 c;
  if (vPiece.x < 0.5) {
    float d = arch(vUv);
    float deep = mix(1.0, 0.22, vPiece.y);
    float foot = smoothstep(0.0, 0.5, vUv.y);
    // Light that runs up both posts to the top of the arch.
    float along = vUv.y < ${GATE.shoulder} ? vUv.y : ${GATE.shoulder} + ${GATE.halfWidth} * atan(vUv.y - ${GATE.shoulder}, abs(vUv.x));
    float beads = pow(fract(along * 0.38 - run), 9.0);
    float inner = drawn(d, 0.022) * (0.62 + 0.9 * stir);
    float outer = drawn(d - 0.17, 0.008) * 0.5;
    float rungs = step(0.0, d - 0.05) * step(d, 0.13) * step(0.62, fract(along * 2.2)) * 0.16;
    float glow = exp(-abs(d - 0.05) * 6.5) * (0.13 + 0.4 * stir);
    c = (AMBER * (inner + outer + rungs + glow) + WARM * beads * (drawn(d, 0.022) + glow) * (0.5 + stir)) * deep * (0.25 + 0.75 * foot);
    // A thin film in the first frame, with rings that run outwards; it lights up when sats pass.
    float film = smoothstep(0.0, -0.3, d) * step(vPiece.y, 0.01);
    float r = length(vUv - vec2(0.0, ${GATE.middle}));
    float ripple = 0.5 + 0.5 * sin(TAU * (r * 1.7 - run));
    c += film * (mix(vec3(0.25, 0.9, 0.6), AMBER, 0.45 + 0.55 * stir) * (0.018 + 0.035 * ripple * ripple)
      + AMBER * stir * (0.22 * ripple * ripple + 0.30 * exp(-r * r * 1.1)) + WARM * stir * exp(-r * r * 6.0) * 0.35);
    c *= smoothstep(2.5, 2.1, abs(vUv.x)) * smoothstep(4.8, 4.5, vUv.y);
  } else if (vPiece.x < 1.5) {
    // Arrows that point in.
    float ends = smoothstep(-6.5, -2.5, vUv.y) * smoothstep(3.0, 0.4, vUv.y);
    float arrow = fract((vUv.y + abs(vUv.x) * 0.75) * 0.8 - run * 2.0);
    float edge = drawn(abs(vUv.x) - ${GATE.halfWidth - 0.06}, 0.02);
    c = AMBER * ends * (smoothstep(0.55, 0.98, arrow) * smoothstep(1.0, 0.985, arrow) * (0.13 + 0.45 * stir) * smoothstep(1.62, 1.2, abs(vUv.x))
      + edge * 0.30 + 0.018 + 0.10 * stir * exp(-vUv.y * vUv.y * 0.4));
  } else {
    // Beside a few agents the gate is found without one.
    float wanted = smoothstep(1.3, 2.6, gate.w) * 0.8 + 0.2;
    float fade = (1.0 - vUv.y) * (1.0 - vUv.y);
    c = AMBER * fade * (exp(-vUv.x * vUv.x * 130.0) * (0.40 + 0.6 * stir) + exp(-vUv.x * vUv.x * 9.0) * (0.07 + 0.2 * stir)) * wanted
      * smoothstep(1.0, 0.6, abs(vUv.x));
  }
  gl_FragColor = light(c * vClear);
}
`;

/** Kind and depth of each quad. */
const PIECES: readonly (readonly [kind: number, depth: number])[] = [
  [KINDS.threshold, 0],
  [KINDS.beacon, 0],
  [KINDS.frame, 1],
  [KINDS.frame, 0.66],
  [KINDS.frame, 0.33],
  [KINDS.frame, 0],
];

/**
 * The gate at the edge of the swarm, where payers come in: one draw. It lights up when sats pass through it, and moves
 * outwards and grows with the swarm.
 */
export function createGate({ stage, roster, flights }: WorldContext): WorldFeature {
  const drawing = createDrawing(stage, {
    name: "gate.frames",
    vertex: VERTEX,
    fragment: FRAGMENT,
    uniforms: ["gate", "stir"],
    fields: { piece: 2 },
    order: ORDER.gate,
    indices: QUAD.indices,
    vertices: { position: QUAD.position },
  });
  const { instances, material } = drawing;
  instances.resize(PIECES.length);
  PIECES.forEach((piece, slot) => {
    instances.set(slot, "piece", ...piece);
  });
  const place = new Vector4();
  const stop = stage.onFrame(() => {
    const { x, y, z } = gatePlace(roster);
    material.setVector4("gate", place.set(x, y, z, gateScale(roster)));
    material.setFloat("stir", flights.traffic.gate);
    instances.flush();
  });
  return {
    dispose() {
      stop();
      drawing.dispose();
    },
  };
}
