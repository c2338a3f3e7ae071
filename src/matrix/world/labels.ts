import type { AgentId } from "../../protocol/ids.ts";
import type { ScreenPoint } from "../stage/camera.ts";
import { createInstances, type Instances } from "../stage/instances.ts";
import { damping } from "../stage/orbit.ts";
import { createSurface, QUAD } from "../stage/surface.ts";
import { AMBER, ICE, type Rgb, rgbOf } from "./colors.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { declutter, type LabelBox } from "./declutter.ts";
import {
  ADVANCE,
  CELL_HEIGHT,
  CELL_WIDTH,
  COLUMNS,
  createGlyphAtlas,
  type DrawGlyph,
  drawWithFont,
  LETTER_SIZE,
  ROWS,
} from "./glyph-atlas.ts";
import { HEAD_HEIGHT, JOB_RING_HEIGHT, JOB_RING_LIFT_PX, ORDER } from "./places.ts";
import type { Standing } from "./roster.ts";

const FIELDS = {
  /** x, y, z it hangs on; metres to the right of it */
  anchor: 4,
  /** CSS px right and up from there, cell of the atlas, size in CSS px */
  glyph: 4,
  /** red, green, blue, how much it shows */
  tint: 4,
} as const;

const VERTEX = `
attribute vec3 position;
attribute vec4 anchor;
attribute vec4 glyph;
attribute vec4 tint;
uniform mat4 view;
varying vec2 vAt;
varying vec4 vTint;
void main() {
  vec3 right = vec3(view[0][0], view[1][0], view[2][0]);
  float near = clamp(distance(eye, anchor.xyz) / 22.0, 0.42, 1.0);
  vec4 here = viewProjection * vec4(anchor.xyz + right * anchor.w * near, 1.0);
  vec2 cell = vec2(${CELL_WIDTH}.0, ${CELL_HEIGHT}.0) * glyph.w / ${LETTER_SIZE}.0;
  // Whole pixels, or the letters swim.
  vec2 centre = (here.xy / here.w * 0.5 + 0.5) * viewport;
  vec2 px = floor(centre + glyph.xy + 0.5) + position.xy * 0.5 * cell;
  gl_Position = vec4((px / viewport * 2.0 - 1.0) * here.w, here.z, here.w);
  vec2 uv = vec2(position.x, -position.y) * 0.5 + 0.5;
  vAt = (vec2(mod(glyph.z, ${COLUMNS}.0), floor(glyph.z / ${COLUMNS}.0)) + uv) / vec2(${COLUMNS}.0, ${ROWS}.0);
  vTint = tint;
}
`;

const FRAGMENT = `
uniform sampler2D glyphs;
varying vec2 vAt;
varying vec4 vTint;
void main() {
  float ink = texture2D(glyphs, vAt).r;
  // A dark edge keeps letters legible over rain and light.
  float dark = min(1.0, texture2D(glyphs, vAt, 2.5).r * 2.4);
  float cover = max(ink, dark * 0.9) * vTint.a;
  gl_FragColor = matter(vTint.rgb * ink / max(max(ink, dark * 0.9), 0.001), cover);
}
`;

/** The most labels at once, and how often which ones are shown is thought over, in seconds. */
const MOST_LABELS = 40;
const CONSIDER_S = 0.12;
const NAME_PX = 13;
const PRICE_PX = 13;
/** About what a job ring takes over a name. */
const RING_BOX_PX = 44;
/** Names fade out between these distances, in metres, for a swarm as small as the first. */
const FADE_FROM = 55;
const FADE_TO = 85;

/** A price as people read it: the bolt and thin groups of three. */
export const priceText = (amountSats: number): string =>
  `⚡${String(amountSats).replace(/\B(?=(\d{3})+$)/g, "\u2009")}`;

/** One line of text of a label. */
interface Line {
  readonly text: string;
  readonly px: number;
  readonly color: Rgb;
  readonly height: number;
  /** Metres to the right of the agent where it begins; undefined is centred over it. */
  readonly beside: number | undefined;
}

function linesOf({ view }: Standing, isSelected: boolean): Line[] {
  const own = rgbOf(view.color);
  const name: Rgb = isSelected
    ? [1, 1, 1]
    : [0.35 + own[0] * 0.65, 0.35 + own[1] * 0.65, 0.35 + own[2] * 0.65];
  const lines: Line[] = [
    { text: view.label, px: NAME_PX, color: name, height: HEAD_HEIGHT + 0.12, beside: undefined },
  ];
  const { job } = view;
  if (job?.priceSats !== undefined) {
    const color = job.awaitingPayment ? AMBER : ICE;
    lines.push({
      text: priceText(job.priceSats),
      px: PRICE_PX,
      color,
      height: JOB_RING_HEIGHT,
      beside: 0.72,
    });
  }
  return lines;
}

const widthOf = (text: string, px: number): number => [...text].reduce((sum, c) => sum + advanceOf(c, px), 0);
/** A thin space is a third of a letter. */
const advanceOf = (character: string, px: number): number =>
  character === "\u2009" ? px * 0.22 : px * ADVANCE;

export interface Labels extends WorldFeature {
  readonly instances: Instances<keyof typeof FIELDS>;
}

