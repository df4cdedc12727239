import assert from "node:assert/strict";
import fc from "fast-check";
import { clockHint } from "../../lib/identities/clock_hint.ts";

const NOON = Date.UTC(2026, 10, 23, 12);

Deno.test("clockHint() speaks up above half a minute, in both directions", () => {
  assert.deepEqual(clockHint(NOON, NOON + 150_000), [
    "This machine's clock is 2m30s behind AWS's: set it, then try again",
  ]);
  assert.deepEqual(clockHint(NOON, NOON - 3_600_000), [
    "This machine's clock is 1h ahead of AWS's: set it, then try again",
  ]);
  assert.deepEqual(clockHint(NOON, undefined), []);
  fc.assert(fc.property(fc.integer({ min: -100_000, max: 100_000 }), (off) => {
    assert.equal(clockHint(NOON, NOON + off).length, Math.abs(Math.round(off / 1000)) > 30 ? 1 : 0);
  }));
});
