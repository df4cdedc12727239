import assert from "node:assert/strict";
import { atOnce } from "../lib/at_once.ts";

Deno.test("atOnce() begins in order and never has more than so many under way", async () => {
  const state = { running: 0, most: 0, begun: [] as number[] };
  await atOnce(3, [1, 2, 3, 4, 5, 6, 7], async (item) => {
    state.begun.push(item);
    state.running += 1;
    state.most = Math.max(state.most, state.running);
    for (let turn = 0; turn < item % 3 + 1; turn++) await Promise.resolve();
    state.running -= 1;
  });
  assert.deepEqual(state, { running: 0, most: 3, begun: [1, 2, 3, 4, 5, 6, 7] });
});

Deno.test("atOnce() does nothing for no items, and throws what work throws", async () => {
  await atOnce(3, [], () => Promise.reject(new TypeError("called")));
  await assert.rejects(atOnce(3, [1], () => Promise.reject(new TypeError("odd"))), /odd/);
});
