import type { RawTexture } from "@babylonjs/core/Materials/Textures/rawTexture.js";
import { Vector2 } from "@babylonjs/core/Maths/math.vector.pure.js";
import { createDataTexture, DATA_WIDTH } from "../../stage/data-texture.ts";
import { createDrawing, type Drawing } from "../../stage/drawing.ts";
import type { Stage } from "../../stage/stage.ts";
import { QUAD } from "../../stage/surface.ts";
import { COLUMNS } from "../glyph-atlas.ts";
import { HEAD_HEIGHT, JOB_RING_FULL_FROM_M, JOB_RING_LEAST, ORDER } from "../places.ts";

/** The most lines of text at once. */
export const MOST_LINES = DATA_WIDTH;
/** Seconds in which one line goes and then another appears in its place: never both at once. */
export const LINE_FADE_S = 0.36;
/** How far a line is on its way, `part` of that time after it set out. The shader reckons alike. */
export const fadeOf = (from: number, to: number, part: number): number => {
  const t = Math.min(1, Math.max(0, to > from ? part * 2 - 1 : part * 2));
  return from + (to - from) * t * t * (3 - 2 * t);
};
/** Height in metres that a name hangs on. */
export const NAME_HEIGHT = HEAD_HEIGHT + 0.12;

/** Where a line is fastened and how it looks. */
export interface LinePlace {
  /** What it hangs on, in metres. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Metres to the right of that, or over it as the screen has it; smaller near by as the job ring is. One of them is 0. */
  readonly beside: number;
  readonly over: number;
  /** CSS px from there up to the middle of the letters. */
  readonly up: number;
  /** At least so many CSS px over where a name hangs; 0 does not matter, and it is 0 where `over` is not. */
  readonly clear: number;
}

const VERTEX = `
attribute vec3 position;
attribute vec4 glyph;
uniform mat4 view;
uniform highp sampler2D lines;
uniform vec2 cell;
uniform float density;
uniform vec2 range;
varying vec2 vAt;
varying vec4 vTint;
float upOf(vec4 here) { return (here.y / here.w * 0.5 + 0.5) * viewport.y; }
void main() {
  int line = int(glyph.x + 0.5);
  vec4 place = texelFetch(lines, ivec2(line, 0), 0);
  vec4 tint = texelFetch(lines, ivec2(line, 1), 0);
  vec4 show = texelFetch(lines, ivec2(line, 2), 0);
  // Below 0: it is metres over, not beside.
  vec3 aside = show.w < 0.0 ? vec3(view[0][1], view[1][1], view[2][1]) : vec3(view[0][0], view[1][0], view[2][0]);
  float near = clamp(distance(eye, place.xyz) / ${JOB_RING_FULL_FROM_M}.0, ${JOB_RING_LEAST}, 1.0);
  vec4 here = viewProjection * vec4(place.xyz + aside * place.w * near, 1.0);
  float up = upOf(here) + tint.w;
  if (show.w > 0.0) {
    vec4 name = viewProjection * vec4(place.x, ${NAME_HEIGHT.toFixed(3)}, place.z, 1.0);
    up = max(up, upOf(name) + show.w);
  }
  float part = show.z < 0.0 || still > 0.5 ? 1.0 : min(age(show.z) / ${LINE_FADE_S}, 1.0);
  float shown = mix(show.x, show.y, smoothstep(0.0, 1.0, show.y > show.x ? part * 2.0 - 1.0 : part * 2.0));
  shown *= 1.0 - smoothstep(range.x, range.y, here.w);
  // Whole pixels of the screen, one for each texel: letters are as sharp as they were drawn.
  vec2 origin = floor(vec2((here.x / here.w * 0.5 + 0.5) * viewport.x, up) * density + 0.5);
  vec2 px = origin + glyph.yz + (position.xy * 0.5 + 0.5) * cell;
  gl_Position = vec4((px / (viewport * density) * 2.0 - 1.0) * here.w, here.z, here.w);
  if (here.w < 0.1 || shown < 0.004) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  vec2 first = vec2(mod(glyph.w, ${COLUMNS}.0), floor(glyph.w / ${COLUMNS}.0));
  vAt = (first + vec2(position.x, -position.y) * 0.5 + 0.5) * cell;
  vTint = vec4(tint.rgb, shown);
}
`;

