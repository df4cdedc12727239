import assert from "node:assert/strict";
import fc from "fast-check";
import type { Raw, RawMap } from "../../lib/config/raw.ts";
import { mergeContent, mergeManifests, mergeSections } from "../../lib/stacks/merge.ts";
import type { ListMerge } from "../../lib/stacks/types.ts";
import { type Plain, plainValue } from "../../lib/stacks/values.ts";
import { mapOf } from "./terraform_samples.ts";

const AT = { file: "/work/stacks/dev.yaml", line: 1, column: 1 };

/** A node for a plain value. */
function rawOf(value: Plain): Raw {
  if (isList(value)) return { type: "list", items: value.map(rawOf), at: AT };
  if (isMap(value)) return rawMap(value);
  return { type: "scalar", value, text: String(value), plain: true, at: AT };
}

type PlainMap = { readonly [key: string]: Plain };

function rawMap(value: PlainMap): RawMap {
  const entries = Object.entries(value).map(([key, item]) =>
    [key, { key, keyAt: AT, value: rawOf(item) }] as const
  );
  return { type: "map", entries: new Map(entries), at: AT };
}

const isList = (value: Plain | undefined): value is readonly Plain[] => Array.isArray(value);
const isMap = (value: Plain | undefined): value is PlainMap =>
  typeof value === "object" && value !== null && !isList(value);

const merged = (layers: readonly PlainMap[], lists: ListMerge): Plain =>
  plainValue(layers.map(rawMap).reduce((below, map) => mergeContent(below, map, lists)));

/** The rule itself, written a second time and for plain values. */
function expected(base: Plain | undefined, over: Plain | undefined, lists: ListMerge): Plain {
  if (over === undefined) return base ?? null;
  if (isMap(base) && isMap(over)) {
    const keys = [...new Set([...Object.keys(base), ...Object.keys(over)])];
    return Object.fromEntries(keys.map((key) => [key, expected(own(base, key), own(over, key), lists)]));
  }
  if (!isList(base) || !isList(over) || lists === "replace") return over;
  if (lists === "append") return [...base, ...over];
  return Array.from({ length: Math.max(base.length, over.length) }, (_, index) => {
    const [first, second] = [base[index], over[index]];
    if (first === undefined) return second ?? null;
    return isMap(first) && isMap(second) ? expected(first, second, lists) : first;
  });
}

const own = (map: PlainMap, key: string): Plain | undefined => Object.hasOwn(map, key) ? map[key] : undefined;

const KEYS = ["a", "b", "c", "__proto__", "constructor", "vars"];
const anyValue = fc.letrec<{ readonly value: Plain; readonly map: PlainMap }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: "merge" },
    fc.constantFrom<Plain>(null, "x", "y", 1, true),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("map"),
  ),
  map: fc.uniqueArray(fc.tuple(fc.constantFrom(...KEYS), tie("value")), {
    maxLength: 4,
    selector: ([key]) => key,
  }).map((pairs) => Object.fromEntries(pairs)),
}));
const strategy = fc.constantFrom<ListMerge>("replace", "append", "merge");

Deno.test("layers merge by the rule: maps key by key, lists by strategy, all else from the later one", () => {
  fc.assert(fc.property(fc.array(anyValue.map, { minLength: 1, maxLength: 4 }), strategy, (layers, lists) => {
    const whole = layers.reduce<Plain | undefined>((below, map) => expected(below, map, lists), undefined);
    assert.deepEqual(merged(layers, lists), whole);
  }));
});

Deno.test("null of a later layer takes away whatever is there, and a value of a still later one comes over it", () => {
  fc.assert(
    fc.property(anyValue.map, anyValue.value, anyValue.value, strategy, (other, under, over, lists) => {
      assert.deepEqual(merged([{ ...other, a: under }, { a: null }], lists), { ...other, a: null });
      assert.deepEqual(merged([{ a: under }, { a: null }, { a: over }], lists), { a: over });
    }),
  );
});

Deno.test("a list is replaced, appended to, or filled up item by item", () => {
  fc.assert(fc.property(fc.array(fc.nat()), fc.array(fc.nat()), (first, second) => {
    const lists = (how: ListMerge) => merged([{ a: first }, { a: second }], how);
    assert.deepEqual(lists("replace"), { a: second });
    assert.deepEqual(lists("append"), { a: [...first, ...second] });
    assert.deepEqual(lists("merge"), { a: [...first, ...second.slice(first.length)] });
  }));
});

const scalar = fc.constantFrom<Plain>(null, "x", "y", 1);
/** Layers in which every key has values of one kind; where the kind changes, groupings differ. */
const regular = fc.record({
  a: scalar,
  list: fc.array(scalar, { maxLength: 3 }),
  maps: fc.array(fc.record({ a: scalar, b: scalar }, { requiredKeys: [] }), { maxLength: 3 }),
  map: fc.record({ a: scalar, inner: fc.record({ list: fc.array(scalar, { maxLength: 2 }) }) }, {
    requiredKeys: [],
  }),
}, { requiredKeys: [] });

Deno.test("layers may be put together in any grouping, but not in any order", () => {
  fc.assert(fc.property(regular, regular, regular, strategy, (a, b, c, lists) => {
    const [first, second, third] = [rawMap(a), rawMap(b), rawMap(c)];
    const left = mergeContent(mergeContent(first, second, lists), third, lists);
    const right = mergeContent(first, mergeContent(second, third, lists), lists);
    assert.deepEqual(plainValue(left), plainValue(right));
  }));
  fc.assert(fc.property(scalar, scalar, strategy, (first, second, lists) => {
    assert.deepEqual(merged([{ a: first }, { a: second }], lists), { a: second });
    assert.deepEqual(merged([{ a: second }, { a: first }], lists), { a: first });
  }));
});

Deno.test("where a manifest has its sections nothing behind the key says nothing, and in them null is a value", () => {
  const base = mapOf(`
vars: { list: [1], map: { a: 1 } }
terraform: { vars: { x: [1] }, overrides: { vars: { o: 1 } } }
components: { terraform: { vpc: { vars: { tags: { a: 1 } }, settings: { s: [1] }, auth: { x: { y: 1 } } } } }
`);
  const over = mapOf(`
vars: { list: ~, map: ~ }
terraform: { vars:, overrides: { vars: } }
components: { terraform: { vpc: { vars: { tags: }, settings:, auth: { x: } } } }
`);
  assert.deepEqual(plainValue(mergeManifests(base, over, "replace")), {
    vars: { list: null, map: null },
    terraform: { vars: { x: [1] }, overrides: { vars: { o: 1 } } },
    components: {
      terraform: { vpc: { vars: { tags: null }, settings: { s: [1] }, auth: { x: { y: 1 } } } },
    },
  });
  for (
    const nothing of ["components:", "components: { terraform: }", "components: { terraform: { vpc: } }"]
  ) {
    assert.deepEqual(plainValue(mergeManifests(base, mapOf(nothing), "replace")), plainValue(base));
  }
  const sections = mergeSections(mapOf("vars: { a: { b: 1 } }"), mapOf("vars: { a: ~ }\nenv:"), "replace");
  assert.deepEqual(plainValue(sections), { vars: { a: null }, env: null });
});
