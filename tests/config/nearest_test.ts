import assert from "node:assert/strict";
import fc from "fast-check";
import { didYouMean, editDistance, nearest } from "../../lib/config/nearest.ts";

Deno.test("nearest() finds what is a slip away, nearest first, at most three", () => {
  assert.deepEqual(nearest("prdo", ["dev", "prod", "prod-admin"]), ["prod"]);
  assert.deepEqual(nearest("PROD", ["prod", "dev"]), ["prod"]);
  assert.deepEqual(nearest("admin1", ["admin2", "admin3", "admin4", "admin5"]), [
    "admin2",
    "admin3",
    "admin4",
  ]);
});

Deno.test("nearest() finds what begins with the word", () => {
  assert.deepEqual(nearest("secret", ["secret_access_key", "region"]), ["secret_access_key"]);
});

Deno.test("nearest() finds nothing where nothing is near", () => {
  assert.deepEqual(nearest("completely", ["other", "words"]), []);
  assert.equal(didYouMean("completely", ["other"]), undefined);
  assert.equal(didYouMean("regoin", ["region"]), 'Did you mean "region"?');
});

Deno.test("editDistance() counts letters added, dropped, exchanged, and swapped with their neighbour", () => {
  const cases = [["", "", 0], ["a", "", 1], ["ab", "ba", 1], ["kitten", "sitting", 3], [
    "via",
    "vai",
    1,
  ]] as const;
  for (const [a, b, distance] of cases) assert.equal(editDistance(a, b), distance);
});

Deno.test("editDistance() is the same both ways, and zero only for the same word", () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(fc.property(word, word, (a, b) => {
    assert.equal(editDistance(a, b), editDistance(b, a));
    assert.equal(editDistance(a, b) === 0, a === b);
  }));
});
