/**
 * GLSL: the curve that lines and sats follow, from one place to another. It rises by `lift` metres in the middle and
 * bends a little to one side, so that two ways between the same places do not cover each other.
 */
export const CURVE_GLSL = `
vec3 onCurve(vec3 from, vec3 to, float lift, float t) {
  vec3 way = to - from;
  vec3 aside = vec3(way.z, 0.0, -way.x) * 0.1;
  vec3 middle = (from + to) * 0.5 + vec3(0.0, lift * 2.0, 0.0) + aside;
  return mix(mix(from, middle, t), mix(middle, to, t), t);
}
// Widens a curve to a ribbon of so many CSS px, whatever the distance; side is -1 or 1.
vec4 ribbon(vec3 from, vec3 to, float lift, float t, float side, float px) {
  vec4 here = viewProjection * vec4(onCurve(from, to, lift, t), 1.0);
  vec4 ahead = viewProjection * vec4(onCurve(from, to, lift, min(t + 0.01, 1.0)), 1.0);
  vec4 behind = viewProjection * vec4(onCurve(from, to, lift, max(t - 0.01, 0.0)), 1.0);
  vec2 along = (ahead.xy / max(ahead.w, 0.01) - behind.xy / max(behind.w, 0.01)) * viewport;
  vec2 across = normalize(vec2(-along.y, along.x) + vec2(1e-6, 0.0));
  here.xy += across * side * px / viewport * here.w;
  return here;
}
float liftOf(vec3 from, vec3 to) { return 0.35 + 0.085 * length(to - from); }
`;
