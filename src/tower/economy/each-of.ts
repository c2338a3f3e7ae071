/** Works through a list, at most `atOnce` at a time, in its order. Stops at the first that fails, with its error, or once `isOver`. */
export async function eachOf<Thing>(
  things: readonly Thing[],
  atOnce: number,
  work: (thing: Thing) => Promise<void>,
  isOver: () => boolean = () => false,
): Promise<void> {
  const left = things.values();
  const worker = async (): Promise<void> => {
    for (const thing of left) {
      if (isOver()) return;
      await work(thing);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
