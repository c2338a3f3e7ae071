import { MOST_HEIGHT } from "./treasury-gauge.ts";

/** Metres, as all here beside the first few agents: how wide the column is, and how far its light is drawn to the side. */
const RADIUS = 0.46;
const REACH = 2.8;
/** Metres drawn above the top of the scale. */
const CROWN = 3;

/** A quad that stands in the axis and turns to the camera. */
export const COLUMN_VERTEX = `
attribute vec3 position;
uniform float size;
varying vec3 vAt;
varying float vClear;
void main() {
  vec2 toEye = normalize(eye.xz + vec2(1e-4, 0.0));
  vec3 right = vec3(-toEye.y, 0.0, toEye.x);
  // From above, the near and the far side of the column stand out over the axis.
  float slope = min(6.0, eye.y / max(0.01, length(eye.xz)));
  float y = mix(-${RADIUS} * slope - 0.2, ${MOST_HEIGHT + CROWN}.0, position.y * 0.5 + 0.5);
  vAt = right * position.x * ${REACH} + vec3(0.0, y, 0.0);
  vClear = haze(vAt * size);
  gl_Position = viewProjection * vec4(vAt * size, 1.0);
}
`;

/** A tube of glass full of light up to \`height\`: where each ray meets it is worked out, so it is round from everywhere. */
export const COLUMN_FRAGMENT = `
uniform float size;
uniform float height;
uniform float known;
uniform float flow;
uniform float beat;
uniform float stir; // sats that arrive or leave
varying vec3 vAt;
varying float vClear;
const float R = ${RADIUS};

// Light that runs up the wall, in lanes of its own speed; the beat comes round to the same picture.
float lanes(vec3 at) {
  float turn = (atan(at.x, at.z) / TAU + 0.5) * 18.0;
  float lane = floor(turn);
  float chance = hash(vec2(lane, 3.7));
  float way = fract(at.y * (0.22 + 0.16 * chance) - beat * (1.0 + floor(chance * 2.99)) + chance * 7.0);
  float across = abs(fract(turn) - 0.5);
  return smoothstep(0.34, 0.06, across) * pow(way, 7.0) * smoothstep(1.0, 0.985, way);
}
// Two strands of light that wind round the wall and turn with the beat.
float helix(vec3 at) {
  float turn = fract((atan(at.x, at.z) / TAU + 0.5) * 2.0 + at.y * 0.36 - beat);
  return exp(-pow((turn - 0.5) * 22.0, 2.0)) + exp(-pow((turn - 0.5) * 6.0, 2.0)) * 0.22;
}
float filled(float y) { return smoothstep(height + 0.015, height - 0.015, y) * smoothstep(-0.02, 0.05, y); }

void main() {
  vec3 from = eye / size;
  vec3 ray = normalize(vAt - from);
  float level = max(1e-4, dot(ray.xz, ray.xz));
  float nearest = -dot(from.xz, ray.xz) / level;
  vec3 axis = from + ray * nearest;
  float across = length(axis.xz);
  float side = sign(ray.x * from.z - ray.z * from.x);
  float y = axis.y;
  float fine = fwidth(across) * 0.8;

  vec3 green = mix(vec3(0.42, 0.62, 0.55), vec3(0.16, 1.0, 0.52), known);
  vec3 white = vec3(0.80, 1.0, 0.89);
  // Fuller of light towards the top: below stand those who must be read against it.
  float fill = mix(smoothstep(9.0, 0.0, y) * smoothstep(-0.02, 0.05, y), filled(y), known);
  float depth = mix(0.8, mix(0.42, 1.0, smoothstep(0.0, 1.0, y / height)), known);
  float wave = exp(-pow((fract(y * 0.2 - beat) - 0.5) * 4.6, 2.0)) * known;
  float lively = 0.35 + 0.65 * flow;
  vec3 c = vec3(0.0);

  if (across < R) {
    float edge = smoothstep(0.0, fine * 2.0, R - across);
    float inner = sqrt(1.0 - across * across / (R * R));
    float halfway = R * inner / sqrt(level);
    vec3 front = from + ray * (nearest - halfway);
    vec3 back = from + ray * (nearest + halfway);
    float rim = pow(across / R, 5.0) * edge;
    // Haze in the glass, its edge, and lanes on its near and far wall.
    c += green * fill * depth * inner * (0.07 + 0.10 * wave * lively);
    c += green * fill * rim * (0.34 + 0.30 * wave * lively + 0.5 * stir) * mix(0.7, 1.0, depth);
    c += mix(green, white, 0.3) * known * lively * depth
      * (lanes(front) * filled(front.y) * 0.95 + lanes(back) * filled(back.y) * 0.4);
    c += green * known * depth * (helix(front) * filled(front.y) * 0.34 + helix(back) * filled(back.y) * 0.14);
    // The glass goes on to the end of the scale, empty.
    float empty = known * smoothstep(0.0, 0.3, y - height) * smoothstep(${MOST_HEIGHT}.0, ${MOST_HEIGHT - 4}.0, y);
    c += green * empty * (rim * 0.10 + 0.008);
  }
  // The white-hot thread in the middle, and its breath around the glass.
  float thread = exp(-pow(across / max(0.034, fine), 2.0)) * min(1.0, 0.05 / max(0.034, fine));
  c += white * thread * fill * known * depth * (0.62 + 0.5 * wave * lively + 0.4 * stir);
  float outside = max(0.0, across - R);
  float near = min(y, height);
  float above = max(0.0, y - height);
  float breath = exp(-outside * 1.9) * 0.085 + exp(-outside * 7.0) * 0.10;
  c += green * breath * mix(fill, exp(-above * 2.2) * smoothstep(-0.1, 0.3, y), known) * depth * (0.75 + 0.6 * wave * flow + 0.8 * stir);

  // The top: a lens of light whose rim is the mark, a crown over it, and sparks that rise from it.
  if (known > 0.01) {
    float reach = (height - from.y) / (abs(ray.y) < 1e-4 ? 1e-4 : ray.y);
    float r = length((from + ray * reach).xz);
    float soft = fwidth(r);
    float isAhead = step(0.0, reach) * known;
    float lens = smoothstep(R + soft, R - soft, r);
    float ripple = 0.5 + 0.5 * sin(TAU * (r * 3.0 - beat * 2.0));
    c += isAhead * lens * (green * (0.20 + 0.16 * ripple * lively + 0.5 * stir) + white * exp(-r * r * 40.0) * 0.6);
    c += isAhead * white * exp(-pow((r - R) / max(0.02, soft * 1.2), 2.0)) * min(1.0, 0.05 / max(0.02, soft)) * 0.9;
    float crown = exp(-above * 1.1) * step(height, y);
    c += known * mix(green, white, 0.5) * crown * exp(-pow(across / max(0.05 + above * 0.05, fine), 2.0)) * 0.55;
    c += known * green * exp(-pow((y - height) * 2.2, 2.0)) * exp(-across * across * 1.6) * (0.20 + 0.25 * stir);
    float lane = floor((across * side + 0.5) * 14.0);
    float chance = hash(vec2(lane, 9.1));
    float rise = fract(y * 0.3 - beat * (1.0 + floor(chance * 1.99)) + chance * 5.0);
    float spark = smoothstep(0.93, 0.97, rise) * smoothstep(1.0, 0.98, rise) * smoothstep(0.42, 0.1, abs(fract((across * side + 0.5) * 14.0) - 0.5));
    c += known * mix(green, white, 0.4) * spark * step(height, y) * exp(-above * 1.3) * step(across, R * 0.95) * (0.25 + 0.75 * flow) * mix(1.0, 0.5, still);
  }
  // Light at the foot.
  c += green * exp(-max(0.0, y) * 1.8) * exp(-across * across * 2.2) * smoothstep(-0.35, 0.1, y) * 0.30;
  c *= smoothstep(${REACH}, ${REACH * 0.55}, across);
  gl_FragColor = light(c * vClear);
}
`;

