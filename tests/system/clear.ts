/**
 * What every failure of the program has to be for the person who sees it.
 */
import assert from "node:assert/strict";
import type { Ran } from "./program.ts";

/** Traces of a failure that nobody thought of. */
const UNCLEAR: readonly RegExp[] = [
  /\bat (?:async )?\S*\(?(?:file|ext|npm):/,
  /\b(?:Uncaught|TypeError|RangeError|ReferenceError|AuthError|undefined|NaN)\b|\[object/,
  // What a terminal would obey.
  // deno-lint-ignore no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f]/,
];

/** Asserts an exit code, and one error on stderr that is meant for a person; nothing on stdout. */
export function assertFailed(ran: Ran, code: number, says: RegExp): void {
  assert.equal(ran.code, code, `exit code ${ran.code}: ${ran.stderr}`);
  assert.equal(ran.stdout, "");
  assert.match(ran.stderr, says);
  assertClear(ran);
  assert.equal(ran.stderr.match(/^Error: /gm)?.length, 1, ran.stderr);
}

/** Asserts that what was printed is words and no stack trace. */
export function assertClear({ stderr }: Ran): void {
  for (const trace of UNCLEAR) assert.doesNotMatch(stderr, trace);
}
