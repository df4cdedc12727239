import assert from "node:assert/strict";
import { isAuthError } from "../../lib/errors.ts";
import { nested } from "../../lib/workflows/nesting.ts";

const AT = { file: "/work/atmos.yaml", line: 3, column: 1 };

Deno.test("nested() counts up to ten, and names the cycle beyond", () => {
  const state: { trail?: string } = {};
  for (let depth = 0; depth < 10; depth++) {
    state.trail = nested(state.trail, depth % 2 === 0 ? "atmos a" : "atmos workflow b", AT);
  }
  assert.equal(JSON.parse(state.trail ?? "").length, 10);
  assert.throws(
    () => nested(state.trail, "atmos a", AT),
    (error) =>
      isAuthError(error, "config-invalid") && error.exitCode === 2 && error.at === AT &&
      error.message === "Cannot run `atmos a`: it runs itself, atmos a -> atmos workflow b -> atmos a",
  );
  assert.throws(
    () => nested(state.trail, "atmos c", AT),
    /it is nested too deeply, atmos a -> .* -> atmos c$/,
  );
});

Deno.test("nested() takes nothing from a variable that it did not write", () => {
  const foreign = [
    ...["", "7", "null", "{}", '"a"', "[1]", '["a", {}]', "[", "a -> b"],
    JSON.stringify(Array(11).fill("a")),
    JSON.stringify(["x".repeat(201)]),
  ];
  for (const value of foreign) assert.equal(nested(value, "atmos a", AT), '["atmos a"]', value);
  assert.equal(JSON.parse(nested(undefined, "y".repeat(500), AT))[0].length, 200);
});
