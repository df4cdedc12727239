/**
 * What a sandbox may withhold from this program, and how that is told: Deno's permission classes, its flags, and the
 * error for a grant that is missing.
 *
 * @module
 */
import { AuthError } from "./errors.ts";

/** Classes that a command gives up as a whole when it does not need them: each one alone leads out of the sandbox. */
export const GIVEN_UP_CLASSES = ["run", "ffi", "net"] as const;
export type GivenUpClass = typeof GIVEN_UP_CLASSES[number];

/** What Deno throws for a missing grant: by name, since the name is the same in its own code and in npm packages'. */
export function isWithheld(error: unknown): boolean {
  return error instanceof Error && error.name === "NotCapable";
}

/** The flag that grants what Deno's message says is withheld: `--allow-read=/path`. */
function missingFlag(message: string): string | undefined {
  const match = /^Requires (\w+) access(?: to "?(.+?)"?)?, run again with/s.exec(message);
  if (match?.[1] === undefined) return undefined;
  const scope = match[1] === "all" || match[2] === undefined ? "" : `=${match[2]}`;
  return `--allow-${match[1]}${scope}`;
}

/** A scoped grant to start programs is refused while the environment says which libraries they load. */
const LOADER_VARIABLE = /\b((?:LD|DYLD)_\w+)\b/;

/** The sandbox withholds what `attempt` needs; it completes "Cannot". */
export function permissionMissing(attempt: string, error: Error): AuthError {
  const flag = missingFlag(error.message);
  if (flag !== undefined) {
    return new AuthError("permission-missing", `Cannot ${attempt}: Deno's sandbox withholds ${flag}`, {
      hints: [`Run with ${flag}`],
      cause: error,
    });
  }
  const loader = LOADER_VARIABLE.exec(error.message)?.[1];
  if (loader === undefined) {
    return new AuthError("permission-missing", `Cannot ${attempt}: ${error.message}`, { cause: error });
  }
  return new AuthError(
    "permission-missing",
    `Cannot ${attempt}: with ${loader} set, Deno's sandbox wants --allow-run for all programs`,
    { hints: [`Unset ${loader}, or run with --allow-run`], cause: error },
  );
}

/**
 * The same for a grant that was found missing below us, in a library: by the first such cause of an error.
 *
 * @returns `undefined` when no grant is what is missing
 */
export function withheldBelow(error: unknown): AuthError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isWithheld(cause)) return permissionMissing("go on", cause);
  }
  return undefined;
}
