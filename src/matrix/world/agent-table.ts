import type { RawTexture } from "@babylonjs/core/Materials/Textures/rawTexture.js";
import type { Scene } from "@babylonjs/core/scene.pure.js";
import { createDataTexture, DATA_WIDTH, type DataTexture } from "../stage/data-texture.ts";
import { CHANGE_S, ENDED_S, ENTER_S, FILL_S, LEAVE_S } from "./motion.ts";

/** What shaders know of an agent: one texel each, in this order. Times are on the shaders' clock; below 0 is long ago. */
export const AGENT_FIELDS = [
  /** x, z in metres, heading in radians clockwise from +z, its own phase from 0 to 1 */
  "place",
  /** red, green, blue, budget stress from 0 to 1 */
  "tint",
  /** clip it leaves, clip it is in, when each began */
  "motion",
  /** when it came (below 0: long ago), when it left (below 0: it is here), how brightly it is lit, 1 when selected */
  "look",
  /** depth of its breath from 0 to 1, how far its gaze wanders in radians, focus ring from 0 to 1, how uneven its breath is from 0 to 1 */
  "mind",
  /** progress of its job from 0 to 1, 1 while a payment is awaited, flow on its line from 0 to 1, tint (see JOB_TINTS; -1: no job) */
  "work",
  /** what was before its last change of mind: heading, how brightly it was lit, focus ring; when it changed */
  "was",
  /** progress its job fills from, when it began to fill, when its last job ended (below 0: it has one), gaze before the last change of mind */
  "fill",
] as const;
export type AgentField = (typeof AGENT_FIELDS)[number];

/** Texels an agent takes in a row: a power of two, so that no agent is split between rows. */
const BLOCK = 8;
const AGENTS_PER_ROW = DATA_WIDTH / BLOCK;
const FIRST_ROWS = 2;

/**
 * GLSL for vertex shaders: reads a field of the agent in a slot (`placeOf(slot)` and so on), and what the fields come
 * to at this moment. Needs the sampler `agents`.
 */
export const AGENT_GLSL = `
uniform highp sampler2D agents;
vec4 agentTexel(float slot, int field) {
  int s = int(slot + 0.5);
  return texelFetch(agents, ivec2((s % ${AGENTS_PER_ROW}) * ${BLOCK} + field, s / ${AGENTS_PER_ROW}), 0);
}
${AGENT_FIELDS.map((field, i) => `vec4 ${field}Of(float slot) { return agentTexel(slot, ${i}); }`).join("\n")}
// Seconds since; what is long ago is 900.
float sinceTold(float when) { return when < 0.0 ? 900.0 : age(when); }
// How far a change that takes so many seconds has come, 0 to 1.
float comeTo(float when, float seconds) { return still > 0.5 ? 1.0 : smoothstep(0.0, seconds, sinceTold(when)); }
// How much of it is there, 0 to 1: all of it, but for those who are coming or leaving.
float thereOf(vec4 look) {
  return comeTo(look.x, ${ENTER_S.toFixed(3)}) * (look.y < 0.0 ? 1.0 : 1.0 - comeTo(look.y, ${LEAVE_S.toFixed(3)}));
}
// Of what it is and what it was before its last change of mind, what it is by now.
float litOf(vec4 look, vec4 was) { return mix(was.y, look.z, comeTo(was.w, ${CHANGE_S.toFixed(3)})); }
float focusOf(vec4 mind, vec4 was) { return mix(was.z, mind.z, comeTo(was.w, ${CHANGE_S.toFixed(3)})); }
float wanderOf(vec4 mind, vec4 was, vec4 fill) { return mix(fill.w, mind.y, comeTo(was.w, ${CHANGE_S.toFixed(3)})); }
// The ring of its job: how full it is, and how much of it is there.
float filledOf(vec4 work, vec4 fill) { return mix(fill.x, work.x, comeTo(fill.y, ${FILL_S.toFixed(3)})); }
float ringOf(vec4 work, vec4 fill) {
  return work.w < -0.5 ? 0.0 : fill.z < 0.0 ? 1.0 : 1.0 - comeTo(fill.z, ${ENDED_S.toFixed(3)});
}
float headingOf(vec4 place, vec4 was) {
  float turn = place.z - was.x;
  turn -= TAU * floor(turn / TAU + 0.5);
  return was.x + turn * comeTo(was.w, ${CHANGE_S.toFixed(3)});
}
`;

/** Every agent as the GPU knows it. One writer fills it; every drawing of agents reads it, by slot. */
export interface AgentTable {
  /** Changes when the table grows: a material binds it anew each frame. */
  readonly texture: RawTexture;
  /** Makes room for slots below `count`. */
  reserve(count: number): void;
  set(slot: number, field: AgentField, x: number, y: number, z: number, w: number): void;
  get(slot: number, field: AgentField): readonly number[];
  /** Sends what changed. Call once a frame, before it is drawn. */
  flush(): void;
  dispose(): void;
}

export function createAgentTable(scene: Scene): AgentTable {
  let rows = FIRST_ROWS;
  let data: DataTexture = createDataTexture(scene, "agents.table", rows);

  const texelOf = (slot: number, field: AgentField): number => {
    if (slot < 0 || slot >= rows * AGENTS_PER_ROW) throw new RangeError(`the table has no slot ${slot}`);
    return slot * BLOCK + AGENT_FIELDS.indexOf(field);
  };

  return {
    get texture() {
      return data.texture;
    },
    reserve(count) {
      if (count <= rows * AGENTS_PER_ROW) return;
      while (rows * AGENTS_PER_ROW < count) rows *= 2;
      const grown = createDataTexture(scene, "agents.table", rows);
      grown.values.set(data.values);
      for (let texel = 0; texel * 4 < data.values.length; texel += DATA_WIDTH) grown.touch(texel, DATA_WIDTH);
      data.dispose();
      data = grown;
    },
    set(slot, field, x, y, z, w) {
      const texel = texelOf(slot, field);
      const { values } = data;
      const at = texel * 4;
      // What is there already is not sent again.
      const told = Math.fround;
      if (
        values[at] === told(x) &&
        values[at + 1] === told(y) &&
        values[at + 2] === told(z) &&
        values[at + 3] === told(w)
      )
        return;
      values[at] = x;
      values[at + 1] = y;
      values[at + 2] = z;
      values[at + 3] = w;
      data.touch(texel, 1);
    },
    get(slot, field) {
      const at = texelOf(slot, field) * 4;
      return [...data.values.subarray(at, at + 4)];
    },
    flush: () => data.flush(),
    dispose: () => data.dispose(),
  };
}
