import assert from "node:assert/strict";
import { temporaryFor, temporaryName } from "../../lib/files/temporary.ts";

const HEX = "0123456789abcdef".repeat(2);

Deno.test("temporaryFor() gives the name that temporaryName() was given, whatever that is", () => {
  for (const name of ["credentials", ".env.aws", "a.b c", "x\ny", ".x.tmp", temporaryName("x", HEX)]) {
    assert.equal(temporaryFor(temporaryName(name, HEX)), name);
  }
});

Deno.test("temporaryFor() knows the names of earlier versions, and not those of other programs", () => {
  assert.equal(temporaryFor(`.credentials.${HEX}.tmp`), "credentials");
  for (
    const name of [`credentials.${HEX}.tmp`, ".credentials.tmp", `.credentials.${HEX}`, `..${HEX}.tmp`, "x"]
  ) {
    assert.equal(temporaryFor(name), undefined, name);
  }
});
