import assert from "node:assert/strict";
import fc from "fast-check";
import { parseYamlValue } from "../../lib/config/yaml.ts";
import { readSimpleYaml } from "../../lib/config/yaml_simple.ts";

const SEED = new URL("../testdata/config/seed/", import.meta.url);

/** Fails unless the library reads the same, without a word; whether the text was simple. */
function agrees(text: string): boolean {
  const simple = readSimpleYaml(text, "/a.yaml");
  if (simple !== undefined) {
    assert.deepEqual({ ...simple, issues: [] }, parseYamlValue(text, "/a.yaml"), text);
  }
  return simple !== undefined;
}

const SIMPLE: readonly string[] = [
  "a: 1\n",
  "a: b",
  "\n# words\n\na: b # words\n  # words\nc:\n\n    d: e\n\n\n",
  "a:\n  b:\n    c: d\n  e: f\ng: h\n",
  'a: "b: # c"\n\'d e\': \'f "g"\'\n"h": i\n',
  "a: { b: c, 'd': [e, \"f\", 1], g: {}, h: [], } # words\n",
  "a: [https://example.com/x?y=1#z, b#c, d:e, -1, -x, a b  c]\n",
  "a: https://example.com/x?y=1#z\nb: arn:aws:iam::111122223333:role/x\nc: a, b] c}\n",
  "a: 012345678901\nb: 111122223333\nc: 1.5\nd: 1e3\ne: .5\nf: 1.\ng: +1\nh: -0\ni: 1h30m\nj: 2026-11-23\nk: 1_000\n",
  "a: ~\nb: null\nc: Null\nd: true\ne: FALSE\nf: yes\ng: nULL\nh: trueish\n",
  "a: !env NAME\nb: !env 'NAME value'\nc: { d: !include x.yaml, e: [!env 1, !env true] }\n",
  "a:\n  - b\n  - c: d\n    e: f\n  - { g: h }\n",
  "a:\n- b\n-   c: d\n    e: f\ng: h\n",
  "a:\n  - b # words\n  # words\n\n  - 1\n",
  "a: ünïcode 名前\nb: c\n",
  "1: a\ntrue: b\nnull: c\n1.5: d\n",
  "a.b/c@d+e-f: g\n",
];

for (const text of SIMPLE) {
  Deno.test(`readSimpleYaml() reads as the library does: ${JSON.stringify(text.slice(0, 50))}`, () => {
    assert.ok(agrees(text));
  });
}

const NOT_SIMPLE: readonly string[] = [
  "",
  "# nothing\n",
  "a\n",
  "- a\n",
  "{ a: b }\n",
  "---\na: b\n",
  "a: b\n---\nc: d\n",
  "%YAML 1.2\n---\na: b\n",
  " a: b\n",
  "a: b\n c: d\n",
  "a:\n  b: c\n d: e\n",
  "a: b\n  c\n",
  "a: |\n  b\n",
  "a: >\n  b\n",
  "a: &x b\nc: *x\n",
  "<<: { a: b }\n",
  "a: b\na: c\n",
  "a: { b: c, b: d }\n",
  "a:\n",
  "a:\nb: c\n",
  "a: { b: }\n",
  "a: { b }\n",
  "a: [b: c]\n",
  'a: { "b":c }\n',
  "a: [b,\n  c]\n",
  'a: "b\n  c"\n',
  'a: "\\u0041"\n',
  "a: 'it''s'\n",
  "a: b: c\n",
  "a: b:\n",
  'a: "b"#c\n',
  'a: "b" c\n',
  "a: @b\n",
  "a: `b`\n",
  "a: ? b\n",
  "? a\n: b\n",
  "a: !!str 1\n",
  "a: ! b\n",
  "a: !env\n",
  "a: !env { b: c }\n",
  "a:\tb\n",
  "a: b\r\n",
  "a: 0x1f\n",
  "a: 0o17\n",
  "a: .inf\n",
  "a: -.INF\n",
  "a: .NaN\n",
  "a: [b c: d]\n",
  "a:\n  - b\n    c\n",
  "a:\n  -\n    b: c\n",
  "a:\n  - - b\n",
  "a: -\n",
  "a: - b\n",
  "a:b\n",
  `${"k".repeat(300)}: a\n`,
  `a: ${"[".repeat(40)}${"]".repeat(40)}\n`,
];

