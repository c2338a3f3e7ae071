/** Slots of the agent table, for a drawing to go through. */
export interface SlotList {
  /** The first `count` are meant. Another array when it has to grow. */
  readonly values: Float32Array;
  readonly count: number;
  /** Another number after every change. */
  readonly version: number;
}

export interface WritableSlotList extends SlotList {
  /** Begins anew; nothing is forgotten until `end`. */
  begin(): void;
  add(slot: number): void;
  /** Everybody is in. The version changes only when somebody differs from before. */
  end(): void;
}

/** Makes a list that is written again and again without making garbage. */
export function createSlotList(): WritableSlotList {
  let values = new Float32Array(64);
  let count = 0;
  let version = 0;
  let next = 0;
  let differs = false;
  return {
    get values() {
      return values;
    },
    get count() {
      return count;
    },
    get version() {
      return version;
    },
    begin() {
      next = 0;
      differs = false;
    },
    add(slot) {
      if (next === values.length) {
        const grown = new Float32Array(values.length * 2);
        grown.set(values);
        values = grown;
      }
      if (next >= count || values[next] !== slot) {
        values[next] = slot;
        differs = true;
      }
      next += 1;
    },
    end() {
      if (!differs && next === count) return;
      count = next;
      version += 1;
    },
  };
}
