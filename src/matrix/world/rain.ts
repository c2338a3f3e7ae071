import { Constants } from "@babylonjs/core/Engines/constants.js";
import { RawTexture } from "@babylonjs/core/Materials/Textures/rawTexture.js";
import { createDrawing } from "../stage/drawing.ts";
import { QUAD } from "../stage/surface.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { ORDER } from "./places.ts";
import { ATLAS_COLUMNS, ATLAS_ROWS, drawRainAtlas, RAIN_GLYPHS } from "./rain-glyphs.ts";
import { createRandom } from "./random.ts";

const FIELDS = {
  /** angle, how far out (0 to 1), falls a second in thousandths of its height, seed */
  column: 4,
} as const;

const COLUMNS = 460;
/** Signs above each other in a column, and the height of one in metres. */
const CELLS = 30;
const CELL_M = 0.78;
/** The radius of a swarm for which a sign has that height. */
const SMALL_SWARM_M = 14;

const VERTEX = `
attribute vec3 position;
attribute vec4 column;
uniform float swarm;
uniform float density;
uniform float size;
varying vec2 vUv;
varying vec4 vColumn;
varying float vShow;
varying float vRise;
void main() {
  float inner = swarm + 7.0;
  float radius = inner + column.y * (swarm * 1.6 + 30.0);
  vec3 foot = vec3(sin(column.x) * radius, 0.0, cos(column.x) * radius);
  vec2 toEye = normalize(eye.xz - foot.xz + vec2(1e-4, 0.0));
  vec3 right = vec3(-toEye.y, 0.0, toEye.x);
  float rise = position.y * 0.5 + 0.5;
  vec3 at = foot + (right * position.x * ${(CELL_M * 0.5).toFixed(3)} + vec3(0.0, rise * ${(CELLS * CELL_M).toFixed(2)}, 0.0)) * size;
  // Nothing falls between the camera and the agents.
  float middle = length(eye);
  float away = distance(eye, foot);
  float behind = smoothstep(middle * 0.72, middle * 1.05, away);
  float on = smoothstep(0.06, 0.0, column.w - density);
  vShow = behind * on * haze(at * vec3(0.9, 1.0, 0.9));
  vUv = vec2(position.x * 0.5 + 0.5, rise);
  vColumn = column;
  vRise = at.y / size;
  gl_Position = vShow < 0.004 ? vec4(2.0, 2.0, 2.0, 1.0) : viewProjection * vec4(at, 1.0);
}
`;

const FRAGMENT = `
uniform sampler2D glyphs;
varying vec2 vUv;
varying vec4 vColumn;
varying float vShow;
varying float vRise;
void main() {
  float cells = ${CELLS}.0;
  float y = (1.0 - vUv.y) * cells;
  float cell = floor(y);
  // Rounded, as a value between vertices is only nearly the same everywhere.
  float seed = (floor(vColumn.w * ${COLUMNS}.0) + 0.5) / ${COLUMNS}.0;
  float speed = floor(vColumn.z + 0.5);
  // Two drops a column; each is a bright head with a tail above it.
  float fall = mix(fract(time * speed * 0.001 + seed * 7.13), seed, still);
  float lit = 0.0;
  float head = 0.0;
  for (int i = 0; i < 2; i++) {
    float at = fract(fall + float(i) * 0.5 + seed * 0.2) * (cells + 14.0);
    float behind = at - cell;
    float tail = 9.0 + 7.0 * hash(vec2(seed, float(i)));
    lit = max(lit, step(0.0, behind) * pow(max(0.0, 1.0 - behind / tail), 1.6));
    head = max(head, step(0.0, behind) * step(behind, 1.0));
  }
  // Signs change now and then, each in its own time.
  float change = floor(mix(time, 0.0, still) * 2.0 + hash(vec2(cell, seed)) * 20.0) * step(0.55, hash(vec2(seed, cell)));
  float glyph = floor(hash(vec2(cell + seed * 91.7, change * 0.173)) * ${RAIN_GLYPHS}.0);
  vec2 at = vec2(mod(glyph, ${ATLAS_COLUMNS}.0) + vUv.x, floor(glyph / ${ATLAS_COLUMNS}.0) + fract(y));
  // The sign jumps from cell to cell, its size does not: slopes come from the smooth coordinates.
  vec2 cells2 = vec2(${ATLAS_COLUMNS}.0, ${ATLAS_ROWS}.0);
  vec2 smooth2 = vec2(vUv.x, (1.0 - vUv.y) * cells) / cells2;
  float ink = textureGrad(glyphs, at / cells2, dFdx(smooth2), dFdy(smooth2)).r;
  vec3 c = mix(vec3(0.05, 0.62, 0.33), vec3(0.72, 1.0, 0.85), head) * (lit * 0.44 + head * 0.34);
  float edges = smoothstep(0.0, 2.5, vRise) * smoothstep(1.0, 0.82, vUv.y);
  if (lit < 0.01) discard;
  gl_FragColor = light(c * ink * vShow * (0.25 + 0.75 * edges));
}
`;

/** Rain of signs around the swarm, thicker while there is work, thin when the link is down. One still buffer, one draw. */
export function createRain({ stage, roster, mood }: WorldContext): WorldFeature {
  const { scene, materials } = stage;
  const atlas = drawRainAtlas();
  const glyphs = RawTexture.CreateRTexture(
    atlas.texels,
    atlas.width,
    atlas.height,
    scene,
    true,
    false,
    Constants.TEXTURE_TRILINEAR_SAMPLINGMODE,
    Constants.TEXTURETYPE_UNSIGNED_BYTE,
  );
  glyphs.name = "rain.glyphs";
  const rain = createDrawing(stage, {
    name: "rain.columns",
    order: ORDER.rain,
    vertex: VERTEX,
    fragment: FRAGMENT,
    uniforms: ["swarm", "density", "size"],
    samplers: ["glyphs"],
    indices: QUAD.indices,
    vertices: { position: QUAD.position },
    fields: FIELDS,
  });
  const { instances, material } = rain;
  material.setTexture("glyphs", glyphs);
  instances.resize(COLUMNS);
  const random = createRandom(11);
  for (let i = 0; i < COLUMNS; i++) {
    instances.set(
      i,
      "column",
      random() * 2 * Math.PI,
      random() ** 0.8,
      Math.round(25 + random() * 55),
      (i + 0.5) / COLUMNS,
    );
  }
  instances.flush();
  const stop = stage.onFrame(() => {
    material.setFloat("swarm", roster.radius);
    // Around a swarm twice as wide the signs are twice as large, so that it rains alike on any swarm.
    material.setFloat("size", Math.max(1, roster.radius / SMALL_SWARM_M));
    material.setFloat("density", (0.42 + 0.58 * mood.activity) * (1 - 0.7 * materials.globals.quiet));
  });
  return {
    dispose() {
      stop();
      rain.dispose();
      glyphs.dispose();
    },
  };
}
