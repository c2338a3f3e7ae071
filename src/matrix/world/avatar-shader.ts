import { AGENT_MOTION_GLSL, FLECKS_GLSL } from "./agent-motion-glsl.ts";
import { AGENT_GLSL } from "./agent-table.ts";
import type { AvatarModel } from "./avatar-loader.ts";
import { CLIP_PROPS, PROP_NAMES, PROP_STEP, PROPS, propNumber } from "./avatar-props.ts";
import { STRESS_GLSL } from "./colors.ts";
import { CLIP_NAMES, type ClipName, ENTER_S, FADE_S } from "./motion.ts";
import { FIGURE_SCALE } from "./places.ts";

/** How a figure is drawn: `near` rewards a close look, `far` is a tenth of the triangles and a quarter of the reads. */
export type FigureLevel = "near" | "far";

/** How far forward the axis is that a head turns about, in metres at rest. */
const NECK_Z = "-0.01";
/** Metres, at rest, up to which a figure that leaps with its arms up may reach. */
const TALLEST = "2.7";
const CLIP_COUNT = CLIP_NAMES.length;

/** Reads the skinning matrix of a vertex: near, of two joints between two moments; far, of one joint at one moment. */
const SKIN: Readonly<Record<FigureLevel, string>> = {
  near: `
void addRow(float row, float weight, inout vec4 a, inout vec4 b, inout vec4 c) {
  addJoint(matricesIndices.x, row, weight * matricesWeights.x, a, b, c);
  addJoint(matricesIndices.y, row, weight * matricesWeights.y, a, b, c);
}
void addMoment(vec4 clip, float t, float weight, inout vec4 a, inout vec4 b, inout vec4 c) {
  float row = min(floor(t), clip.y - 1.0);
  float next = clip.z > 0.0 ? mod(row + 1.0, clip.y) : min(row + 1.0, clip.y - 1.0);
  addRow(clip.x + row, weight * (1.0 - fract(t)), a, b, c);
  addRow(clip.x + next, weight * fract(t), a, b, c);
}`,
  far: `
void addMoment(vec4 clip, float t, float weight, inout vec4 a, inout vec4 b, inout vec4 c) {
  addJoint(matricesIndices.x, clip.x + min(floor(t + 0.5), clip.y - 1.0), weight, a, b, c);
}`,
};

const glsl = (point: readonly number[]): string =>
  `vec${point.length}(${point.map((value) => value.toFixed(4)).join(", ")})`;
/** The number of what belongs to a clip, 0 for nothing. */
const propOfClip = (name: ClipName): number => {
  const prop = CLIP_PROPS[name];
  return prop ? propNumber(prop) : 0;
};