/** What a plate is, as its attribute says. */
export const PLATES = { mark: 0, thousand: 1, top: 2, sign: 3 } as const;

/** Plates that lie around the column, like the marks on a gauge; and signs that face the camera beside it. */
export const PLATE_VERTEX = `
attribute vec3 position;
// how high it lies in metres; its own phase; what it is; the power of ten it marks
attribute vec4 plate;
uniform float height;
uniform float size;
uniform mat4 view;
varying vec2 vUv;
varying vec4 vPlate;
varying float vLit;
varying float vClear;
void main() {
  vPlate = plate;
  vUv = position.xy;
  float y = plate.z > ${PLATES.top - 0.5} && plate.z < ${PLATES.top + 0.5} ? height : plate.x;
  vLit = smoothstep(0.02, -0.02, y - height);
  vec3 at;
  if (plate.z > ${PLATES.sign - 0.5}) {
    vec3 right = vec3(view[0][0], view[1][0], view[2][0]);
    vec3 up = vec3(view[0][1], view[1][1], view[2][1]);
    vec3 centre = vec3(0.0, y, 0.0);
    float tall = clamp(distance(eye / size, centre) * 0.0075, 0.1, 0.34);
    at = centre + right * (1.02 + tall * (1.5 + position.x * 1.5)) + up * position.y * tall * 1.3;
  } else {
    at = vec3(position.x, 0.0, position.y) * (plate.z < ${PLATES.mark + 0.5} ? 0.72 : 1.2);
    at.y = y;
  }
  vClear = haze(at * size);
  gl_Position = viewProjection * vec4(at * size, 1.0);
}
`;

