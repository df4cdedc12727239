import assert from "node:assert/strict";
import fc from "fast-check";
import { mapAt, nodeAt, type Raw, textAt } from "../../lib/config/raw.ts";
import { parseYaml } from "../../lib/config/yaml.ts";
import { yaml } from "./setup.ts";

const read = (text: string) => parseYaml(text, "/a.yaml");
const issues = (text: string) => read(text).issues.map(({ at, code }) => `${at.line}:${at.column} ${code}`);
const plain = (raw: Raw | undefined): unknown => {
  switch (raw?.type) {
    case "map":
      return Object.fromEntries([...raw.entries.values()].map(({ key, value }) => [key, plain(value)]));
    case "list":
      return raw.items.map(plain);
    case "scalar":
      return raw.value;
    case "tag":
      return `${raw.tag} ${JSON.stringify(plain(raw.argument))}`;
    default:
      return undefined;
  }
};

Deno.test("parseYaml() keeps the case of keys, and dots and slashes in them", () => {
  const { root } = read("Auth:\n  a.b/C: 1\n");
  assert.deepEqual([...root.entries.keys()], ["Auth"]);
  assert.deepEqual([...mapAt(root, "Auth")?.entries.keys() ?? []], ["a.b/C"]);
});

Deno.test("parseYaml() knows file, line and column of every key and value", () => {
  const { root } = read("a:\n  - x\n  - key: value\n");
  assert.deepEqual(root.entries.get("a")?.keyAt, { file: "/a.yaml", line: 1, column: 1 });
  assert.deepEqual(nodeAt(root, ["a", 0])?.at, { file: "/a.yaml", line: 2, column: 5 });
  assert.deepEqual(nodeAt(root, ["a", 1, "key"])?.at, { file: "/a.yaml", line: 3, column: 10 });
});

Deno.test("parseYaml() keeps the characters of a number, leading zero included", () => {
  const { root } = read('id: 012345678901\nquoted: "012345678901"\nlong: 1234567890123456789012\n');
  assert.equal(textAt(root, "id"), "012345678901");
  assert.equal(textAt(root, "long"), "1234567890123456789012");
  const [id, quoted] = [nodeAt(root, ["id"]), nodeAt(root, ["quoted"])];
  assert.equal(id?.type === "scalar" && id.plain, true);
  assert.equal(quoted?.type === "scalar" && quoted.plain, false);
});

Deno.test("parseYaml() keeps tags of scalars, lists and maps as nodes", () => {
  const { root } = read('a: !env FOO\nb: !append [1]\nc: !env "FOO bar"\nd: !!str 5\ne: ! x\n');
  assert.deepEqual(plain(root), { a: '!env "FOO"', b: "!append [1]", c: '!env "FOO bar"', d: "5", e: "x" });
});

Deno.test("parseYaml() merges as YAML 1.1 does: own keys win, then the earlier map", () => {
  const { root, issues } = read(yaml`
    one: &one {a: 1, b: 1}
    two: &two {b: 2, c: 2}
    both: {<<: [*one, *two], c: 3}
    first: {c: 3, <<: *two}
    quoted: {"<<": 1}
  `);
  assert.deepEqual(issues, []);
  assert.deepEqual(plain(mapAt(root, "both")), { c: 3, a: 1, b: 1 });
  assert.deepEqual(plain(mapAt(root, "first")), { c: 3, b: 2 });
  assert.deepEqual(plain(mapAt(root, "quoted")), { "<<": 1 });
  assert.deepEqual(nodeAt(root, ["both", "a"])?.at, { file: "/a.yaml", line: 1, column: 15 });
});

Deno.test("parseYaml() refuses what is not a map below a merge key", () => {
  assert.deepEqual(issues("a: {<<: 5}\n"), ["1:9 merge-key"]);
});

Deno.test("parseYaml() reports a syntax error at its place", () => {
  assert.deepEqual(read("a: 1\n b: 2\n").issues, [{
    severity: "error",
    code: "syntax",
    path: undefined,
    at: { file: "/a.yaml", line: 1, column: 4 },
    reason: "this is not YAML: nested mappings are not allowed in compact mappings",
    hint: "Check the indentation, or quote a value that holds `: `",
  }]);
  assert.deepEqual(issues("a: [1,\n"), ["2:1 syntax"]);
  assert.deepEqual(issues('a: "x\n'), ["2:1 syntax"]);
  assert.deepEqual(issues("a: @x\n"), ["1:4 syntax"]);
});

