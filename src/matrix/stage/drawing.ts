import type { ShaderMaterial } from "@babylonjs/core/Materials/shaderMaterial.pure.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.pure.js";
import { createInstances, type Instances } from "./instances.ts";
import type { MaterialSpec } from "./materials.ts";
import type { Stage } from "./stage.ts";
import { createSurface, type SurfaceSpec } from "./surface.ts";

export interface ShapeSpec
  extends Omit<MaterialSpec, "attributes">,
    Pick<SurfaceSpec, "order" | "indices" | "vertices"> {}

/** One draw of one shape with a material of its own. */
export interface Shape {
  readonly mesh: Mesh;
  readonly material: ShaderMaterial;
  dispose(): void;
}

export interface DrawingSpec<Field extends string> extends ShapeSpec {
  /** How many floats each instance has, by attribute. */
  readonly fields: Readonly<Record<Field, number>>;
}

/** One draw of any number of instances of a shape. */
export interface Drawing<Field extends string> extends Shape {
  readonly instances: Instances<Field>;
}

type Where = Pick<Stage, "scene" | "materials">;

/** Makes everything that one draw of a single shape needs. Its attributes are those of its vertices. */
export function createShape(stage: Where, spec: ShapeSpec, fields: readonly string[] = []): Shape {
  const material = stage.materials.create({
    ...spec,
    attributes: [...Object.keys(spec.vertices), ...fields],
  });
  const mesh = createSurface(stage.scene, { ...spec, material });
  return {
    mesh,
    material,
    dispose() {
      mesh.dispose();
      material.dispose();
    },
  };
}

/** Makes everything that one instanced draw needs. Its attributes are those of its vertices and its fields. */
export function createDrawing<Field extends string>(stage: Where, spec: DrawingSpec<Field>): Drawing<Field> {
  const shape = createShape(stage, spec, Object.keys(spec.fields));
  const instances = createInstances(shape.mesh, spec.fields);
  return {
    ...shape,
    instances,
    dispose() {
      instances.dispose();
      shape.dispose();
    },
  };
}
