import assert from "node:assert/strict";
import fc from "fast-check";
// @ts-types="yaml/types"
import { parse } from "yaml";
import { yamlText } from "../../lib/output/yaml_text.ts";

Deno.test("yamlText() writes maps indented by four spaces, and lists", () => {
  assert.equal(
    yamlText({
      a: { b: "x y", c: { id: "012345678901" } },
      d: ["e", { f: "g", h: [] }],
      i: undefined,
      j: true,
      k: {},
    }),
    `a:
    b: x y
    c:
        id: "012345678901"
d:
    - e
    - f: g
      h: []
j: true
k: {}
`,
  );
});

Deno.test("yamlText() quotes what a reader of YAML 1.1 or 1.2 would take for something else than a text", () => {
  const words = [
    "",
    "no",
    "Off",
    "null",
    "~",
    "1h",
    "12:30",
    "0x1f",
    "1e3",
    "a: b",
    "a #b",
    "- a",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a",
    "? a",
    "{a",
    "[a",
    "|",
    ">",
    "'",
    '"',
    "a ",
    " a",
    "a\nb",
    "ä",
    "=",
    "<<",
    "2026-11-23",
  ];
  for (const version of ["1.1", "1.2"] as const) {
    for (const word of words) {
      assert.deepEqual(parse(yamlText({ [word]: word }), { version, merge: true }), { [word]: word }, word);
    }
  }
});

Deno.test("yamlText() is read back as the same value", () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.string({ unit: "grapheme" }),
      fc.boolean(),
      fc.integer(),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).value;
  fc.assert(fc.property(value, (one) => {
    for (const version of ["1.1", "1.2"] as const) assert.deepEqual(parse(yamlText(one), { version }), one);
  }));
});

Deno.test("yamlText() holds no character that a terminal acts on", () => {
  assert.equal(yamlText({ a: "x\x1b[2J\x7f\x9b2J\u202e" }), 'a: "x\\u001b[2J\\u007f\\u009b2J\\u202e"\n');
});
