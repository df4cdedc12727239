/**
 * Work on many things, on a few of them at once.
 *
 * @module
 */

/** AWS's services take more; this many calls at once are no burst. */
export const CALLS_AT_ONCE = 6;

/**
 * Does something with every item, so many at once at most; they are begun in their order.
 *
 * @throws what the first that fails throws; what is under way goes on
 */
export async function atOnce<Item>(
  most: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: most }, worker));
}
