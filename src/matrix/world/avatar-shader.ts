import { STRESS_GLSL } from "./colors.ts";
import { CLIP_NAMES } from "./motion.ts";
import { FIGURE_SCALE } from "./places.ts";

/** Seconds that a change of pose takes to cross-fade. */
export const FADE_S = 0.45;
/** Seconds that a newcomer takes to appear. */
export const BIRTH_S = 1.4;

export const AVATAR_ATTRIBUTES = ["position", "normal", "matricesIndices", "matricesWeights"] as const;

/** What each figure has: see the shader. */
export const AVATAR_FIELDS = {
  /** x, z, heading, phase */
  place: 4,
  /** red, green, blue, budget stress */
  tint: 4,
  /** from clip, to clip, when each began; below 0 is long ago */
  motion: 4,
  /** when it appeared (below 0: long ago), presence, selected, the heading it turns from */
  look: 4,
} as const;

export const AVATAR_VERTEX = `
attribute vec3 position;
attribute vec3 normal;
attribute vec4 matricesIndices;
attribute vec4 matricesWeights;
attribute vec4 place;
attribute vec4 tint;
attribute vec4 motion;
attribute vec4 look;
uniform highp sampler2D bones;
uniform vec4 clips[${CLIP_NAMES.length}]; // first row, rows, seconds, loops
varying vec3 vAt;
varying vec3 vNormal;
varying vec3 vRest;
varying vec4 vTint;
varying vec4 vLook;

float since(float when) { return when < 0.0 ? 900.0 : age(when); }

void addJoint(float joint, float row, float weight, inout vec4 a, inout vec4 b, inout vec4 c) {
  ivec2 at = ivec2(int(joint) * 3, int(row));
  a += texelFetch(bones, at, 0) * weight;
  b += texelFetch(bones, at + ivec2(1, 0), 0) * weight;
  c += texelFetch(bones, at + ivec2(2, 0), 0) * weight;
}

void addRow(float row, float weight, inout vec4 a, inout vec4 b, inout vec4 c) {
  addJoint(matricesIndices.x, row, weight * matricesWeights.x, a, b, c);
  addJoint(matricesIndices.y, row, weight * matricesWeights.y, a, b, c);
}

void addClip(float index, float began, float weight, inout vec4 a, inout vec4 b, inout vec4 c) {
  vec4 clip = clips[int(index + 0.5)];
  float t;
  if (clip.w > 0.5) t = mix(fract(time / clip.z + place.w), 0.3, still) * clip.y;
  else t = mix(min(since(began) / clip.z, 1.0), 0.5, still) * (clip.y - 1.0);
  float row = floor(t);
  float next = clip.w > 0.5 ? mod(row + 1.0, clip.y) : min(row + 1.0, clip.y - 1.0);
  addRow(clip.x + row, weight * (1.0 - fract(t)), a, b, c);
  addRow(clip.x + next, weight * fract(t), a, b, c);
}

void main() {
  vec4 a = vec4(0.0), b = vec4(0.0), c = vec4(0.0);
  float fade = still > 0.5 ? 1.0 : smoothstep(0.0, ${FADE_S}, since(motion.w));
  addClip(motion.y, motion.w, fade, a, b, c);
  if (fade < 1.0) addClip(motion.x, motion.z, 1.0 - fade, a, b, c);

  vec3 p = vec3(dot(a.xyz, position) + a.w, dot(b.xyz, position) + b.w, dot(c.xyz, position) + c.w);
  vec3 n = vec3(dot(a.xyz, normal), dot(b.xyz, normal), dot(c.xyz, normal));
  // The file is right-handed, the world left-handed: mirror, then turn.
  p.x = -p.x;
  n.x = -n.x;
  float turn = place.z - look.w;
  turn -= TAU * floor(turn / TAU + 0.5);
  float heading = look.w + turn * (still > 0.5 ? 1.0 : smoothstep(0.0, 0.9, since(motion.w)));
  float s = sin(heading), k = cos(heading);
  p = vec3(p.x * k + p.z * s, p.y, p.z * k - p.x * s) * ${FIGURE_SCALE.toFixed(2)};
  n = vec3(n.x * k + n.z * s, n.y, n.z * k - n.x * s);
  vAt = p + vec3(place.x, 0.02, place.y);
  vNormal = n;
  vRest = position;
  vTint = tint;
  vLook = vec4(smoothstep(0.0, ${BIRTH_S}, since(look.x)), look.y, look.z, place.w);
  gl_Position = viewProjection * vec4(vAt, 1.0);
}
`;

