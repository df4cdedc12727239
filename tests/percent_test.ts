import assert from "node:assert/strict";
import fc from "fast-check";
import { percentBytes, percentEncoded } from "../lib/percent.ts";

const UNSAFE = /[^A-Za-z0-9_.~-]/gu;

Deno.test("percentEncoded() writes the bytes of what is unsafe, and only that", () => {
  assert.equal(percentEncoded("a b/ü😀%", UNSAFE), "a%20b%2F%C3%BC%F0%9F%98%80%25");
  assert.equal(percentBytes("a\n"), "%61%0A");
});

Deno.test("percentEncoded() is read back by decodeURIComponent()", () => {
  fc.assert(fc.property(
    fc.string({ unit: "grapheme" }),
    (text) => decodeURIComponent(percentEncoded(text, UNSAFE)) === text,
  ));
});