/** Poses a figure. The joints are those of the model that turn with the gaze and rise with the breath. */
export const avatarVertex = (
  level: FigureLevel,
  { headJoint, chestJoint }: Pick<AvatarModel, "headJoint" | "chestJoint">,
): string => `
attribute vec3 position;
attribute vec3 normal;
attribute vec4 matricesIndices;
attribute vec4 matricesWeights;
attribute vec4 paint;
attribute float slot;
uniform highp sampler2D bones;
uniform vec4 clips[${CLIP_COUNT}]; // first row, rows, seconds (below 0: plays once), the moment that tells most
varying vec3 vAt;
varying vec3 vNormal;
varying vec3 vRest;
varying vec4 vPaint;
varying vec4 vTint;
varying vec4 vLook;
varying float vGone;
${AGENT_GLSL}
${AGENT_MOTION_GLSL}
const float CLIP_PROPS[${CLIP_COUNT}] = float[${CLIP_COUNT}](${CLIP_NAMES.map((name) => `${propOfClip(name)}.0`).join(", ")});
const vec3 PROP_CENTRES[${PROP_NAMES.length}] = vec3[${PROP_NAMES.length}](${PROP_NAMES.map((prop) => glsl(PROPS[prop].centre)).join(", ")});
// How much of a vertex hangs on a joint.
float hangsOn(float joint) {
  return matricesWeights.x * step(abs(matricesIndices.x - joint), 0.5) + matricesWeights.y * step(abs(matricesIndices.y - joint), 0.5);
}

void addJoint(float joint, float row, float weight, inout vec4 a, inout vec4 b, inout vec4 c) {
  ivec2 at = ivec2(int(joint + 0.5) * 3, int(row + 0.5));
  a += texelFetch(bones, at, 0) * weight;
  b += texelFetch(bones, at + ivec2(1, 0), 0) * weight;
  c += texelFetch(bones, at + ivec2(2, 0), 0) * weight;
}
${SKIN[level]}
void addClip(vec4 clip, float began, float phase, float weight, inout vec4 a, inout vec4 b, inout vec4 c) {
  float runs = clip.z > 0.0 ? fract(time / clip.z + phase) : min(sinceTold(began) / -clip.z, 1.0);
  addMoment(clip, mix(runs, clip.w, still) * (clip.z > 0.0 ? clip.y : clip.y - 1.0), weight, a, b, c);
}

void main() {
  vec4 place = placeOf(slot), motion = motionOf(slot), look = lookOf(slot), mind = mindOf(slot), was = wasOf(slot);
  int to = clipAt(motion.y), from = clipAt(motion.x);
  float fade = comeTo(motion.w, ${FADE_S});
  vec4 a = vec4(0.0), b = vec4(0.0), c = vec4(0.0);
  addClip(clips[to], motion.w, place.w, fade, a, b, c);
  if (fade < 1.0) addClip(clips[from], motion.z, place.w, 1.0 - fade, a, b, c);

  // What is held or worn grows from its middle while its clip plays.
  vec3 rest = position;
  float prop = floor(paint.a * 255.0 / ${PROP_STEP}.0 + 0.5);
  if (prop > 0.5) {
    float shown = fade * step(abs(CLIP_PROPS[to] - prop), 0.5) + (1.0 - fade) * step(abs(CLIP_PROPS[from] - prop), 0.5);
    rest = mix(PROP_CENTRES[clamp(int(prop) - 1, 0, ${PROP_NAMES.length - 1})], rest, shown);
  }
  vec3 bent = normal;
  float head = hangsOn(${headJoint}.0);
  if (head > 0.0 && prop < 0.5) {
    float gaze = gazeOf(wanderOf(mind, was, fillOf(slot)), place.w) * head;
    float s = sin(gaze), k = cos(gaze);
    rest.z -= ${NECK_Z};
    rest.xz = vec2(rest.x * k - rest.z * s, rest.z * k + rest.x * s);
    bent.xz = vec2(bent.x * k - bent.z * s, bent.z * k + bent.x * s);
    rest.z += ${NECK_Z};
  }
  float chest = hangsOn(${chestJoint}.0);
  rest += (bent * 0.014 + vec3(0.0, 0.008, 0.0)) * chest * breathOf(mind, place.w);

  vec3 p = vec3(dot(a.xyz, rest) + a.w, dot(b.xyz, rest) + b.w, dot(c.xyz, rest) + c.w);
  vec3 n = vec3(dot(a.xyz, bent), dot(b.xyz, bent), dot(c.xyz, bent));
  // The file is right-handed, the world left-handed: mirror, then turn.
  p.x = -p.x;
  n.x = -n.x;
  vGone = goneOf(look);
  p.y += riseOf(vGone, position);
  float heading = headingOf(place, was);
  float s = sin(heading), k = cos(heading);
  p = vec3(p.x * k + p.z * s, p.y, p.z * k - p.x * s) * ${FIGURE_SCALE.toFixed(2)};
  n = vec3(n.x * k + n.z * s, n.y, n.z * k - n.x * s);
  vAt = p + vec3(place.x, 0.02, place.y);
  vNormal = n;
  vRest = position;
  vPaint = vec4(paint.rgb, prop);
  vTint = tintOf(slot);
  vLook = vec4(comeTo(look.x, ${ENTER_S}), litOf(look, was), look.w, place.w);
  gl_Position = viewProjection * vec4(vAt, 1.0);
}
`;

/**
 * The light of a surface's edge, and of the hairline at the very edge with where it begins and is full: on large
 * triangles both would be broad.
 */