export const AVATAR_FRAGMENT = `
varying vec3 vAt;
varying vec3 vNormal;
varying vec3 vRest;
varying vec4 vTint;
varying vec4 vLook;
${STRESS_GLSL}

// Bright within w of zero, soft at the edge.
float glowLine(float d, float w) { return exp(-(d * d) / (w * w)); }

void main() {
  float born = vLook.x, presence = vLook.y, chosen = vLook.z, phase = vLook.w;
  // A newcomer is built from the floor up.
  float front = born * 2.1 - vRest.y;
  if (front < 0.0) discard;

  vec3 n = normalize(vNormal);
  vec3 v = normalize(eye - vAt);
  float facing = clamp(dot(n, v), 0.0, 1.0);
  float edge = 1.0 - facing;
  vec3 own = warmed(vTint.rgb, vTint.a);
  float beat = heartbeat(vTint.a, phase);

  float rim = edge * edge * edge * (0.85 + 0.5 * beat);
  float hairline = smoothstep(0.72, 0.96, edge);
  float above = 0.5 + 0.5 * n.y;

  // Fine scan lines, and one broad band that climbs.
  float near = clamp(26.0 / dot(eye - vAt, eye - vAt) * 4.0, 0.0, 1.0);
  float scan = 0.5 + 0.5 * sin((vRest.y + fract(time * 0.02)) * TAU * 50.0);
  float climb = mix(glowLine(vRest.y - (fract(time * 0.16 + phase) * 3.2 - 0.6), 0.07), 0.0, still);

  // What rewards a close look: a visor, a heart, a spine, rings at the joints.
  float ahead = step(0.0, vRest.z);
  float visor = ahead * glowLine(vRest.y - 1.668, 0.013) * smoothstep(0.085, 0.055, abs(vRest.x));
  float heartAt = length(vec2(vRest.x, vRest.y - 1.335));
  float heart = ahead * (glowLine(heartAt, 0.02) + glowLine(heartAt - 0.045, 0.006) * 0.8);
  float middle = step(0.12, 0.2 - abs(vRest.x));
  float spine = middle * glowLine(vRest.x, 0.007) * step(vRest.z, 0.0) * step(1.0, vRest.y) * step(vRest.y, 1.44);
  float side = abs(vRest.x);
  float bands = glowLine(vRest.y - 1.02, 0.007) * step(side, 0.2) + glowLine(vRest.y - 0.5, 0.008)
    + glowLine(vRest.y - 0.13, 0.006) + glowLine(vRest.y - 0.955, 0.006) * step(0.26, side)
    + glowLine(vRest.y - 1.165, 0.007) * step(0.2, side);
  float detail = (visor * 2.2 + heart * (0.9 + 0.9 * beat) + spine + bands * 0.55) * step(0.5, presence);

  vec3 body = own * (0.13 + 0.4 * above * facing + 0.07 * scan * near);
  vec3 lit = own * (rim * 1.7 + climb * 0.28 + detail) + mix(own, vec3(1.0), 0.55) * hairline * 0.7;
  lit += own * chosen * (0.14 + 0.5 * rim);
  lit += vec3(1.0) * glowLine(front, 0.05) * step(born, 0.999);
  float clear = haze(vAt);
  float solid = mix(0.5, 0.74, presence) * mix(0.6, 1.0, clear);
  gl_FragColor = matter(body * presence, solid) + light(lit * presence * clear);
}
`;
