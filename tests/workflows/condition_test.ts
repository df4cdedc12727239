import assert from "node:assert/strict";
import fc from "fast-check";
import { conditionAt, conditionText, holds, isDue } from "../../lib/workflows/condition.ts";
import { type Condition, PREDICATES } from "../../lib/workflows/types.ts";
import { faultLines, partOf } from "./setup.ts";

const read = (yaml: string) => {
  const part = partOf(`when: ${yaml}\n`);
  return { condition: conditionAt(part, "when"), faults: faultLines(part.faults) };
};
const state = (failed: boolean, ci = false) => ({ failed, ci: () => ci });
const is = (predicate: typeof PREDICATES[number]): Condition => ({ type: "is", predicate });

Deno.test("conditionAt() reads words, lists and all, any, not", () => {
  assert.deepEqual(read("Failure"), { condition: is("failure"), faults: [] });
  assert.deepEqual(read("true").condition, is("always"));
  assert.deepEqual(read("[always, local]").condition, { type: "all", of: [is("always"), is("local")] });
  assert.deepEqual(read("{ any: [ci, { not: success }] }").condition, {
    type: "any",
    of: [is("ci"), { type: "not", of: is("success") }],
  });
  assert.deepEqual(read("").condition, undefined);
});

Deno.test("conditionAt() refuses expressions and other words by name and place", () => {
  assert.deepEqual(read(`"stack == 'prod'"`), {
    condition: undefined,
    faults: [
      `1:7 error when: CEL expressions are not evaluated by this program: "stack == 'prod'"`,
    ],
  });
  assert.deepEqual(read("!cel ci").faults, [
    "1:12 error when: CEL expressions are not evaluated by this program",
  ]);
  assert.deepEqual(read("fail").faults, [
    '1:7 error when: "fail" is not one of success, failure, always, never, ci, local',
  ]);
  assert.deepEqual(read("{ all: [ci], any: [ci] }").faults, [
    "1:7 error when: a map of a condition has one key: all, any or not",
  ]);
  assert.deepEqual(read("[ci, [nonsense]]").faults, [
    '1:13 error when.1.0: "nonsense" is not one of success, failure, always, never, ci, local',
  ]);
  assert.deepEqual(read("[]").faults, ["1:7 error when: an empty list says nothing"]);
});

Deno.test("isDue() means success where a condition says nothing about it", () => {
  const due = (when: Condition | undefined, failed: boolean, ci = false) => isDue(when, state(failed, ci));
  assert.deepEqual([due(undefined, false), due(undefined, true)], [true, false]);
  assert.deepEqual([due(is("ci"), false, true), due(is("ci"), true, true)], [true, false]);
  assert.deepEqual([due(is("failure"), false), due(is("failure"), true)], [false, true]);
  assert.deepEqual([due(is("always"), false), due(is("always"), true)], [true, true]);
  assert.deepEqual([due(is("never"), false), due(is("never"), true)], [false, false]);
  const cleanup: Condition = { type: "all", of: [is("always"), is("local")] };
  assert.deepEqual([due(cleanup, true), due(cleanup, true, true)], [true, false]);
});

const conditions = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...PREDICATES).map(is),
    fc.record({
      type: fc.constantFrom("all" as const, "any" as const),
      of: fc.array(tie("condition"), { minLength: 1, maxLength: 3 }),
    }),
    tie("condition").map((of): Condition => ({ type: "not", of })),
  ),
})).condition;

Deno.test("holds() is the opposite of not, and all and any are each other's mirror", () => {
  fc.assert(
    fc.property(
      fc.array(conditions, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      fc.boolean(),
      (of, failed, ci) => {
        const now = state(failed, ci);
        const not = (condition: Condition): Condition => ({ type: "not", of: condition });
        for (const one of of) assert.equal(holds(not(one), now), !holds(one, now));
        assert.equal(holds(not({ type: "all", of }), now), holds({ type: "any", of: of.map(not) }, now));
      },
    ),
  );
});

Deno.test("conditionText() writes what is meant", () => {
  assert.equal(
    conditionText({ type: "all", of: [is("ci"), { type: "not", of: is("failure") }] }),
    "all(ci, not(failure))",
  );
});