const FRAGMENT = `
uniform sampler2D glyphs;
varying vec2 vAt;
varying vec4 vTint;
void main() {
  float texel = texelFetch(glyphs, ivec2(vAt), 0).r * 255.0;
  float ink = max(0.0, (texel - 128.0) / 127.0);
  // Under ink the edge is whole.
  float edge = min(1.0, texel / 127.0) * 0.9;
  float cover = max(ink, edge);
  gl_FragColor = matter(vTint.rgb * ink / max(cover, 0.001), cover * vTint.a);
}
`;

const FLOATS = 4;

/** Lines of text in the world: one draw. A line's place, colour and showing are kept apart from its letters. */
export interface TextDrawing {
  readonly drawing: Drawing<"glyph">;
  setPlace(line: number, place: LinePlace, red: number, green: number, blue: number): void;
  /** Shows a line by `to` from 0 to 1, on its way there from `from` since `since` on the shaders' clock; below 0: long ago. */
  setShown(line: number, from: number, to: number, since: number): void;
  /** Begins to write all letters anew. */
  begin(): void;
  /** Adds one cell of the atlas to a line, its lower left end so many pixels of the screen right of and over its place. */
  add(line: number, right: number, up: number, cell: number): void;
  /** Shows what was added since it began. */
  end(): void;
  /** Takes letters from an atlas with cells of this many texels, `density` of them per CSS px. */
  useAtlas(texture: RawTexture, cellWidth: number, cellHeight: number, density: number): void;
  /** Lines fade out between these depths, in metres. */
  setRange(from: number, to: number): void;
  /** Sends what changed. Call once a frame. */
  flush(): void;
  dispose(): void;
}

export function createTextDrawing(stage: Stage): TextDrawing {
  const table = createDataTexture(stage.scene, "labels.lines", 3);
  const drawing = createDrawing(stage, {
    name: "labels.glyphs",
    vertex: VERTEX,
    fragment: FRAGMENT,
    uniforms: ["view", "cell", "density", "range"],
    samplers: ["glyphs", "lines"],
    order: ORDER.labels,
    indices: QUAD.indices,
    vertices: { position: QUAD.position },
    /** line, pixels right and up of its place, cell */
    fields: { glyph: FLOATS },
  });
  const { material, instances } = drawing;
  material.setTexture("lines", table.texture);
  const cell = new Vector2();
  const range = new Vector2();
  let glyphs = new Float32Array(256 * FLOATS);
  let count = 0;

  function set(texel: number, a: number, b: number, c: number, d: number): void {
    const { values } = table;
    values[texel * 4] = a;
    values[texel * 4 + 1] = b;
    values[texel * 4 + 2] = c;
    values[texel * 4 + 3] = d;
    table.touch(texel, 1);
  }

  return {
    drawing,
    setPlace(line, { x, y, z, beside, over, up, clear }, red, green, blue) {
      const isOver = over !== 0;
      set(line, x, y, z, isOver ? over : beside);
      set(DATA_WIDTH + line, red, green, blue, up);
      const show = (2 * DATA_WIDTH + line) * 4;
      const { values } = table;
      const [from, to, since] = [values[show] ?? 0, values[show + 1] ?? 0, values[show + 2] ?? 0];
      set(2 * DATA_WIDTH + line, from, to, since, isOver ? -1 : clear);
    },
    setShown(line, from, to, since) {
      const show = (2 * DATA_WIDTH + line) * 4;
      set(2 * DATA_WIDTH + line, from, to, since, table.values[show + 3] ?? 0);
    },
    begin() {
      count = 0;
    },
    add(line, right, up, itsCell) {
      if ((count + 1) * FLOATS > glyphs.length) {
        const grown = new Float32Array(glyphs.length * 2);
        grown.set(glyphs);
        glyphs = grown;
      }
      const at = count * FLOATS;
      glyphs[at] = line;
      glyphs[at + 1] = right;
      glyphs[at + 2] = up;
      glyphs[at + 3] = itsCell;
      count += 1;
    },
    end() {
      instances.load(glyphs, count);
    },
    useAtlas(texture, cellWidth, cellHeight, density) {
      material.setTexture("glyphs", texture);
      material.setVector2("cell", cell.set(cellWidth, cellHeight));
      material.setFloat("density", density);
    },
    setRange(from, to) {
      material.setVector2("range", range.set(from, to));
    },
    flush() {
      table.flush();
      instances.flush();
    },
    dispose() {
      drawing.dispose();
      table.dispose();
    },
  };
}
