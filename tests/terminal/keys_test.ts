import assert from "node:assert/strict";
import fc from "fast-check";
import { keyOf, splitKeys } from "../../lib/terminal/keys.ts";

const SEQUENCES = [
  "\x1b[A",
  "\x1bOA",
  "\x1b[1;5C",
  "\x1b[3~",
  "\x1bx",
  "a",
  "ü",
  "日",
  "👩",
  "\r",
  "\x03",
  "\x7f",
];

Deno.test("splitKeys() gives back the presses that a text is made of", () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...SEQUENCES), { maxLength: 8 }), (presses) => {
    assert.deepEqual(splitKeys(presses.join("")), { presses, rest: "" });
  }));
});

Deno.test("splitKeys() loses nothing, whatever was sent", () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."\x1b[O;1Aa~\r\x03ü日") }), (sent) => {
    const { presses, rest } = splitKeys(sent);
    assert.equal(presses.join("") + rest, sent);
  }));
});

Deno.test("splitKeys() keeps the beginning of a sequence for later, and Esc before another one is Esc", () => {
  assert.deepEqual(splitKeys("a\x1b"), { presses: ["a"], rest: "\x1b" });
  assert.deepEqual(splitKeys("\x1b[1;"), { presses: [], rest: "\x1b[1;" });
  assert.deepEqual(splitKeys("\x1b\x1b[A"), { presses: ["\x1b", "\x1b[A"], rest: "" });
});

Deno.test("keyOf() names keys of every common terminal, and takes the rest for text or nothing", () => {
  const kinds = (...presses: (string | undefined)[]) => presses.map((press) => keyOf(press).kind);
  assert.deepEqual(kinds("\x1b[A", "\x1bOA", "\x10"), ["up", "up", "up"]);
  assert.deepEqual(kinds("\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~", "\x01"), Array(5).fill("home"));
  assert.deepEqual(kinds("\r", "\n", "\x7f", "\b", "\x1b", "\x03"), [
    "enter",
    "enter",
    "backspace",
    "backspace",
    "escape",
    "interrupt",
  ]);
  assert.deepEqual(kinds(undefined, "\x04"), ["end-of-input", "end-of-input"]);
  assert.deepEqual(kinds("\x1b[24~", "\x1b[?1;2c", "\x1bq", "\x00", "\x9b"), Array(5).fill("other"));
  assert.deepEqual(keyOf("日"), { kind: "text", text: "日" });
});
