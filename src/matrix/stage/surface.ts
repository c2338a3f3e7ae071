import { VertexBuffer } from "@babylonjs/core/Buffers/buffer.pure.js";
import type { ShaderMaterial } from "@babylonjs/core/Materials/shaderMaterial.pure.js";
import { Mesh } from "@babylonjs/core/Meshes/mesh.pure.js";
import type { Scene } from "@babylonjs/core/scene.pure.js";

export interface SurfaceSpec {
  /** Named `domain.thing`. */
  readonly name: string;
  readonly material: ShaderMaterial;
  /** Smaller is drawn earlier. Everything is translucent, so the order is the stage's, not the distance's. */
  readonly order: number;
  readonly indices: readonly number[] | Uint16Array | Uint32Array;
  /** Numbers per vertex, by attribute; `position` has three and may mean whatever the shader takes it for. */
  readonly vertices: { readonly position: Vertices } & Readonly<Record<string, Vertices>>;
}

export interface Vertices {
  readonly size: number;
  readonly values: readonly number[] | Float32Array;
}

/** Makes a mesh that is always drawn and never picked. Whoever makes it disposes it. */
export function createSurface(scene: Scene, spec: SurfaceSpec): Mesh {
  const mesh = new Mesh(spec.name, scene);
  mesh.doNotSyncBoundingInfo = true;
  mesh.alwaysSelectAsActiveMesh = true;
  mesh.isPickable = false;
  mesh.alphaIndex = spec.order;
  for (const [kind, { size, values }] of Object.entries(spec.vertices)) {
    const data = Float32Array.from(values);
    mesh.setVerticesBuffer(new VertexBuffer(scene.getEngine(), data, kind, false, false, size));
  }
  mesh.setIndices(spec.indices as number[], null);
  mesh.material = spec.material;
  mesh.freezeWorldMatrix();
  return mesh;
}

/** Two triangles from -1 to 1 in x and y. */
export const QUAD = {
  indices: [0, 1, 2, 0, 2, 3],
  position: { size: 3, values: [-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0] },
} as const;

/** A strip of `steps` quads: x runs from 0 to 1 along it, y from -1 to 1 across. */
export function strip(steps: number): { indices: number[]; position: Vertices } {
  const values: number[] = [];
  const indices: number[] = [];
  for (let i = 0; i <= steps; i++) values.push(i / steps, -1, 0, i / steps, 1, 0);
  for (let i = 0; i < steps; i++) indices.push(2 * i, 2 * i + 2, 2 * i + 1, 2 * i + 1, 2 * i + 2, 2 * i + 3);
  return { indices, position: { size: 3, values } };
}
