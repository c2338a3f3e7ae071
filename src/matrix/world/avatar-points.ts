import type { Drawing } from "../stage/drawing.ts";
import { QUAD } from "../stage/surface.ts";
import { createAgentDrawing } from "./agent-drawing.ts";
import { AGENT_MOTION_GLSL, FLECKS_GLSL } from "./agent-motion-glsl.ts";
import { AGENT_GLSL } from "./agent-table.ts";
import { STRESS_GLSL } from "./colors.ts";
import type { WorldContext } from "./context.ts";
import { CLIP_NAMES, type ClipName, ENTER_S, FADE_S } from "./motion.ts";
import { FIGURE_SCALE, ORDER } from "./places.ts";
import type { SlotList } from "./slot-list.ts";

/** A pose in the coarsest way, in metres of a figure at rest. */
interface Outline {
  /** How much lower than standing the body is. */
  readonly sunk: number;
  /** 1 when it stands, 0 when its legs are folded under it. */
  readonly stands: number;
  /** Where the hands are: from the middle outwards, and above the floor. */
  readonly left: readonly [number, number];
  readonly right: readonly [number, number];
}

const STANDING: Outline = { sunk: 0, stands: 1, left: [0.32, 0.86], right: [0.32, 0.86] };

const OUTLINES: Readonly<Record<ClipName, Outline>> = {
  idle: STANDING,
  waiting: { ...STANDING, left: [0.05, 1.18], right: [0.05, 1.22] },
  thinking: { ...STANDING, left: [0.02, 1.15], right: [0.06, 1.5] },
  working: { ...STANDING, left: [0.3, 1.2], right: [0.3, 1.28] },
  offering: { ...STANDING, left: [0.2, 1.0], right: [0.5, 1.3] },
  deep_focus: { sunk: 0.36, stands: 0, left: [0.36, 0.98], right: [0.36, 0.98] },
  asleep: { sunk: 0.72, stands: 0, left: [0.2, 1.05], right: [0.2, 1.05] },
  accept: { ...STANDING, right: [0.08, 1.35] },
  celebrate: { ...STANDING, left: [0.42, 1.98], right: [0.42, 1.98] },
  refuse: { ...STANDING, left: [-0.12, 1.38], right: [-0.12, 1.38] },
  hand_back: { ...STANDING, left: [0.34, 1.25], right: [0.34, 1.25] },
};

const COUNT = CLIP_NAMES.length;
const table = (of: (outline: Outline) => readonly [number, number, number, number]): string =>
  CLIP_NAMES.map(
    (name) =>
      `vec4(${of(OUTLINES[name])
        .map((value) => value.toFixed(3))
        .join(", ")})`,
  ).join(", ");

/** Metres, at rest, that the quad reaches to either side and upwards. */
const WIDE = 0.72;
const TALL = 2.2;
/** The least height of a figure in CSS px: what is farther away is drawn larger than it is. */
const LEAST_PX = 6;