const EDGE: Readonly<Record<FigureLevel, { rim: number; hairline: number; from: number; to: number }>> = {
  near: { rim: 1.6, hairline: 0.65, from: 0.7, to: 0.95 },
  far: { rim: 1.35, hairline: 0.36, from: 0.8, to: 1.1 },
};

/** What only a close look shows: it writes the light of a surface's details into \`detail\`. */
const DETAIL: Readonly<Record<FigureLevel, string>> = {
  near: `
  float turnAt = atan(vRest.x, vRest.z) / TAU;
  // Code falls through the cloth of the coat.
  vec2 cell = vec2(turnAt * 34.0, vRest.y * 26.0);
  float column = floor(cell.x);
  float fall = mix(fract(time * 0.05), 0.0, still) * 26.0 * floor(2.0 + 3.0 * hash(vec2(column, 3.0)));
  float head = fract((cell.y + fall) / 26.0 + hash(vec2(column, 7.0)));
  float code = glyph(cell, floor(mod(cell.y + fall, 26.0))) * pow(1.0 - head, 5.0) * step(0.55, hash(vec2(column, 5.0)));
  float cloth = isBody * step(0.95, vPaint.g) * step(0.36, vRest.y) * step(abs(vRest.x), 0.15 + max(0.0, 1.08 - vRest.y) * 0.2) * step(vRest.y, 1.36);
  detail += code * cloth * close * 0.5;

  // A light over the heart, the coat's overlapping front, its belt and its seams.
  float ahead = step(0.02, vRest.z), trunk = isBody * step(vRest.y, 1.365) * step(abs(vRest.x), 0.17) * step(0.9, vPaint.g);
  float heartAt = length(vRest.xy - vec2(0.088, 1.275));
  detail += ahead * trunk * (glowLine(heartAt, 0.009) * 1.6 + glowLine(heartAt - 0.021, 0.004)) * (0.6 + 0.8 * beat);
  float lapel = abs(vRest.x) - max(0.0, vRest.y - 1.14) * 0.34;
  detail += ahead * trunk * glowLine(lapel, 0.005) * step(1.1, vRest.y) * 0.6;
  detail += ahead * trunk * glowLine(vRest.x, 0.006) * step(vRest.y, 1.045) * step(0.8, vRest.y) * 0.5;
  vec2 buckle = abs(vec2(vRest.x, vRest.y - 1.077)) - vec2(0.026, 0.014);
  detail += ahead * isBody * step(max(buckle.x, buckle.y), 0.0) * step(-0.006, max(buckle.x, buckle.y)) * 1.2;
  detail += trunk * (1.0 - ahead) * glowLine(vRest.x, 0.006) * step(0.5, vRest.y) * 0.8;
  float scan = 0.5 + 0.5 * sin((vRest.y + mix(fract(time * 0.02), 0.0, still)) * TAU * 60.0);
  body *= 0.86 + 0.28 * scan * close;
`,
  far: "",
};

