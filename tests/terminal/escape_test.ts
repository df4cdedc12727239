import assert from "node:assert/strict";
import fc from "fast-check";
import { printable } from "../../lib/terminal/escape.ts";
import { fitted, graphemes, textWidth } from "../../lib/terminal/width.ts";

Deno.test("printable() writes what a terminal would act on as an escape", () => {
  assert.equal(printable("a\x1b[31mb\x07\r\n\t\x7f\x9b"), "a\\u001b[31mb\\u0007\\r\\n\\t\\u007f\\u009b");
  assert.equal(printable("user\u202egnp.exe\u2066\u200f\u2028"), "user\\u202egnp.exe\\u2066\\u200f\\u2028");
  assert.equal(printable("\ud800x"), "\ufffdx");
  assert.equal(printable("plain, über, 日本, 👩‍👧"), "plain, über, 日本, 👩‍👧");
});

Deno.test("printable() leaves no control character, and nothing to do for a second time", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."a\x00\x1b[\n\x85\u202e\u061c日\ud800") }), (text) => {
      const once = printable(text);
      assert.ok(!/\p{Cc}/u.test(once));
      assert.equal(printable(once), once);
    }),
  );
});

Deno.test("textWidth() counts columns: wide ones twice, combining and joined ones once", () => {
  assert.deepEqual(
    ["", "abc", "über", "u\u0308ber", "日本", "한", "Ａ", "👍", "👩‍👧", "❤️", "─▸•…", "⠋", "🇩🇪"].map(textWidth),
    [0, 3, 4, 4, 4, 2, 2, 2, 2, 2, 4, 1, 2],
  );
  assert.deepEqual(graphemes("e\u0301👩‍👧"), ["e\u0301", "👩‍👧"]);
});

Deno.test("fitted() cuts to the columns and shows that it did", () => {
  assert.deepEqual([fitted("abc", 3), fitted("abcd", 3), fitted("日本語", 5), fitted("日本語", 4)], [
    "abc",
    "ab…",
    "日本…",
    "日…",
  ]);
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 30 }), (text, columns) => {
    assert.ok(textWidth(fitted(printable(text), columns)) <= columns);
  }));
});