Deno.test("parseYaml() says that a tab is what is wrong", () => {
  assert.deepEqual(read("a:\n\tb: 1\n").issues, [{
    severity: "error",
    code: "syntax",
    path: undefined,
    at: { file: "/a.yaml", line: 2, column: 1 },
    reason: "a tab is used as indentation",
    hint: "Indent with spaces; YAML does not allow tabs there",
  }]);
});

Deno.test("parseYaml() reports a key that stands there twice, and reads on", () => {
  const { root, issues } = read("auth:\n  realm: a\n  x: 1\n  realm: b\n");
  assert.deepEqual(issues, [{
    severity: "error",
    code: "duplicate-key",
    path: ["auth", "realm"],
    at: { file: "/a.yaml", line: 4, column: 3 },
    reason: 'the key "realm" stands here a second time, after line 2',
    hint: "Remove one of the two, or rename it",
  }]);
  assert.equal(textAt(root, "auth", "x"), "1");
});

Deno.test("parseYaml() refuses aliases that stand for too much, for nothing, or for themselves", () => {
  const bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 10; level++) {
    bomb.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(", ")}]`);
  }
  assert.deepEqual(read(bomb.join("\n")).issues.map(({ code, path }) => [code, path]), [[
    "alias",
    undefined,
  ]]);
  assert.deepEqual(issues("a: *nowhere\n"), ["1:4 alias"]);
  assert.deepEqual(issues("a: &a [*a]\n"), ["1:8 alias"]);
});

Deno.test("parseYaml() takes the anchor that stands last before an alias", () => {
  assert.deepEqual(plain(read("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").root), { a: 1, b: 1, c: 2, d: 2 });
});

Deno.test("parseYaml() refuses what is nested deeper than people write", () => {
  assert.deepEqual(issues(`a: ${"[".repeat(200)}${"]".repeat(200)}`), ["1:104 nesting"]);
});

Deno.test("parseYaml() reads the first of several documents, with a warning", () => {
  const { root, issues } = read("a: 1\n---\nb: 2\n");
  assert.deepEqual(plain(root), { a: 1 });
  assert.deepEqual(issues.map(({ severity, code, at }) => [severity, code, at.line]), [[
    "warning",
    "multiple-documents",
    2,
  ]]);
});

Deno.test("parseYaml() finds nothing in an empty text, and no map in a list", () => {
  for (const text of ["", "# only\n", "---\n...\n", "~\n"]) {
    assert.deepEqual([plain(read(text).root), issues(text)], [{}, []]);
  }
  assert.deepEqual(issues("- a\n"), ["1:1 not-a-map"]);
});

Deno.test("parseYaml() refuses a list or a map as a key", () => {
  assert.deepEqual(issues("? [a]\n: 1\n"), ["1:3 complex-key"]);
});

Deno.test("parseYaml() reads JSON, tabs included", () => {
  assert.deepEqual(plain(read('{\n\t"a": [1, "b", null]\n}').root), { a: [1, "b", null] });
});

Deno.test("parseYaml() never throws, whatever the text", () => {
  const piece = fc.constantFrom(
    "a",
    ":",
    " ",
    "\n",
    "- ",
    "&x ",
    "*x",
    "!env ",
    "[",
    "]",
    "{",
    "}",
    "'",
    '"',
    "|",
    "<<: ",
    "? ",
    "#",
    "\t",
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
    for (const { at } of read(pieces.join("")).issues) assert.ok(at.line >= 1 && at.column >= 1);
  }));
});

Deno.test("parseYaml() reads back what JSON wrote", () => {
  const value = fc.dictionary(
    fc.string().filter((key) => key !== "__proto__"),
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string())),
  );
  fc.assert(fc.property(value, (object) => {
    assert.deepEqual(plain(read(JSON.stringify(object)).root), { ...object });
  }));
});
