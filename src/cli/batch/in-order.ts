// SPDX-License-Identifier: MIT

/**
 * Works on several items at once, and takes the results one after the other, in the items' order: whatever is written is the same for any
 * number of lanes. No lane is further than two rounds ahead of what was taken, so that few results wait in memory.
 *
 * @param lanes how many items are worked on at once
 * @param work on one item; a lane works on one at a time. What it throws is thrown when the item's turn comes.
 * @throws what `work` and `take` throw, without waiting for what other lanes still do.
 */
export async function inOrder<Item, Result>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item, lane: number) => Promise<Result>,
  take: (result: Result, item: Item) => Promise<void>,
): Promise<void> {
  const ahead = 2 * lanes;
  /** When an item was taken, by index. */
  const taken = new Map<number, Promise<void>>();
  let last = Promise.resolve();
  let next = 0;
  let fail: (error: unknown) => void;
  const failure = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  let isOver = false;

  async function runLane(lane: number): Promise<void> {
    while (next < items.length && !isOver) {
      const index = next++;
      const room = Promise.resolve(taken.get(index - ahead));
      taken.delete(index - ahead);
      const result = room.then(() => work(items[index], lane));
      const ended = result.then(
        () => undefined,
        () => undefined,
      );
      last = last.then(async () => take(await result, items[index]));
      last.catch((error: unknown) => {
        isOver = true;
        fail(error);
      });
      taken.set(index, last);
      await ended;
    }
  }

  const lanesEnd = Promise.all(Array.from({ length: Math.min(lanes, items.length) }, (_, lane) => runLane(lane)));
  await Promise.race([lanesEnd, failure]);
  await last;
}