/** Names and prices over the agents: one draw. They fade with distance and never overlap. */
export function createLabels(context: WorldContext, drawGlyph?: DrawGlyph): Labels {
  const { stage, roster, selected, fontFamily } = context;
  const atlas = createGlyphAtlas(stage.scene, drawGlyph ?? drawWithFont(fontFamily));
  const material = stage.materials.create({
    name: "labels.glyph",
    vertex: VERTEX,
    fragment: FRAGMENT,
    attributes: ["position", ...Object.keys(FIELDS)],
    uniforms: ["view"],
    samplers: ["glyphs"],
  });
  material.setTexture("glyphs", atlas.texture);
  const mesh = createSurface(stage.scene, {
    name: "labels.glyphs",
    material,
    order: ORDER.labels,
    indices: QUAD.indices,
    vertices: { position: QUAD.position },
  });
  const instances = createInstances(mesh, FIELDS);
  /** How much each label shows, 0 to 1, on its way to what was decided. */
  const shown = new Map<AgentId, number>();
  let wanted: ReadonlySet<string> = new Set();
  let consideredAt = Number.NEGATIVE_INFINITY;
  let isStale = true;
  const point: ScreenPoint = { x: 0, y: 0, depth: 0 };

  const farness = (depth: number): number => {
    const scale = Math.max(1, roster.radius / 14);
    return 1 - Math.min(1, Math.max(0, (depth / scale - FADE_FROM) / (FADE_TO - FADE_FROM)));
  };

  function consider(): void {
    const { width, height } = stage.size();
    const boxes: LabelBox[] = [];
    for (const agent of roster.standing) {
      const { x, y, depth } = stage.camera.project(agent.at.x, HEAD_HEIGHT + 0.12, agent.at.z, point);
      if (depth <= 0 || x < 0 || y < 0 || x > width || y > height || farness(depth) <= 0) continue;
      const isSelected = selected.get() === agent.id;
      const half = widthOf(agent.view.label, NAME_PX) / 2;
      const { priceSats } = agent.view.job ?? {};
      const above = priceSats === undefined ? 0 : RING_BOX_PX;
      const right =
        priceSats === undefined
          ? half
          : Math.max(half, RING_BOX_PX * 0.6 + widthOf(priceText(priceSats), PRICE_PX));
      boxes.push({
        key: agent.id,
        left: x - half,
        top: y - NAME_PX * 1.6 - above,
        width: half + right,
        height: NAME_PX * 1.4 + above,
        rank: (isSelected ? 1000 : 0) + (agent.view.job ? 100 : 0) + 10 / (1 + depth / 30),
      });
    }
    wanted = declutter(boxes, wanted, MOST_LABELS);
  }

  /** Moves every label's showing on; true when any of them changed. */
  function fade(dt: number): boolean {
    const toward = stage.reducedMotion ? 1 : damping(9, dt);
    let changed = false;
    for (const key of wanted) if (!shown.has(key as AgentId)) shown.set(key as AgentId, 0);
    for (const [id, now] of shown) {
      const agent = roster.find(id);
      const depth = agent ? stage.camera.project(agent.at.x, HEAD_HEIGHT, agent.at.z, point).depth : 0;
      const goal = agent && wanted.has(id) ? farness(depth) : 0;
      const next = now + (goal - now) * toward;
      if (Math.abs(next - goal) < 0.01 && goal === 0) shown.delete(id);
      else shown.set(id, Math.abs(next - goal) < 0.01 ? goal : next);
      if (shown.get(id) !== now) changed = true;
    }
    return changed;
  }

  function write(): void {
    const glyphs: (() => void)[] = [];
    for (const [id, visible] of shown) {
      const agent = roster.find(id);
      if (!agent) continue;
      for (const line of linesOf(agent, selected.get() === id)) {
        let right = line.beside === undefined ? -widthOf(line.text, line.px) / 2 : 6;
        const up = line.beside === undefined ? NAME_PX * 0.9 : JOB_RING_LIFT_PX;
        for (const character of line.text) {
          const advance = advanceOf(character, line.px);
          const slot = glyphs.length;
          const middle = right + advance / 2;
          right += advance;
          if (character.trim() === "") continue;
          glyphs.push(() => {
            instances.set(slot, "anchor", agent.at.x, line.height, agent.at.z, line.beside ?? 0);
            instances.set(slot, "glyph", middle, up, atlas.cellOf(character), line.px);
            instances.set(slot, "tint", ...line.color, visible);
          });
        }
      }
    }
    instances.resize(glyphs.length);
    for (const place of glyphs) place();
  }

  const refresh = () => {
    isStale = true;
  };
  const undo = [
    roster.onChange(refresh),
    selected.subscribe(refresh),
    stage.onFrame(({ elapsed, dt }) => {
      if (elapsed - consideredAt > CONSIDER_S) {
        consideredAt = elapsed;
        consider();
      }
      if (fade(dt) || isStale) write();
      isStale = false;
      atlas.flush();
      instances.flush();
    }),
  ];
  return {
    instances,
    dispose() {
      for (const stop of undo) stop();
      instances.dispose();
      mesh.dispose();
      material.dispose();
      atlas.dispose();
    },
  };
}
