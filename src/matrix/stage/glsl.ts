import { CLOCK_PERIOD_S } from "./clock.ts";

/** Uniforms every shader of the stage has, and what they share. Written before both stages of a shader. */
export const PRELUDE = `
precision highp float;
uniform float time;      // seconds on the shaders' clock
uniform float quiet;     // 0 live, 1 cut off: the world dims and stands still
uniform float still;     // 1 when nothing may travel or pulse
uniform float fog;       // 1 / metres
uniform vec3 eye;        // the camera, metres
uniform vec2 viewport;   // CSS px
uniform mat4 viewProjection;
const float TAU = 6.2831853;

float haze(vec3 at) { float d = length(at - eye) * fog; return exp(-d * d); }
float hash(vec2 p) { p = fract(p * vec2(123.34, 456.21)); p += dot(p, p + 45.32); return fract(p.x * p.y); }
float age(float since) { return mod(time - since + ${CLOCK_PERIOD_S}.0, ${CLOCK_PERIOD_S}.0); }
// A sine between 0 and 1. Rates are whole thousandths of a hertz: see the clock.
float pulse(float hertz, float phase) { return mix(0.5 + 0.5 * sin(TAU * (time * hertz + phase)), 0.6, still); }
vec3 hushed(vec3 c) { return mix(c, vec3(dot(c, vec3(0.3, 0.6, 0.1))) * vec3(0.66, 0.82, 0.74) * 0.8, quiet); }
`;

/** Light that adds to what is behind it, and matter that hides it by `a`. Both for premultiplied blending. */
export const OUTPUT = `
vec4 light(vec3 c) { return vec4(hushed(c), 0.0); }
vec4 matter(vec3 c, float a) { return vec4(hushed(c) * a, a); }
`;
