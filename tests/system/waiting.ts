/** Waiting for what other processes do by themselves. */
import assert from "node:assert/strict";

/** Longer than anything takes on the busiest machine: a test that waits in vain ends all the same. */
export const PATIENCE_MILLIS = 5 * 60_000;
const LOOK_MILLIS = 20;

/** Looks again and again until something is there. */
export async function eventually<Found>(
  look: () => Promise<Found | undefined> | Found | undefined,
  missing: () => string = () => "waited in vain",
): Promise<Found> {
  const end = Date.now() + PATIENCE_MILLIS;
  while (true) {
    const found = await look();
    if (found !== undefined) return found;
    assert.ok(Date.now() < end, missing());
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLIS));
  }
}

/** {@linkcode eventually} for what is so or not. */
export async function until(isSo: () => Promise<boolean> | boolean, missing: () => string): Promise<void> {
  await eventually(async () => await isSo() || undefined, missing);
}