const VERTEX = `
attribute vec3 position;
attribute float slot;
uniform mat4 view;
varying vec2 vAt;
varying vec4 vTint;
varying vec4 vLook;
varying vec4 vHands;
varying vec4 vBody; // sunk, stands, gone, clear
${AGENT_GLSL}
${AGENT_MOTION_GLSL}
const vec4 HANDS[${COUNT}] = vec4[${COUNT}](${table(({ left, right }) => [...left, ...right])});
const vec4 BODY[${COUNT}] = vec4[${COUNT}](${table(({ sunk, stands }) => [sunk, stands, 0, 0])});

void main() {
  vec4 place = placeOf(slot), motion = motionOf(slot), look = lookOf(slot), was = wasOf(slot);
  float fade = comeTo(motion.w, ${FADE_S});
  int from = clipAt(motion.x), to = clipAt(motion.y);
  vHands = mix(HANDS[from], HANDS[to], fade);
  vBody = vec4(mix(BODY[from].xy, BODY[to].xy, fade), goneOf(look), 1.0);
  // Which hand is to the right is seen from the front and from behind.
  vec3 right = vec3(view[0][0], view[1][0], view[2][0]), up = vec3(view[0][1], view[1][1], view[2][1]);
  float heading = headingOf(place, was);
  if (dot(right.xz, vec2(cos(heading), -sin(heading))) > 0.0) vHands = vHands.zwxy;

  vec3 base = vec3(place.x, 0.02, place.y);
  float perPx = 2.0 * (viewProjection * vec4(base, 1.0)).w
    / (viewport.y * length(vec3(viewProjection[0][1], viewProjection[1][1], viewProjection[2][1])));
  float size = ${FIGURE_SCALE.toFixed(2)} * max(1.0, perPx * ${LEAST_PX}.0 / ${(1.81 * FIGURE_SCALE).toFixed(2)});
  vAt = vec2(position.x * ${WIDE}, mix(-0.1, ${TALL}, position.y * 0.5 + 0.5));
  // Seen from above it is shorter, but never flat.
  vec3 at = base + size * (right * vAt.x + vec3(0.0, vAt.y, 0.0) + up * vAt.y * 0.3 * sqrt(max(0.0, 1.0 - up.y * up.y)));
  vBody.w = haze(at);
  vTint = tintOf(slot);
  vec4 work = workOf(slot);
  float breathing = work.y > 0.5 ? 0.72 + 0.45 * pulse(0.4, place.w) : 1.0;
  // In a crowd seen from afar, where a figure is a few px, those at rest step back behind those at work: dimmer, and
  // closer to one colour, or ten thousand colours would be noise.
  float lit = litOf(look, was);
  float rest = smoothstep(0.25, 0.9, perPx) * (1.0 - smoothstep(0.82, 1.1, lit));
  lit *= 1.0 - 0.7 * rest;
  vTint.rgb = mix(vTint.rgb, vec3(0.3, 0.95, 0.62) * max(vTint.r, max(vTint.g, vTint.b)), 0.65 * rest);
  vLook = vec4(comeTo(look.x, ${ENTER_S}), lit * breathing, look.w, place.w);
  gl_Position = viewProjection * vec4(at, 1.0);
}
`;

