import type { Tint } from "../../job/view.ts";

/** Red, green, blue from 0 to 1, as the screen takes them. */
export type Rgb = readonly [number, number, number];

/** Reads `#rrggbb`; anything else is the accent green, so that a wrong colour still shows an agent. */
export function rgbOf(hex: string): Rgb {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  if (!match) return ACCENT;
  const channel = (i: number) => Number.parseInt(match[i] ?? "0", 16) / 255;
  return [channel(1), channel(2), channel(3)];
}

export const ACCENT: Rgb = [0.35, 1, 0.62];
export const AMBER: Rgb = [1, 0.72, 0.26];
export const RED: Rgb = [1, 0.3, 0.26];
export const ICE: Rgb = [0.72, 0.95, 1];

/** What a job's tint means in the world; calm takes the agent's own colour. */
export const TINT_COLORS: Readonly<Record<Exclude<Tint, "calm">, Rgb>> = {
  attention: AMBER,
  good: ACCENT,
  trouble: RED,
};
const COLORED_TINTS = Object.keys(TINT_COLORS) as Exclude<Tint, "calm">[];
/** The tints in the order of their numbers in shaders. */
export const JOB_TINTS: readonly Tint[] = ["calm", ...COLORED_TINTS];

/** GLSL: the colour of a job's tint, by its number in `JOB_TINTS`. */
export const JOB_TINT_GLSL = `
vec3 jobTint(float tint, vec3 own) {
  ${COLORED_TINTS.map((tint, i) => `if (abs(tint - ${i + 1}.0) < 0.5) return vec3(${TINT_COLORS[tint].join(", ")});`).join("\n  ")}
  return own;
}
`;

/** GLSL: an agent's own colour, warmed to orange at a stress of 0.5 and to red at 1. */
export const STRESS_GLSL = `
vec3 warmed(vec3 own, float stress) {
  vec3 orange = vec3(1.0, 0.55, 0.16);
  float part = smoothstep(0.36, 0.5, stress);
  vec3 mixed = mix(own, orange, part);
  // Between colours that are far apart lies grey: it is taken out, and the light that is lost put back.
  vec3 warm = mixed - min(mixed.r, min(mixed.g, mixed.b)) * 3.2 * part * (1.0 - part);
  warm *= max(mixed.r, max(mixed.g, mixed.b)) / max(0.01, max(warm.r, max(warm.g, warm.b)));
  return mix(warm, vec3(1.0, 0.2, 0.14), smoothstep(0.55, 1.0, stress));
}
// Calm: one slow sine. Stressed: two faster ones that do not agree.
float heartbeat(float stress, float phase) {
  float calm = pulse(0.18, phase);
  float uneven = pulse(1.1, phase) * 0.6 + pulse(1.73, phase * 3.0) * 0.4;
  return mix(calm, uneven, smoothstep(0.35, 0.8, stress));
}
`;