export const PLATE_FRAGMENT = `
uniform float known;
uniform float flow;
uniform float beat;
uniform float stir;
varying vec2 vUv;
varying vec4 vPlate;
varying float vLit;
varying float vClear;
float hexagon(vec2 p) {
  p = abs(p);
  return max(dot(p, vec2(0.8660254, 0.5)), p.y);
}
float stroke(vec2 p, vec2 a, vec2 b) {
  vec2 pa = p - a, ba = b - a;
  return length(pa - ba * clamp(dot(pa, ba) / dot(ba, ba), 0.0, 1.0));
}
// A line with its middle where d is 0, as wide as a pixel at least, and then dimmer.
float drawn(float d, float width) {
  float soft = fwidth(d);
  float wide = max(width, soft);
  return smoothstep(wide + soft, wide - soft * 0.5, abs(d)) * min(1.0, width / wide);
}
// "1k", "1M" or "1G", 2 wide and 1 high from the lower left.
float sign1(vec2 p, float power) {
  float d = min(stroke(p, vec2(0.42, 0.0), vec2(0.42, 1.0)), stroke(p, vec2(0.42, 1.0), vec2(0.2, 0.8)));
  p.x -= 0.95;
  if (power < 4.0) {
    d = min(d, stroke(p, vec2(0.0, 0.0), vec2(0.0, 1.0)));
    d = min(d, stroke(p, vec2(0.0, 0.28), vec2(0.46, 0.66)));
    return min(d, stroke(p, vec2(0.16, 0.42), vec2(0.5, 0.0)));
  }
  if (power < 7.0) {
    d = min(d, min(stroke(p, vec2(0.0, 0.0), vec2(0.0, 1.0)), stroke(p, vec2(0.72, 0.0), vec2(0.72, 1.0))));
    return min(d, min(stroke(p, vec2(0.0, 1.0), vec2(0.36, 0.5)), stroke(p, vec2(0.72, 1.0), vec2(0.36, 0.5))));
  }
  d = min(d, min(stroke(p, vec2(0.62, 0.84), vec2(0.46, 1.0)), stroke(p, vec2(0.46, 1.0), vec2(0.16, 1.0))));
  d = min(d, min(stroke(p, vec2(0.16, 1.0), vec2(0.0, 0.84)), stroke(p, vec2(0.0, 0.84), vec2(0.0, 0.16))));
  d = min(d, min(stroke(p, vec2(0.0, 0.16), vec2(0.16, 0.0)), stroke(p, vec2(0.16, 0.0), vec2(0.62, 0.0))));
  return min(d, min(stroke(p, vec2(0.62, 0.0), vec2(0.62, 0.46)), stroke(p, vec2(0.62, 0.46), vec2(0.36, 0.46))));
}
void main() {
  vec3 green = vec3(0.26, 1.0, 0.60);
  vec3 white = vec3(0.82, 1.0, 0.90);
  if (vPlate.z > ${PLATES.sign - 0.5}) {
    float d = sign1(vec2(vUv.x + 1.0, vUv.y * 1.3 * 0.5 + 0.5) * vec2(1.0, 1.0), vPlate.w);
    float soft = fwidth(d);
    gl_FragColor = light(mix(green, white, 0.35) * smoothstep(0.07 + soft, 0.07 - soft * 0.5, d) * mix(0.30, 0.85, vLit) * known * vClear);
    return;
  }
  float turn = TAU * (mix(time * 0.02, 0.0, max(still, step(0.5, quiet))) * (vPlate.y > 0.5 ? 1.0 : -1.0) + vPlate.y);
  vec2 p = mat2(cos(turn), -sin(turn), sin(turn), cos(turn)) * vUv;
  float r = length(vUv);
  // Each lights up as the wave passes it.
  float wave = exp(-pow((fract(vPlate.x * 0.2 - beat) - 0.5) * 4.6, 2.0)) * (0.35 + 0.65 * flow);
  float lit = mix(0.09, 0.38 + 0.62 * wave, vLit) * known;
  vec3 c;
  if (vPlate.z < ${PLATES.mark + 0.5}) {
    float ring = drawn(r - 0.80, 0.012);
    float tick = drawn(r - 0.88, 0.05) * step(0.92, abs(cos(TAU * 3.0 * (atan(p.x, p.y) / TAU))));
    c = green * (ring + tick * 0.7 + exp(-pow((r - 0.8) * 10.0, 2.0)) * 0.10) * lit;
  } else if (vPlate.z < ${PLATES.thousand + 0.5}) {
    float h = hexagon(p);
    float notch = step(0.25, abs(fract(atan(p.x, p.y) / TAU * 6.0) - 0.5));
    c = green * (drawn(h - 0.80, 0.014) * mix(0.5, 1.0, notch) + drawn(h - 0.66, 0.006) * 0.6
      + exp(-pow((h - 0.8) * 9.0, 2.0)) * 0.14) * lit * 1.15;
  } else {
    // The mark of today's height: a ring with four teeth that point inwards.
    float teeth = smoothstep(0.055, 0.035, abs(fract(atan(p.x, p.y) / TAU * 4.0) - 0.5) / max(0.2, (0.86 - r) * 7.0)) * step(r, 0.80) * step(0.62, r);
    c = (white * (drawn(r - 0.82, 0.016) + teeth * 0.8) + green * exp(-pow((r - 0.82) * 8.0, 2.0)) * (0.22 + 0.5 * stir)) * known;
  }
  gl_FragColor = light(c * vClear);
}
`;