for (const text of NOT_SIMPLE) {
  Deno.test(`readSimpleYaml() leaves to the library: ${JSON.stringify(text.slice(0, 50))}`, () => {
    assert.equal(readSimpleYaml(text, "/a.yaml"), undefined);
  });
}

/** What YAML is made of, and what trips its readers. */
const PIECES = fc.constantFrom(
  ..."abk019:#-?,.!&*|>%@`'\"[]{}~+/\\=<() \n\né名\u00a0".split(""),
  ...[
    ": ",
    ":\n",
    "- ",
    "  ",
    "    ",
    "\n  ",
    "\n    ",
    " #",
    "# x\n",
    "a: ",
    "b: c\n",
    "  b: ",
    "- c\n",
    "{ ",
    " }",
    "[ ",
    " ]",
    ", ",
  ],
  ...[
    "null",
    "true",
    "1.5",
    "0x1",
    "1e3",
    "!env X",
    "!!str ",
    "&a ",
    "*a",
    "<<: ",
    "---\n",
    "''",
    '""',
    '"a"',
    "'b'",
    "\\n",
  ],
);

Deno.test("readSimpleYaml() never differs from the library, whatever the text", () => {
  const texts = fc.array(PIECES, { minLength: 1, maxLength: 14 }).map((pieces) => pieces.join(""));
  const seen = { simple: 0 };
  fc.assert(
    fc.property(texts, (text) => void (seen.simple += agrees(text) ? 1 : 0)),
    { numRuns: 20_000 },
  );
  fc.assert(
    fc.property(texts, (text) => void (seen.simple += agrees(`a: ${text}`) ? 1 : 0)),
    { numRuns: 20_000 },
  );
  assert.ok(seen.simple > 1_000, `${seen.simple} texts were simple`);
});

const SCALARS = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_./+~-]{1,6}(?: [a-z:#,0-9-]{1,4})?$/),
  fc.constantFrom("!env NAME", "'it: is # x'", '"{ x }"', "1h", "~", "TRUE", "1.", "-1"),
);

/** Texts of maps in all their ways of writing. */
const { map: MAPS } = fc.letrec<{ map: (indent: number) => string; value: (indent: number) => string }>((
  tie,
) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    SCALARS.map((text) => () => ` ${text}\n`),
    fc.array(SCALARS, { maxLength: 3 }).map((all) => () => ` [${all.join(", ")}]  # x\n`),
    fc.array(SCALARS, { maxLength: 3 }).map((all) => () =>
      ` { ${all.map((one, at) => `k${at}: ${one}`).join(", ")} }\n`
    ),
    tie("map").map((inner) => (indent: number) => `\n${inner(indent + 2)}`),
    fc.array(SCALARS, { minLength: 1, maxLength: 3 }).map((all) => (indent: number) =>
      `\n${all.map((one) => `${" ".repeat(indent)}- ${one}\n`).join("")}`
    ),
    tie("map").map((inner) => (indent: number) =>
      ` # y\n${" ".repeat(indent + 2)}- ${inner(indent + 4).trimStart()}`
    ),
  ),
  map: fc.array(tie("value"), { minLength: 1, maxLength: 4 }).map((values) => (indent: number) =>
    values.map((value, at) => `${" ".repeat(indent)}key${at}:${value(indent)}`).join("\n# z\n")
  ),
}));

Deno.test("readSimpleYaml() reads maps in most of their ways of writing as the library does", () => {
  const seen = { all: 0, simple: 0 };
  fc.assert(
    fc.property(MAPS, (map) => {
      seen.all += 1;
      seen.simple += agrees(map(0)) ? 1 : 0;
    }),
    { numRuns: 2_000 },
  );
  assert.ok(seen.simple > seen.all / 4, `${seen.simple} of ${seen.all}`);
});

for await (const { name } of Deno.readDir(SEED)) {
  Deno.test(`readSimpleYaml() never differs on ${name} with a character changed`, async () => {
    const text = await Deno.readTextFile(new URL(name, SEED));
    agrees(text);
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(2), PIECES, (at, gone, piece) => {
        agrees(text.slice(0, at) + piece + text.slice(at + gone));
      }),
      { numRuns: 300 },
    );
  });
}
