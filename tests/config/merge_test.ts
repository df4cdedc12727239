import assert from "node:assert/strict";
import fc from "fast-check";
import { type CaseClash, mergeMaps, type MergeOptions } from "../../lib/config/merge.ts";
import { emptyMap, nodeAt, type Raw, type RawMap } from "../../lib/config/raw.ts";
import { parseYaml } from "../../lib/config/yaml.ts";

const read = (text: string, file = "/a.yaml") => parseYaml(text, file).root;
const plain = (raw: Raw): unknown =>
  raw.type === "map"
    ? Object.fromEntries([...raw.entries.values()].map(({ key, value }) => [key, plain(value)]))
    : raw.type === "list"
    ? raw.items.map(plain)
    : raw.type === "scalar"
    ? raw.value
    : raw.type;
const merged = (base: string, over: string, options?: MergeOptions) =>
  plain(mergeMaps(read(base), read(over), options));

Deno.test("mergeMaps() merges maps key by key, at any depth, and keeps the order of keys", () => {
  const result = merged("a: {x: 1, y: {z: 1}}\nb: 1\n", "c: 3\na: {y: {z: 2, w: 3}}\n");
  assert.deepEqual(result, { a: { x: 1, y: { z: 2, w: 3 } }, b: 1, c: 3 });
  assert.deepEqual(Object.keys(result as object), ["a", "b", "c"]);
});

Deno.test("mergeMaps() replaces lists, and anything by anything else", () => {
  assert.deepEqual(merged("a: [1, 2]\nb: {x: 1}\nc: 1\n", "a: [3]\nb: 5\nc: {y: 1}\n"), {
    a: [3],
    b: 5,
    c: { y: 1 },
  });
});

Deno.test("mergeMaps() merges commands by name, and theirs below", () => {
  const base =
    "commands:\n- {name: a, description: old, commands: [{name: x}, {name: y, v: 1}]}\n- {name: b}\n";
  const over = "commands:\n- {name: c}\n- {name: a, description: new, commands: [{name: y, v: 2}]}\n";
  assert.deepEqual(merged(base, over), {
    commands: [
      { name: "a", description: "new", commands: [{ name: "x" }, { name: "y", v: 2 }] },
      { name: "b" },
      { name: "c" },
    ],
  });
});

Deno.test("mergeMaps() lets nothing take away a map or a list, but a single value", () => {
  assert.deepEqual(merged("a: {x: 1}\nb: [1]\nc: 1\n", "a:\nb:\nc:\n"), { a: { x: 1 }, b: [1], c: null });
});

Deno.test("mergeMaps() keeps the place of the value that counts", () => {
  const result = mergeMaps(read("a: {x: 1, y: 2}\n", "/one.yaml"), read("\na: {x: 3}\n", "/two.yaml"));
  assert.deepEqual(nodeAt(result, ["a", "x"])?.at, { file: "/two.yaml", line: 2, column: 8 });
  assert.deepEqual(nodeAt(result, ["a", "y"])?.at, { file: "/one.yaml", line: 1, column: 14 });
});

Deno.test("mergeMaps() takes two spellings for one key where case does not count, and says so", () => {
  const clashes: CaseClash[] = [];
  const options = { foldCase: true, onCaseClash: (clash: CaseClash) => clashes.push(clash) };
  assert.deepEqual(merged("a: {Prod: {x: 1}}\n", "A: {prod: {y: 2}}\n", options), {
    A: { prod: { x: 1, y: 2 } },
  });
  assert.deepEqual(clashes.map(({ path }) => path), [["A"], ["A", "prod"]]);
  assert.deepEqual(merged("", "a: {Prod: {x: 1}, prod: {y: 2}}\n", options), { a: { prod: { x: 1, y: 2 } } });
});

