/**
 * Works through a list, at most `atOnce` at a time, in its order. Once one fails, or `isOver`, nothing more is begun; what is under way
 * comes to rest before this does, with the first error.
 */
export async function eachOf<Thing>(
  things: readonly Thing[],
  atOnce: number,
  work: (thing: Thing) => Promise<void>,
  isOver: () => boolean = () => false,
): Promise<void> {
  const left = things.values();
  const errors: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const thing of left) {
      if (isOver() || errors.length > 0) return;
      try {
        await work(thing);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (errors.length > 0) throw errors[0];
}
