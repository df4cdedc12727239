import assert from "node:assert/strict";
import { LIMITS_PATH, limitsText } from "../../scripts/limits.ts";

Deno.test("docs/limits.md is the table that the code uses", async () => {
  assert.equal(await Deno.readTextFile(LIMITS_PATH), limitsText(), "run `deno task limits`");
});
