import { createDrawing, createShape } from "../stage/drawing.ts";
import { QUAD } from "../stage/surface.ts";
import type { WorldContext, WorldFeature } from "./context.ts";
import { COLUMN_FRAGMENT, COLUMN_VERTEX, PLATE_FRAGMENT, PLATE_VERTEX, PLATES } from "./core-shader.ts";
import { ORDER } from "./places.ts";
import { SCALE_MARKS } from "./treasury-gauge.ts";

/** Height in metres, phase, what it is, the power of ten it marks. */
type Plate = readonly [height: number, phase: number, kind: number, power: number];

/** The scale: a mark for every power of ten, a larger one with a sign for every thousand; and the mark of the top. */
const SCALE: readonly Plate[] = [
  ...SCALE_MARKS.flatMap((height, power): readonly Plate[] => {
    const phase = (power * 0.382) % 1;
    if (power === 0 || power % 3 > 0) return [[height, phase, PLATES.mark, power]];
    return [
      [height, phase, PLATES.thousand, power],
      [height, phase, PLATES.sign, power],
    ];
  }),
  [0, 0.7, PLATES.top, 0],
];

/** The treasury core: a column of light as high as the treasury, pulsing with what moves today. Two draws. */
export function createCore({ stage, treasury, flights }: WorldContext): WorldFeature {
  const uniforms = ["height", "size", "known", "flow", "beat", "stir"];
  const quad = { order: ORDER.core, indices: QUAD.indices, vertices: { position: QUAD.position } };
  const column = createShape(stage, {
    ...quad,
    name: "core.column",
    vertex: COLUMN_VERTEX,
    fragment: COLUMN_FRAGMENT,
    uniforms,
  });
  const plates = createDrawing(stage, {
    ...quad,
    name: "core.plates",
    vertex: PLATE_VERTEX,
    fragment: PLATE_FRAGMENT,
    uniforms: [...uniforms, "view"],
    fields: { plate: 4 },
  });
  plates.instances.resize(SCALE.length);
  SCALE.forEach((plate, slot) => {
    plates.instances.set(slot, "plate", ...plate);
  });

  const stop = stage.onFrame(() => {
    for (const { material } of [column, plates]) {
      material.setFloat("height", treasury.height);
      material.setFloat("size", treasury.scale);
      material.setFloat("known", treasury.known);
      material.setFloat("flow", treasury.flow);
      material.setFloat("beat", treasury.beat);
      material.setFloat("stir", flights.traffic.core);
    }
    plates.instances.flush();
  });
  return {
    dispose() {
      stop();
      column.dispose();
      plates.dispose();
    },
  };
}
