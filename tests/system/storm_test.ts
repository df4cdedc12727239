/**
 * Many processes at once, as many as two processors take: `deno task storm` starts a hundred.
 */
import assert from "node:assert/strict";
import { writersStorm } from "./storm.ts";
import { STORMS, stormWorld } from "./storms.ts";
import { startWorld } from "./world.ts";

const PROCESSES = 16;

for (const { name, run, counts } of STORMS) {
  Deno.test(`${PROCESSES} processes at once: ${name}`, async () => {
    await using world = await stormWorld();
    const report = await run(world, PROCESSES);
    assert.deepEqual({ ...report, ...counts(PROCESSES) }, report);
    await world.assertNoLeaks();
  });
}

Deno.test("12 processes that store 12 entries in one keyring at once lose none", async () => {
  await using world = await startWorld();
  const { failed, lost, example } = await writersStorm(world, 12);
  assert.deepEqual({ failed, lost, example }, { failed: 0, lost: 0, example: undefined });
  await world.assertNoLeaks();
});
