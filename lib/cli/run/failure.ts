/**
 * The end of a command that failed: once, in words, with the exit code of its class.
 *
 * @module
 */
import { type ErrorCode, isAuthError } from "../../errors.ts";
import { withheldBelow } from "../../grants.ts";
import type { Host } from "../../host.ts";
import { errorReport } from "../../output/problem.ts";
import { type Style, styleOf } from "../../output/style.ts";
import { printable } from "../../terminal/escape.ts";

/** Exit code of what is wrong in this program itself. */
const INTERNAL = 1;

/** What is known of the run that failed. */
export interface FailedRun {
  /** Whether causes and stacks are told, too. */
  readonly trace: boolean;
  /** Whether it is told in one line: an SDK that started us shows it among its own words. */
  readonly isBrief: boolean;
  /** The command with the program's name, such as `atmos auth env`; empty when it did not come to that. */
  readonly line: string;
  /** The command's words as `permissions` knows it. */
  readonly command: string;
}

/** How a run of the program ended. */
export interface Ending {
  readonly exitCode: number;
  /** The code of the error that ended it; `undefined`: there was none, or none of ours. */
  readonly code?: ErrorCode;
}

/** Tells what went wrong. */
export function showError(host: Pick<Host, "tell" | "screen">, failure: unknown, run: FailedRun): Ending {
  const error = withCommand(failure, run);
  host.tell(reportOf(error, styleOf(host.screen), run));
  return isAuthError(error) ? { exitCode: error.exitCode, code: error.code } : { exitCode: INTERNAL };
}

function reportOf(error: unknown, style: Style, { trace, isBrief }: FailedRun): string {
  // Whoever interrupted knows why.
  if (isAuthError(error, "interrupted")) {
    return error.reason === "signal" ? `${error.message}\n` : "Interrupted\n";
  }
  if (!isBrief || trace || !isAuthError(error)) return errorReport(error, style, trace);
  return `${style.bad("Error:")} ${printable([error.message, ...error.hints].join(". "))}\n`;
}

/** A grant that is missing, wherever that was found out, with the command that needs it. */
function withCommand(error: unknown, { line, command }: FailedRun): unknown {
  const missing = isAuthError(error, "permission-missing") ? error : withheldBelow(error);
  if (missing === undefined) return error;
  const needed = `\`${line}\` needs it`;
  const advice = `\`atmos auth permissions ${command.replaceAll(" ", "-")}\` lists all that it needs`;
  return missing.with({
    moreHints: [command === "" ? undefined : `${needed}; ${advice}`],
    cause: missing === error ? undefined : error,
  });
}
