import assert from "node:assert/strict";
import { AuthError, isAuthError } from "../../lib/errors.ts";
import type { StepEnd } from "../../lib/workflows/retry.ts";
import { runSteps, type StepEvent, stepsFrom } from "../../lib/workflows/run.ts";
import type { Condition, Predicate, Step } from "../../lib/workflows/types.ts";
import { fakeHost } from "../fake_host.ts";
import { step } from "./setup.ts";

const is = (predicate: Predicate): Condition => ({ type: "is", predicate });
const named = (name: string, changes: Partial<Step> = {}) => step({ name, ...changes });

/** Runs steps whose exit codes are these, by name. */
async function ran(
  steps: readonly Step[],
  codes: Readonly<Record<string, number | StepEnd | AuthError>>,
  env: Readonly<Record<string, string>> = {},
) {
  const done: string[] = [];
  const { code, failed } = await runSteps(fakeHost({ env }), steps, {
    run: ({ name }) => {
      done.push(name);
      const outcome = codes[name] ?? 0;
      if (outcome instanceof AuthError) return Promise.reject(outcome);
      return Promise.resolve(typeof outcome === "number" ? { code: outcome } : outcome);
    },
    onEvent: (event: StepEvent) => done.push(`${event.type} ${event.step.name}`),
    onError: (error) => done.push(error.message),
  });
  return { code, failed: failed?.name, done };
}

Deno.test("runSteps() runs all steps in their order, and stops at the first that fails", async () => {
  const steps = [named("a"), named("b"), named("c")];
  assert.deepEqual(await ran(steps, {}), { code: 0, failed: undefined, done: ["a", "b", "c"] });
  assert.deepEqual(await ran(steps, { b: 3 }), { code: 3, failed: "b", done: ["a", "b"] });
});

Deno.test("runSteps() still runs steps for a failure, and keeps the first exit code", async () => {
  const steps = [
    named("a"),
    named("b"),
    named("mend", { when: is("failure") }),
    named("always", { when: is("always") }),
  ];
  assert.deepEqual((await ran(steps, {})).done, ["a", "b", "skipped mend", "always"]);
  assert.deepEqual(await ran(steps, { a: 5, mend: 6 }), {
    code: 5,
    failed: "a",
    done: ["a", "mend", "always"],
  });
});

Deno.test("runSteps() goes on after a failure that a step allows, where it allows it", async () => {
  const steps = [named("a", { goOn: is("ci") }), named("b")];
  assert.deepEqual(await ran(steps, { a: 1 }, { CI: "true" }), {
    code: 0,
    failed: undefined,
    done: ["a", "went-on a", "b"],
  });
  assert.deepEqual(await ran(steps, { a: 1 }), { code: 1, failed: "a", done: ["a"] });
});

Deno.test("runSteps() does not go on after Ctrl-C, whatever a step allows, but cleans up", async () => {
  const steps = [
    named("a", { goOn: is("always") }),
    named("b"),
    named("clean", { when: is("always") }),
  ];
  assert.deepEqual(await ran(steps, { a: 130 }), { code: 130, failed: "a", done: ["a", "clean"] });
});

Deno.test("runSteps() takes what keeps a step from starting for its failure, but not an interruption", async () => {
  const refusal = new AuthError("person-needed", "Cannot log in");
  const steps = [named("a"), named("b"), named("c", { when: is("failure") })];
  assert.deepEqual(await ran(steps, { b: refusal }), {
    code: 3,
    failed: "b",
    done: ["a", "b", "Cannot log in", "c"],
  });
  await assert.rejects(
    ran(steps, { b: new AuthError("interrupted", "Interrupted") }),
    (error) => isAuthError(error, "interrupted"),
  );
});

Deno.test("runSteps() tries again as a step says", async () => {
  const retry = {
    maxAttempts: 3,
    backoff: "constant",
    initialMillis: 10,
    maxMillis: undefined,
    multiplier: 2,
    isJittered: false,
    maxElapsedMillis: undefined,
  } as const;
  assert.deepEqual(await ran([named("a", { retry })], { a: 4 }), {
    code: 4,
    failed: "a",
    done: ["a", "pause a", "a", "pause a", "a"],
  });
});

Deno.test("stepsFrom() starts at a step, and names all of them when there is none", () => {
  const steps = [named("a"), named("Deploy"), named("c")];
  assert.deepEqual(stepsFrom(steps, "Deploy").map(({ name }) => name), ["Deploy", "c"]);
  assert.deepEqual(stepsFrom(steps, "deploy").length, 2);
  assert.equal(stepsFrom(steps, undefined), steps);
  assert.throws(
    () => stepsFrom(steps, "x"),
    (error) => isAuthError(error, "not-found") && error.hints[0] === "The steps are a, Deploy, c",
  );
});

Deno.test("runSteps() starts nothing after a signal that asked to end, and keeps the exit code of the step", async () => {
  const stopped = { signal: "SIGTERM", code: 143 };
  const retry = {
    maxAttempts: 5,
    backoff: "constant",
    initialMillis: 1,
    maxMillis: undefined,
    multiplier: 1,
    isJittered: false,
    maxElapsedMillis: undefined,
  } as const;
  const steps = [named("a", { retry, goOn: is("always") }), named("b", { when: is("always") })];
  assert.deepEqual(await ran(steps, { a: { code: 33, stopped } }), { code: 33, failed: "a", done: ["a"] });
  assert.deepEqual(await ran(steps, { a: { code: 0, stopped } }), { code: 143, failed: "a", done: ["a"] });
  assert.deepEqual(await ran(steps, { b: { code: 0, stopped } }), {
    code: 0,
    failed: undefined,
    done: ["a", "b"],
  });
});
