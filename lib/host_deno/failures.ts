/**
 * Turns Deno's exceptions into our errors: a missing grant names its flag, a failed file operation its path.
 *
 * @module
 */
import { AuthError, isAuthError, messageOf } from "../errors.ts";
import { permissionMissing } from "../grants.ts";

/** Explanations of the operating system's error codes. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["EPERM", "the operation is not permitted"],
  ["ENOENT", "no such file or directory"],
  ["EISDIR", "it is a directory"],
  ["ENOTDIR", "a part of the path is not a directory"],
  ["ENOTEMPTY", "the directory is not empty"],
  ["EEXIST", "it exists already"],
  ["ELOOP", "too many symbolic links"],
  ["ENAMETOOLONG", "the name is too long"],
  ["EROFS", "the file system is read-only"],
  ["ENOSPC", "no space left on the device"],
  ["EDQUOT", "the disk quota is used up"],
  ["EMFILE", "too many open files"],
  ["EBUSY", "it is in use"],
  ["EIO", "input/output error"],
  ["EPIPE", "its reader went away"],
]);

/** The operating system's error code, such as `ENOSPC`; Deno has classes for only some of them. */
export function systemCodeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Why an operation failed, without the path that Deno appends to its messages. */
export function reasonOf(error: unknown): string {
  const known = REASONS.get(systemCodeOf(error) ?? "");
  return known ?? messageOf(error).replace(/ \(os error \d+\)(?:: .*)?$/s, "");
}

/** Turns any error of an attempt into ours; keeps ours. `code` applies to everything but a missing grant. */
export function failureOf(code: "failed" | "file-failed", attempt: string, error: unknown): AuthError {
  if (isAuthError(error)) return error;
  if (error instanceof Deno.errors.NotCapable) return permissionMissing(attempt, error);
  return new AuthError(code, `Cannot ${attempt}: ${reasonOf(error)}`, { cause: error });
}

/** Runs an operation on a file; its failure says what was attempted. */
export async function attemptOnFile<T>(attempt: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw failureOf("file-failed", attempt, error);
  }
}

/** Whether a path does not exist, which includes a name too long for the system. */
export function isAbsence(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || systemCodeOf(error) === "ENAMETOOLONG";
}

/** Like {@linkcode attemptOnFile}, but returns `absent` when the path does not exist. */
export async function attemptUnlessAbsent<T, A>(
  attempt: string,
  absent: A,
  operation: () => Promise<T> | T,
): Promise<T | A> {
  try {
    return await operation();
  } catch (error) {
    if (isAbsence(error)) return absent;
    throw failureOf("file-failed", attempt, error);
  }
}
