/**
 * `retry:`: how often a step is tried, and how long the pauses are.
 *
 * @module
 */
import { describeNode } from "../config/raw.ts";
import type { Exit, Host } from "../host.ts";
import { booleanAt, type Part, partAt, report, reportKeys, textAt, wordAt } from "./read.ts";
import { BACKOFFS, type Retry } from "./types.ts";

const KEYS = [
  "max_attempts",
  "backoff_strategy",
  "initial_delay",
  "max_delay",
  "random_jitter",
  "multiplier",
  "max_elapsed_time",
];

/** Reads `retry:`. What is left out is exponential from a tenth of a second, doubled each time. */
export function retryAt(step: Part): Retry | undefined {
  const part = partAt(step, "retry");
  if (part === undefined) return undefined;
  if (part.raw.type !== "map") {
    report(part, { reason: `expected a map, found ${describeNode(part.raw)}` });
    return undefined;
  }
  reportKeys(part, KEYS, {
    conditions: "`conditions` of retry are not supported: every failure is tried again",
  });
  const maxAttempts = numberAt(part, "max_attempts", /^[1-9]\d{0,3}$/, "a number of attempts from 1 to 9999");
  if (maxAttempts === undefined) {
    report(part, { severity: "warning", reason: "`max_attempts` is missing: the step is tried once" });
  }
  return {
    maxAttempts: maxAttempts ?? 1,
    backoff: wordAt(part, "backoff_strategy", BACKOFFS) ?? "exponential",
    initialMillis: millisAt(part, "initial_delay") ?? 100,
    maxMillis: millisAt(part, "max_delay"),
    multiplier: numberAt(part, "multiplier", /^\d{1,4}(\.\d+)?$/, "a number") ?? 2,
    isJittered: booleanAt(part, "random_jitter") ?? false,
    maxElapsedMillis: millisAt(part, "max_elapsed_time"),
  };
}

function numberAt(part: Part, key: string, pattern: RegExp, expected: string): number | undefined {
  const text = textAt(part, key);
  if (text === undefined) return undefined;
  if (pattern.test(text)) return Number(text);
  report(part, { key, reason: `expected ${expected}, found ${JSON.stringify(text)}` });
  return undefined;
}

/** A duration at a key, in milliseconds. */
export function millisAt(part: Part, key: string): number | undefined {
  const text = textAt(part, key);
  if (text === undefined) return undefined;
  const millis = parseMillis(text);
  if (millis === undefined) {
    report(part, {
      key,
      reason: `${JSON.stringify(text)} is not a duration`,
      hint: "Write it as 500ms, 10s or 1m30s",
    });
  }
  return millis;
}

const UNIT_MILLIS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** The longest pause that makes sense, and that timers can count. */
const MAX_MILLIS = 20 * 86_400_000;

/** Reads a short time, which unlike a session's may be less than a second: `500ms`, `1m30s`, `10` (seconds). */
export function parseMillis(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return within(Number(trimmed) * 1000);
  if (!/^(?:(?:\d+(?:\.\d+)?)(?:ms|[smhd]))+$/.test(trimmed)) return undefined;
  const parts = trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g);
  return within(
    [...parts].reduce((sum, [, count, unit = ""]) => sum + Number(count) * (UNIT_MILLIS.get(unit) ?? 0), 0),
  );
}

const within = (millis: number) => millis <= MAX_MILLIS ? Math.round(millis) : undefined;

/**
 * The pause after an attempt.
 *
 * @param attempt counted from 1
 * @param chance from 0 up to 1, for the jitter
 */
export function pauseMillis(retry: Retry, attempt: number, chance: number): number {
  const grown = retry.backoff === "constant"
    ? retry.initialMillis
    : retry.backoff === "linear"
    ? retry.initialMillis * attempt
    : retry.initialMillis * Math.min(retry.multiplier ** (attempt - 1), MAX_MILLIS);
  const limited = Math.min(grown, retry.maxMillis ?? MAX_MILLIS, MAX_MILLIS);
  return Math.round(retry.isJittered ? limited * (0.9 + 0.2 * chance) : limited);
}

/** How a step ended. */
export type StepEnd = Pick<Exit, "code" | "stopped">;

/** How the last attempt ended, and how often there was one. */
export interface Attempts extends StepEnd {
  readonly attempts: number;
}

/** The exit code of what Ctrl-C ended: who pressed it wants it neither once more, nor what comes next. */
export const INTERRUPTED = 130;

/**
 * Tries until it works, or until the rules or a signal say that it is enough.
 *
 * @param onPause told before each pause
 */
export async function attempt(
  host: Pick<Host, "now" | "sleep" | "random">,
  retry: Retry | undefined,
  run: () => Promise<StepEnd>,
  onPause: (failed: Attempts, millis: number) => void,
): Promise<Attempts> {
  const start = host.now();
  for (let attempts = 1;; attempts++) {
    const { code, stopped } = await run();
    if (stopped !== undefined) return { code, stopped, attempts };
    const isOver = code === 0 || code === INTERRUPTED || attempts >= (retry?.maxAttempts ?? 1);
    if (isOver || retry === undefined) return { code, attempts };
    const millis = pauseMillis(retry, attempts, (host.random(1)[0] ?? 0) / 256);
    const elapsed = host.now() + millis - start;
    if (retry.maxElapsedMillis !== undefined && elapsed > retry.maxElapsedMillis) return { code, attempts };
    onPause({ code, attempts }, millis);
    await host.sleep(millis);
  }
}