export const avatarFragment = (level: FigureLevel): string => `
varying vec3 vAt;
varying vec3 vNormal;
varying vec3 vRest;
varying vec4 vPaint;
varying vec4 vTint;
varying vec4 vLook;
varying float vGone;
${STRESS_GLSL}
${FLECKS_GLSL}

// Bright within w of zero, soft at the edge.
float glowLine(float d, float w) { return exp(-(d * d) / (w * w)); }

// The light of what is held or worn, 0 where there is nothing: a screen of text, a coin with a bolt, a band of dashes.
float propLight(float prop, float phase, float moving) {
  if (prop < 1.5) {
    vec3 from = vRest - ${glsl(PROPS.screen.centre)};
    vec2 size = ${glsl([PROPS.screen.radius * PROPS.screen.arc, PROPS.screen.height])};
    vec2 at = vec2(atan(from.x, from.z) / ${PROPS.screen.arc} + 0.5, from.y / size.y + 0.5);
    vec2 inset = min(at, 1.0 - at) * size;
    float frame = step(min(inset.x, inset.y), 0.012);
    vec2 cell = vec2(at.x * 20.0, at.y * 11.0 + moving * 44.0);
    float line = floor(mod(cell.y, 44.0));
    float inside = step(0.06, at.x) * step(at.x, 0.1 + 0.84 * hash(vec2(line, 1.0))) * step(0.09, at.y) * step(at.y, 0.91);
    return max(frame * 0.9, inside * glyph(cell, line) * 0.8);
  }
  if (prop < 2.5) {
    vec2 at = (vRest - ${glsl(PROPS.coin.centre)}).zx / ${PROPS.coin.radius};
    float r = length(at);
    float bolt = step(abs(at.x + at.y * 0.35 - 0.18 * sign(at.y)), 0.16) * step(abs(at.y), 0.62);
    return step(r, 1.0) * max(max(step(0.8, r), bolt), 0.22);
  }
  float turn = fract(atan(vRest.x, vRest.z + 0.01) / TAU + moving);
  return step(fract(turn * 3.0), 0.62) * step(0.12, fract(turn * 24.0));
}

void main() {
  float born = vLook.x, presence = vLook.y, chosen = vLook.z, phase = vLook.w, prop = floor(vPaint.a + 0.5);
  float isBody = step(prop, 0.5);
  // A newcomer is built from the floor up; one who leaves goes up in flecks.
  float front = born * ${TALLEST} - (vAt.y - 0.02) / ${FIGURE_SCALE.toFixed(2)};
  if (front < 0.0 && born < 1.0) discard;
  float fleck = fleckOf(vGone, vRest);
  if (fleck < 0.0) discard;

  vec3 own = warmed(vTint.rgb, vTint.a);
  float beat = heartbeat(vTint.a, phase);
  float clear = haze(vAt);
  if (isBody < 0.5) {
    float lit = propLight(prop, phase, mix(fract(time * 0.05 + phase), 0.0, still));
    if (lit < 0.05) discard;
    vec3 pale = mix(own, vec3(1.0), 0.35);
    gl_FragColor = matter(pale * lit * 0.5, 0.3) + light(pale * lit * presence * clear * 0.8);
    return;
  }
  vec3 n = normalize(vNormal);
  vec3 v = normalize(eye - vAt);
  float facing = clamp(dot(n, v), 0.0, 1.0);
  float edge = 1.0 - facing;
  float above = 0.5 + 0.5 * n.y;
  float open = vPaint.g;
  float close = clamp(110.0 / dot(eye - vAt, eye - vAt), 0.0, 1.0);

  // The body lets light through: its edge cubed, times a slow sine.
  float rim = edge * edge * edge * (0.85 + 0.5 * beat) * open;
  float hairline = smoothstep(${EDGE[level].from}, ${EDGE[level].to}, edge) * open;
  float climb = mix(glowLine(vRest.y - (mix(fract(time * 0.16 + phase), 0.5, still) * 3.2 - 0.6), 0.07), 0.0, still);
  float trim = smoothstep(0.55, 0.95, vPaint.r);
  float brow = vRest.y - 1.672 - abs(vRest.x) * 0.22;
  float visor = vPaint.b * step(0.0, vRest.z) * (glowLine(brow, 0.008) + 0.12 * glowLine(brow, 0.028))
    * smoothstep(0.06, 0.035, abs(vRest.x));
  vec3 body = own * (0.1 + 0.42 * above * facing) * open;
  float detail = 0.0;
${DETAIL[level]}
  float awake = smoothstep(0.3, 0.75, presence);
  vec3 pale = mix(own, vec3(1.0), 0.55);
  vec3 lit = own * (rim * ${EDGE[level].rim} + climb * 0.25 * open + detail * awake + trim * (0.35 + 0.35 * awake));
  lit += pale * (hairline * ${EDGE[level].hairline} + visor * 2.0 * mix(0.25, 1.0, awake));
  lit += own * chosen * (0.12 + 0.5 * rim);
  lit += vec3(1.0) * glowLine(front, 0.05) * step(born, 0.999);
  lit += pale * fleck * 1.4;
  float solid = mix(0.5, 0.74, presence) * mix(0.6, 1.0, clear);
  gl_FragColor = matter(body * presence, solid * (1.0 - fleck)) + light(lit * presence * clear);
}
`;
