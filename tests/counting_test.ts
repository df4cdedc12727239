import assert from "node:assert/strict";
import { counted, firstLines, firstNames, wordFor } from "../lib/counting.ts";

Deno.test("counted() uses the plural for all numbers but one", () => {
  assert.deepEqual([0, 1, 2].map((count) => counted(count, "error")), ["0 errors", "1 error", "2 errors"]);
  assert.equal(counted(2, "identity", "identities"), "2 identities");
  assert.equal(wordFor(1, "identity", "identities"), "identity");
});

Deno.test("firstNames() and firstLines() say how many are left out, and nothing when none are", () => {
  assert.equal(firstNames(["a", "b", "c"], 3), "a, b, c");
  assert.equal(firstNames(["a", "b", "c", "d"], 2), "a, b and 2 more");
  assert.equal(firstNames([], 2), "");
  assert.deepEqual(firstLines([1, 2], 2, String), ["1", "2"]);
  assert.deepEqual(firstLines([1, 2, 3], 1, String, "; look"), ["1", "and 2 more; look"]);
});
