import { CLIP_NAMES, LEAVE_S } from "./motion.ts";

/** GLSL after the agent table's own: how an agent breathes and looks round, and how one that leaves goes up in flecks. */
export const AGENT_MOTION_GLSL = `
// The number of a clip that there is, whatever the table says.
int clipAt(float index) { return int(clamp(index + 0.5, 0.5, ${CLIP_NAMES.length}.0 - 0.5)); }
// Breath from -1 to 1 times its depth. An uneven one is made of two that do not agree. Its rates never change: only how much of each there is.
float breathOf(vec4 mind, float phase) {
  float calm = sin(TAU * (time * 0.22 + phase)), uneven = 0.6 * sin(TAU * (time * 0.61 + phase)) + 0.4 * sin(TAU * (time * 0.37 + phase * 3.0));
  return mix(mix(calm, uneven, mind.w), 0.3, still) * mind.x;
}
// Radians that the head is turned to the left: it dwells at either side, and its way is not the same twice running.
float gazeOf(float wander, float phase) {
  float way = 0.65 * sin(TAU * (time * 0.071 + phase)) + 0.35 * sin(TAU * (time * 0.163 + phase * 5.0));
  return clamp(wander, 0.0, 1.2) * mix(way * (1.5 - 0.5 * way * way), 0.25, still);
}
// 0 while it is here, 1 when it is gone.
float goneOf(vec4 look) { return look.y < 0.0 ? 0.0 : comeTo(look.y, ${LEAVE_S}); }
// How far what leaves has risen, in metres.
float riseOf(float gone, vec3 rest) { return still > 0.5 ? 0.0 : gone * gone * (0.5 + 0.45 * rest.y); }
`;
/** GLSL: glyphs of a few lit squares, and the flecks of them that somebody who leaves goes up in. */
export const FLECKS_GLSL = `
// 1 on the strokes of the glyph in a cell; \`row\` chooses which it is.
float glyph(vec2 cell, float row) {
  vec2 square = floor(fract(cell) * vec2(5.0, 6.0));
  float mirrored = min(square.x, 3.0 - square.x);
  float inside = step(square.x, 3.5) * step(square.y, 4.5);
  return inside * step(0.45, hash(vec2(mirrored, square.y) + vec2(floor(cell.x), row) * 1.37));
}
// Below 0 where somebody who leaves is gone already, else how brightly the fleck glows.
float fleckOf(float gone, vec3 rest) {
  if (gone <= 0.0) return 0.0;
  vec2 cell = vec2(atan(rest.x, rest.z) * 4.0 + rest.x * 9.0, rest.y * 15.0);
  float when = 0.55 * rest.y / 1.9 + 0.4 * hash(floor(cell));
  float late = (gone - when * 0.7) * 3.4;
  if (late > 1.0) return -1.0;
  if (late > 0.12 && glyph(cell, floor(cell.y)) < 0.5) return -1.0;
  return smoothstep(0.0, 0.25, late);
}
`;
