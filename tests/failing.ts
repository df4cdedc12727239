/** What goes wrong on purpose. */
import { type AuthError, isAuthError } from "../lib/errors.ts";

/** The error of work that must fail with one of ours; whatever else it throws passes. */
export async function failureOf(work: Promise<unknown>): Promise<AuthError> {
  const outcome = await work.then(() => new Error("it did not fail"), (error: unknown) => error);
  if (isAuthError(outcome)) return outcome;
  throw outcome;
}

/** {@linkcode failureOf} for what fails at once. */
export function failureIn(run: () => unknown): AuthError {
  try {
    run();
  } catch (error) {
    if (isAuthError(error)) return error;
    throw error;
  }
  throw new Error("it did not fail");
}
