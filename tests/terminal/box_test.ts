import assert from "node:assert/strict";
import fc from "fast-check";
import { box, fieldLines } from "../../lib/terminal/box.ts";
import { textWidth } from "../../lib/terminal/width.ts";

Deno.test("box() is as wide as its longest line", () => {
  assert.deepEqual(box({ title: "T", lines: ["longer", "日本"] }, 80), [
    "╭────────╮",
    "│ T      │",
    "├────────┤",
    "│ longer │",
    "│ 日本   │",
    "╰────────╯",
  ]);
});

Deno.test("box() has lines of one width within the terminal, whatever it holds", () => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: fc.constantFrom("日", "e\u0301", "👩‍👧", "a") }),
  );
  fc.assert(
    fc.property(
      text,
      fc.array(text, { maxLength: 4 }),
      fc.integer({ min: 10, max: 60 }),
      (title, lines, columns) => {
        const widths = box({ title, lines }, columns).map(textWidth);
        assert.equal(new Set(widths).size, 1);
        assert.ok((widths[0] ?? 0) <= columns);
      },
    ),
  );
});

Deno.test("box() and fieldLines() let no control character through", () => {
  assert.ok(box({ title: "a\x1b[2J", lines: ["b\nc"] }, 80).every((line) => !/\p{Cc}/u.test(line)));
  assert.deepEqual(fieldLines("12", 4), ["┌──────┐", "│ 12   │", "└──────┘"]);
});
