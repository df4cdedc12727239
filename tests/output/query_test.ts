import assert from "node:assert/strict";
import fc from "fast-check";
import { isAuthError } from "../../lib/errors.ts";
import { parseQuery, queried } from "../../lib/output/query.ts";

Deno.test("parseQuery() reads keys, quoted keys and indexes", () => {
  assert.deepEqual(parseQuery("."), []);
  assert.deepEqual(parseQuery(".vars.region"), ["vars", "region"]);
  assert.deepEqual(parseQuery("vars.region"), ["vars", "region"]);
  assert.deepEqual(parseQuery('.vars["a.b"][0].x-y'), ["vars", "a.b", 0, "x-y"]);
  assert.deepEqual(parseQuery('.components.terraform."net/vpc"'), ["components", "terraform", "net/vpc"]);
  assert.deepEqual(parseQuery('.["say \\"hi\\""]'), ['say "hi"']);
});

Deno.test("parseQuery() refuses what is not a path", () => {
  for (
    const query of ["", " ", ".vars | keys", ".a[", ".a[x]", '.a["x]', ".a..b", "..", ".a.*", '.["\\q"]']
  ) {
    assert.throws(() => parseQuery(query), (error) => isAuthError(error, "usage"), query);
  }
});

Deno.test("queried() follows a path, and finds null where nothing is", () => {
  const document = { a: [{ b: 1 }], c: { "d.e": "x" }, f: null };
  assert.equal(queried(document, ["a", 0, "b"]), 1);
  assert.equal(queried(document, ["c", "d.e"]), "x");
  assert.deepEqual(queried(document, []), document);
  for (
    const steps of [["x"], ["a", 1], ["a", "length"], ["c", 0], ["f", "g"], ["constructor"], ["c", "d.e", 0]]
  ) {
    assert.equal(queried(document, steps), null, steps.join(" "));
  }
});

Deno.test("parseQuery() reads back any keys that are written in quotes", () => {
  fc.assert(fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 4 }), (keys) => {
    assert.deepEqual(parseQuery(`.${keys.map((key) => `[${JSON.stringify(key)}]`).join("")}`), keys);
  }));
});