Deno.test("mergeMaps() lets case count below env, and everywhere without foldCase", () => {
  assert.deepEqual(merged("env: {a: 1}\n", "env: {A: 2}\n", { foldCase: true }), { env: { a: 1, A: 2 } });
  assert.deepEqual(merged("x: {a: 1}\n", "x: {A: 2}\n"), { x: { a: 1, A: 2 } });
});

/** Trees in which a key is always a map or always a text: there merging is associative. */
const tree: fc.Arbitrary<RawMap> = fc.letrec<{ map: Record<string, unknown> }>((tie) => ({
  map: fc.record({
    text: fc.string(),
    list: fc.array(fc.integer(), { maxLength: 2 }),
    map: fc.option(tie("map"), { nil: {}, maxDepth: 3 }),
  }, { requiredKeys: [] }),
})).map.map((value) => read(JSON.stringify(value)));

Deno.test("mergeMaps() is associative over trees of one shape", () => {
  fc.assert(fc.property(tree, tree, tree, (a, b, c) => {
    assert.deepEqual(plain(mergeMaps(mergeMaps(a, b), c)), plain(mergeMaps(a, mergeMaps(b, c))));
  }));
});

Deno.test("mergeMaps() with itself, or with nothing, changes nothing", () => {
  fc.assert(fc.property(tree, fc.boolean(), (a, foldCase) => {
    assert.deepEqual(plain(mergeMaps(a, a, { foldCase })), plain(a));
    assert.deepEqual(plain(mergeMaps(emptyMap(a.at), a, { foldCase })), plain(a));
    assert.deepEqual(plain(mergeMaps(a, emptyMap(a.at), { foldCase })), plain(a));
  }));
});

Deno.test("mergeMaps() lets lists meet as it is told, commands too", () => {
  const [base, over] = [
    "a: [1, {x: 1}, 3]\ncommands: [{name: p}]\n",
    "a: [9, {y: 2}]\ncommands: [{name: p}]\n",
  ];
  assert.deepEqual(merged(base, over, { lists: "replace" }), {
    a: [9, { y: 2 }],
    commands: [{ name: "p" }],
  });
  assert.deepEqual(merged(base, over, { lists: "append" }), {
    a: [1, { x: 1 }, 3, 9, { y: 2 }],
    commands: [{ name: "p" }, { name: "p" }],
  });
  assert.deepEqual(merged(base, over, { lists: "merge" }), {
    a: [9, { x: 1, y: 2 }, 3],
    commands: [{ name: "p" }],
  });
});

/** Every key always has the same type of value: a number, a list or a map. */
const anyMap = fc.letrec((tie) => ({
  map: fc.record({
    a: fc.integer({ min: 0, max: 5 }),
    b: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
    c: fc.oneof({ maxDepth: 3 }, fc.constant({}), tie("map")),
  }, { requiredKeys: [] }),
})).map;

Deno.test("mergeMaps() of maps with values of the same types gives the same in whichever order they are merged two by two", () => {
  fc.assert(
    fc.property(anyMap, anyMap, anyMap, fc.constantFrom("replace", "append", "merge"), (a, b, c, lists) => {
      const [one, two, three] = [a, b, c].map((map) => read(JSON.stringify(map)));
      assert.ok(one !== undefined && two !== undefined && three !== undefined);
      const merge = (base: RawMap, over: RawMap) => mergeMaps(base, over, { lists });
      assert.deepEqual(
        plain(merge(merge(one, two), three)),
        plain(merge(one, merge(two, three))),
      );
    }),
  );
});

Deno.test("mergeMaps() with an empty map changes nothing, and of a map with itself, lists replaced, neither", () => {
  fc.assert(fc.property(anyMap, (map) => {
    const [tree, empty] = [read(JSON.stringify(map)), read("{}")];
    for (const [base, over] of [[tree, empty], [empty, tree], [tree, tree]] as const) {
      assert.deepEqual(plain(mergeMaps(base, over, { lists: "replace" })), plain(tree));
    }
  }));
});
