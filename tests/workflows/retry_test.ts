import assert from "node:assert/strict";
import fc from "fast-check";
import { attempt, parseMillis, pauseMillis, retryAt } from "../../lib/workflows/retry.ts";
import { BACKOFFS, type Retry } from "../../lib/workflows/types.ts";
import { fakeHost } from "../fake_host.ts";
import { faultLines, partOf } from "./setup.ts";

const RETRY: Retry = {
  maxAttempts: 4,
  backoff: "exponential",
  initialMillis: 1000,
  maxMillis: undefined,
  multiplier: 2,
  isJittered: false,
  maxElapsedMillis: undefined,
};

Deno.test("retryAt() reads every key, and fills in the rest", () => {
  const part = partOf(`
retry:
  max_attempts: 3
  backoff_strategy: linear
  initial_delay: 1m30s
  max_delay: 500ms
  random_jitter: true
  multiplier: 1.5
  max_elapsed_time: 1h
`);
  assert.deepEqual(retryAt(part), {
    maxAttempts: 3,
    backoff: "linear",
    initialMillis: 90_000,
    maxMillis: 500,
    multiplier: 1.5,
    isJittered: true,
    maxElapsedMillis: 3_600_000,
  });
  assert.deepEqual(retryAt(partOf("retry: { max_attempts: 2 }")), {
    ...RETRY,
    maxAttempts: 2,
    initialMillis: 100,
  });
  assert.equal(retryAt(partOf("command: x")), undefined);
  assert.deepEqual(part.faults, []);
});

Deno.test("retryAt() says what it cannot read", () => {
  const part = partOf(
    "retry: { max_attempts: 0, backoff_strategy: cubic, initial_delay: soon, conditions: [x], tries: 2 }",
  );
  retryAt(part);
  assert.deepEqual(faultLines(part.faults).map((line) => line.replace(/^\S+ /, "")), [
    "error retry.conditions: `conditions` of retry are not supported: every failure is tried again",
    'warning retry.tries: the key "tries" is not known',
    'error retry.max_attempts: expected a number of attempts from 1 to 9999, found "0"',
    "warning retry: `max_attempts` is missing: the step is tried once",
    'error retry.backoff_strategy: "cubic" is not one of constant, linear, exponential',
    'error retry.initial_delay: "soon" is not a duration',
  ]);
});

Deno.test("parseMillis() reads seconds, parts of them, and sums", () => {
  assert.deepEqual(
    ["10", "500ms", "1.5s", "1h30m", "1d", "", "5", "ms", "1x", "-1s", "99999d"].map(parseMillis),
    [
      10_000,
      500,
      1500,
      5_400_000,
      86_400_000,
      undefined,
      5000,
      undefined,
      undefined,
      undefined,
      undefined,
    ],
  );
});

Deno.test("pauseMillis() grows as its strategy says, up to its limit", () => {
  const pauses = (retry: Retry) => [1, 2, 3, 4].map((attempt) => pauseMillis(retry, attempt, 0));
  assert.deepEqual(pauses({ ...RETRY, backoff: "constant" }), [1000, 1000, 1000, 1000]);
  assert.deepEqual(pauses({ ...RETRY, backoff: "linear" }), [1000, 2000, 3000, 4000]);
  assert.deepEqual(pauses(RETRY), [1000, 2000, 4000, 8000]);
  assert.deepEqual(pauses({ ...RETRY, maxMillis: 3000 }), [1000, 2000, 3000, 3000]);
});

Deno.test("pauseMillis() is never negative, nor more than a tenth over its limit", () => {
  fc.assert(
    fc.property(
      fc.record({
        backoff: fc.constantFrom(...BACKOFFS),
        initialMillis: fc.nat(1e9),
        maxMillis: fc.nat(1e7),
        multiplier: fc.double({ min: 0, max: 9999, noNaN: true }),
        isJittered: fc.boolean(),
      }),
      fc.integer({ min: 1, max: 9999 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (retry, attempt, chance) => {
        const millis = pauseMillis({ ...RETRY, ...retry }, attempt, chance);
        assert.ok(
          Number.isSafeInteger(millis) && millis >= 0 && millis <= Math.ceil(retry.maxMillis * 1.1),
          `${millis}`,
        );
      },
    ),
  );
});

Deno.test("pauseMillis() of no delay is none, however often it was multiplied", () => {
  const retry = {
    ...RETRY,
    backoff: "exponential" as const,
    initialMillis: 0,
    multiplier: 2,
    isJittered: false,
  };
  assert.equal(pauseMillis(retry, 9999, 0), 0);
});

/** Runs with these exit codes, and tells what was waited. */
async function tried(retry: Retry | undefined, codes: readonly number[]) {
  const host = fakeHost();
  const queue = [...codes];
  const pauses: number[] = [];
  const outcome = await attempt(
    host,
    retry,
    () => Promise.resolve({ code: queue.shift() ?? 99 }),
    (_, millis) => pauses.push(millis),
  );
  return { ...outcome, pauses };
}

Deno.test("attempt() tries until it works, or often enough", async () => {
  assert.deepEqual(await tried(RETRY, [1, 2, 0]), { code: 0, attempts: 3, pauses: [1000, 2000] });
  assert.deepEqual(await tried({ ...RETRY, maxAttempts: 2 }, [1, 2, 0]), {
    code: 2,
    attempts: 2,
    pauses: [1000],
  });
  assert.deepEqual(await tried(undefined, [7, 0]), { code: 7, attempts: 1, pauses: [] });
});

Deno.test("attempt() does not begin what would not end in its time, nor what a person stopped", async () => {
  const limited = { ...RETRY, maxElapsedMillis: 3500 };
  assert.deepEqual(await tried(limited, [1, 1, 1, 0]), { code: 1, attempts: 3, pauses: [1000, 2000] });
  assert.deepEqual(await tried(RETRY, [130, 0]), { code: 130, attempts: 1, pauses: [] });
});