const FRAGMENT = `
varying vec2 vAt;
varying vec4 vTint;
varying vec4 vLook;
varying vec4 vHands;
varying vec4 vBody;
${STRESS_GLSL}
${FLECKS_GLSL}
// Distances in metres, below zero inside.
float limb(vec2 p, vec2 a, vec2 b, float thick, float thin) {
  vec2 ab = b - a;
  float t = clamp(dot(p - a, ab) / dot(ab, ab), 0.0, 1.0);
  return length(p - a - ab * t) - mix(thick, thin, t);
}
float armTo(vec2 p, vec2 hand, float sunk) {
  vec2 shoulder = vec2(0.2, 1.43 - sunk);
  vec2 reach = hand - shoulder;
  // The elbow hangs by as much as the arm is longer than its reach.
  float slack = sqrt(max(0.0, 0.075 - dot(reach, reach) * 0.25));
  vec2 aside = normalize(vec2(reach.y, -reach.x) + vec2(0.0, 0.0001));
  vec2 elbow = shoulder + reach * 0.5 + slack * 0.8 * aside * (aside.y > 0.05 ? -1.0 : 1.0);
  return min(limb(p, shoulder, elbow, 0.075, 0.055), limb(p, elbow, hand, 0.055, 0.035));
}
void main() {
  float sunk = vBody.x, stands = vBody.y;
  vec2 p = vAt, mirrored = vec2(abs(p.x), p.y);
  float y = p.y + sunk;
  // A hood, shoulders, a coat that widens to its hem, legs or what is folded of them, and two arms.
  float hood = length(vec2(p.x * (1.0 + 1.8 * max(0.0, y - 1.68)), (y - 1.665) * 0.74)) - 0.115;
  float shoulders = limb(mirrored, vec2(0.0, 1.47 - sunk), vec2(0.21, 1.42 - sunk), 0.09, 0.075);
  float waist = mix(0.255, 0.135, smoothstep(1.4, 1.08, y));
  float flare = waist + (1.08 - min(y, 1.08)) * 0.17;
  float hem = mix(0.82, 0.44, stands);
  float coat = max(mirrored.x - flare, max(y - 1.46, hem - y));
  float legs = limb(mirrored, vec2(0.1, 0.5), vec2(0.115, 0.05), 0.07, 0.06) + (1.0 - stands) * 9.0;
  float folded = limb(mirrored, vec2(0.0, 0.9 - sunk), vec2(0.36, 0.86 - sunk), 0.13, 0.08) + stands * 9.0;
  float arms = min(armTo(vec2(p.x, p.y), vec2(vHands.z, vHands.w - sunk), sunk),
    armTo(vec2(-p.x, p.y), vec2(vHands.x, vHands.y - sunk), sunk));
  float d = min(min(min(hood, shoulders), min(coat, arms)), min(legs, folded));
  float px = fwidth(p.y) * 0.75;
  float cover = smoothstep(px, -px, d);
  float front = vLook.x * ${TALL.toFixed(1)} - p.y;
  if (cover < 0.01 || (front < 0.0 && vLook.x < 1.0)) discard;
  float fleck = fleckOf(vBody.z, vec3(p.x, p.y, 0.12));
  if (fleck < 0.0) discard;

  float presence = vLook.y, chosen = vLook.z, phase = vLook.w, clear = vBody.w;
  vec3 own = warmed(vTint.rgb, vTint.a);
  float beat = heartbeat(vTint.a, phase);
  vec3 pale = mix(own, vec3(1.0), 0.55);
  // A figure's light is at its edges; one of few px is all edge.
  float soft = px / (px + 0.02);
  float rim = mix(max(exp(d / 0.03), step(arms, 0.0) * 0.7 * exp(arms / 0.018)), 0.42, soft);
  float face = smoothstep(0.012, -0.012, length(vec2(p.x, (y - 1.66) * 0.72)) - 0.072) * (1.0 - soft);
  float seam = mix(exp(-pow((hood + 0.012) / 0.02, 2.0)), 0.2, soft);
  float awake = smoothstep(0.3, 0.75, presence);
  float visor = exp(-pow((y - 1.672 - mirrored.x * 0.22) / max(0.012, px), 2.0)) * smoothstep(0.062, 0.04, mirrored.x) * (1.0 - 0.6 * soft);
  vec3 body = own * (0.08 + 0.16 * smoothstep(0.4, 1.7, y)) * (1.0 - 0.8 * face);
  vec3 lit = mix(own, vec3(1.0), 0.22) * rim * (1.0 - 0.8 * face) * (0.5 + 0.2 * beat) + own * seam * 0.18 + pale * visor * mix(0.2, 1.3, awake);
  lit += own * chosen * (0.15 + 0.4 * rim) + vec3(1.0) * exp(-pow(front / 0.05, 2.0)) * step(vLook.x, 0.999);
  lit += pale * fleck;
  float solid = mix(0.5, 0.74, presence) * mix(0.6, 1.0, clear);
  gl_FragColor = (matter(body * presence, solid * (1.0 - fleck)) + light(lit * presence * clear)) * cover;
}
`;

/** Agents as lit outlines that face the camera, each a quad: for those of few px, and for all while there is no figure. */
export const createAvatarPoints = (
  context: Pick<WorldContext, "stage" | "crowd">,
  lists: readonly SlotList[],
): Drawing<"slot"> =>
  createAgentDrawing(
    context,
    {
      name: "avatars.points",
      vertex: VERTEX,
      fragment: FRAGMENT,
      uniforms: ["view"],
      order: ORDER.figures,
      indices: QUAD.indices,
      vertices: { position: QUAD.position },
    },
    lists,
  );
