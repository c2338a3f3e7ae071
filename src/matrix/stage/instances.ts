import { Buffer } from "@babylonjs/core/Buffers/buffer.pure.js";
import type { Mesh } from "@babylonjs/core/Meshes/mesh.pure.js";

/** Instances of one mesh, drawn in one call: what each has is kept in one interleaved buffer. */
export interface Instances<Field extends string> {
  readonly count: number;
  /** Draws the first `count`. New ones are all zeros until set. */
  resize(count: number): void;
  /** Sets the values of one field of one instance, as many as the field has. */
  set(slot: number, field: Field, ...values: number[]): void;
  /** Replaces everything by the first `count` instances of `values`: interleaved, fields in their order. */
  load(values: Float32Array, count: number): void;
  /** What is in a field now, for tests and for reading back. */
  get(slot: number, field: Field): number[];
  /** Sends what has changed since the last time, if anything has. Call once a frame. */
  flush(): void;
  dispose(): void;
}

const FIRST_CAPACITY = 16;

/**
 * Adds per-instance attributes to a mesh: `fields` says how many floats each has. After a lost and restored context
 * everything is sent again.
 */
export function createInstances<Field extends string>(
  mesh: Mesh,
  fields: Readonly<Record<Field, number>>,
): Instances<Field> {
  const engine = mesh.getEngine();
  const names = Object.keys(fields) as Field[];
  const offsets = new Map<Field, number>();
  let stride = 0;
  for (const name of names) {
    offsets.set(name, stride);
    stride += fields[name];
  }
  let data = new Float32Array(FIRST_CAPACITY * stride);
  let buffer: Buffer | undefined;
  let count = 0;
  let dirtyFrom = Number.POSITIVE_INFINITY;
  let dirtyTo = 0;

  function allocate(): void {
    buffer?.dispose();
    buffer = new Buffer(engine, data, true, stride, false, true);
    for (const name of names) {
      mesh.setVerticesBuffer(buffer.createVertexBuffer(name, offsets.get(name) ?? 0, fields[name]));
    }
    dirtyFrom = Number.POSITIVE_INFINITY;
    dirtyTo = 0;
  }

  function show(): void {
    mesh.forcedInstanceCount = count;
    mesh.isVisible = count > 0;
  }

  const offsetOf = (slot: number, field: Field): number => {
    if (slot < 0 || slot >= count) throw new RangeError(`${mesh.name} has no instance ${slot} of ${count}`);
    return slot * stride + (offsets.get(field) ?? 0);
  };

  allocate();
  show();
  const restored = engine.onContextRestoredObservable.add(allocate);

  function reserve(wanted: number): void {
    if (wanted * stride <= data.length) return;
    const grown = new Float32Array(2 ** Math.ceil(Math.log2(wanted)) * stride);
    grown.set(data);
    data = grown;
    allocate();
  }

  return {
    get count() {
      return count;
    },
    resize(next) {
      if (next === count) return;
      reserve(next);
      if (next > count) {
        data.fill(0, count * stride, next * stride);
        dirtyFrom = Math.min(dirtyFrom, count * stride);
        dirtyTo = Math.max(dirtyTo, next * stride);
      }
      count = next;
      show();
    },
    set(slot, field, ...values) {
      const at = offsetOf(slot, field);
      data.set(values, at);
      dirtyFrom = Math.min(dirtyFrom, at);
      dirtyTo = Math.max(dirtyTo, at + values.length);
    },
    load(values, next) {
      reserve(next);
      data.set(values.subarray(0, next * stride));
      dirtyFrom = 0;
      dirtyTo = next * stride;
      count = next;
      show();
    },
    get(slot, field) {
      const at = offsetOf(slot, field);
      return [...data.subarray(at, at + fields[field])];
    },
    flush() {
      if (dirtyTo <= dirtyFrom) return;
      // Bytes: the buffer counts an offset in floats only when it is given whole floats.
      buffer?.updateDirectly(
        data.subarray(dirtyFrom, dirtyTo),
        dirtyFrom * data.BYTES_PER_ELEMENT,
        undefined,
        true,
      );
      dirtyFrom = Number.POSITIVE_INFINITY;
      dirtyTo = 0;
    },
    dispose() {
      engine.onContextRestoredObservable.remove(restored);
      buffer?.dispose();
      buffer = undefined;
    },
  };
}
