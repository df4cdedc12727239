import assert from "node:assert/strict";
import fc from "fast-check";
import { nameFault } from "../../lib/config/names.ts";
import { cleanName, namer } from "../../lib/import/names.ts";

Deno.test("cleanName() leaves a valid name as it is", () => {
  for (const name of ["dev", "Prod/Admin", "a.b c", "111122223333:Role", "ü", "@x"]) {
    assert.equal(cleanName(name, "identity"), name);
  }
});

Deno.test("cleanName() mends what a name cannot be, in the same way at every run", () => {
  const mended = {
    "": "identity",
    " . ": "identity",
    "no": "no-identity",
    "~/x": "x",
    "/a//b/": "a/b",
    "a/../b": "a/b",
    "a\\b": "a-b",
    "a\u0007\u001bb": "a-b",
    "  x  ": "x",
    "\ud800": "\ufffd",
  };
  for (const [text, name] of Object.entries(mended)) assert.equal(cleanName(text, "identity"), name);
  assert.equal(cleanName("AWS-User", "provider"), "AWS-User-provider");
  assert.equal(cleanName("x".repeat(500), "identity").length, 180);
});

Deno.test("namer() gives every text a valid name that differs from all others in more than case", () => {
  const texts = fc.array(fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("a", "A", "no", "..", "~", "a-2", "/", "\\"),
  ));
  fc.assert(fc.property(texts, fc.constantFrom("provider" as const, "identity" as const), (all, type) => {
    const name = namer(type, ["taken"]);
    const names = all.map(name);
    assert.equal(new Set([...names, "taken"].map((one) => one.toLowerCase())).size, names.length + 1);
    for (const one of names) assert.equal(nameFault(one, type), undefined);
    assert.deepEqual(all.map(namer(type, ["taken"])), names);
  }));
});
