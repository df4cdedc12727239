/**
 * The end of a command that failed: once, in words, with the exit code of its class.
 *
 * @module
 */
import { AuthError, isAuthError } from "../errors.ts";
import { withheldBelow } from "../grants.ts";
import type { Host } from "../host.ts";
import { errorReport } from "../output/problem.ts";
import { styleOf } from "../output/style.ts";

/** Exit code of what is wrong in this program itself. */
const INTERNAL = 1;

/** What is known of the run that failed. */
export interface FailedRun {
  /** Whether causes and stacks are told, too. */
  readonly trace: boolean;
  /** The command with the program's name, such as `atmos auth env`; empty when it did not come to that. */
  readonly line: string;
  /** The command's words as `permissions` knows it. */
  readonly command: string;
}

/**
 * Tells what went wrong.
 *
 * @returns the exit code
 */
export function showError(host: Pick<Host, "tell" | "screen">, failure: unknown, run: FailedRun): number {
  const error = withCommand(failure, run);
  // Who interrupted knows it.
  host.tell(
    isAuthError(error, "interrupted") ? "Interrupted\n" : errorReport(error, styleOf(host.screen), run.trace),
  );
  return isAuthError(error) ? error.exitCode : INTERNAL;
}

/** A grant that is missing, wherever that was found out, with the command that needs it. */
function withCommand(error: unknown, { line, command }: FailedRun): unknown {
  const missing = isAuthError(error, "permission-missing") ? error : withheldBelow(error);
  if (missing === undefined) return error;
  const needed = `\`${line}\` needs it`;
  const advice = `\`atmos auth permissions ${command.replaceAll(" ", "-")}\` lists all that it needs`;
  return new AuthError(missing.code, missing.message, {
    ...(missing.where === undefined ? {} : { where: missing.where }),
    hints: [...missing.hints, ...(command === "" ? [] : [`${needed}; ${advice}`])],
    cause: error,
  });
}
