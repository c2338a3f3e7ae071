import { createDrawing, type Drawing, type ShapeSpec } from "../stage/drawing.ts";
import type { WorldContext } from "./context.ts";
import type { SlotList } from "./slot-list.ts";

/** A drawing of agents: each instance is the slot of one, and the vertex shader reads the agent table. */
export const createAgentDrawing = (
  { stage, crowd }: Pick<WorldContext, "stage" | "crowd">,
  spec: ShapeSpec,
  lists: readonly SlotList[],
): Drawing<"slot"> => {
  const drawing = createDrawing(stage, {
    ...spec,
    samplers: [...(spec.samplers ?? []), "agents"],
    fields: { slot: 1 },
  });
  let slots = new Float32Array(0);
  const shown = new Float64Array(lists.length).fill(Number.NaN);

  function follow(): void {
    drawing.material.setTexture("agents", crowd.table.texture);
    if (lists.every(({ version }, i) => version === shown[i])) return;
    const count = lists.reduce((sum, list) => sum + list.count, 0);
    if (slots.length < count) slots = new Float32Array(count * 2);
    let at = 0;
    for (const [i, list] of lists.entries()) {
      shown[i] = list.version;
      slots.set(list.values.subarray(0, list.count), at);
      at += list.count;
    }
    drawing.instances.load(slots, count);
    drawing.instances.flush();
  }

  const stop = stage.onFrame(follow);
  return {
    ...drawing,
    dispose() {
      stop();
      drawing.dispose();
    },
  };
};
