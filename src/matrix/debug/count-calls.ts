import type { Undo } from "../stage/stage.ts";

/**
 * Calls `onCall` whenever one of these methods is called from outside: what one calls of the others is a part of it.
 * Names that the target lacks are passed over. Until undone, the wrapped methods are the target's own properties.
 */
export function countCalls(target: object, names: readonly string[], onCall: () => void): Undo {
  let depth = 0;
  const undoes: Undo[] = [];
  for (const name of names) {
    const method: unknown = Reflect.get(target, name);
    if (typeof method !== "function") continue;
    const own = Object.getOwnPropertyDescriptor(target, name);
    const counted = function (this: unknown, ...values: unknown[]): unknown {
      if (depth === 0) onCall();
      depth += 1;
      try {
        return Reflect.apply(method, this, values);
      } finally {
        depth -= 1;
      }
    };
    Object.defineProperty(target, name, { value: counted, configurable: true, writable: true });
    undoes.push(() => {
      // Somebody else may have wrapped it since: theirs stays, and goes on through this one.
      if (Reflect.get(target, name) !== counted) return;
      if (own === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, own);
    });
  }
  return () => {
    for (const undo of undoes.splice(0)) undo();
  };
}
