/**
 * The end of a command that failed: once, in words, with the exit code of its class.
 *
 * @module
 */
import { isAuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { errorReport } from "../output/problem.ts";
import { styleOf } from "../output/style.ts";

/** Exit code of what is wrong in this program itself. */
const INTERNAL = 1;

/**
 * Tells what went wrong.
 *
 * @param trace whether causes and stacks are told, too
 * @returns the exit code
 */
export function showError(host: Pick<Host, "tell" | "screen">, error: unknown, trace: boolean): number {
  // Who interrupted knows it.
  host.tell(
    isAuthError(error, "interrupted") ? "Interrupted\n" : errorReport(error, styleOf(host.screen), trace),
  );
  return isAuthError(error) ? error.exitCode : INTERNAL;
}
