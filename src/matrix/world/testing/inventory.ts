import { Observable } from "@babylonjs/core/Misc/observable.pure.js";
import type { Stage } from "../../stage/stage.ts";

/** How many listen to each observable of an object. Who was let go of is taken from the list only a moment later. */
const observersOf = (owner: object): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(owner).flatMap(([name, value]) =>
      value instanceof Observable
        ? [[name, value.observers.filter((each) => !each._willBeUnregistered).length]]
        : [],
    ),
  );

const namesOf = (things: readonly { readonly name: string }[]): readonly string[] =>
  things.map(({ name }) => name).toSorted();

/** Everything that a stage holds, by name or by count: what comes and goes must leave it as it was. */
export const inventoryOf = ({ scene, engine }: Stage) => ({
  meshes: namesOf(scene.meshes),
  materials: namesOf(scene.materials),
  textures: namesOf(scene.textures),
  geometries: scene.geometries.length,
  gpuTextures: engine.getLoadedTexturesCache().length,
  ofScene: observersOf(scene),
  ofEngine: observersOf(engine),
});
