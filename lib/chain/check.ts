/**
 * Every chain of a configuration, planned: with the decoder's problems, all that `validate` knows.
 *
 * @module
 */
import type { AuthConfig, LoadedConfig } from "../config/types.ts";
import { AuthError, isAuthError } from "../errors.ts";
import { planChain } from "./plan.ts";
import type { ChainPlan } from "./types.ts";

/** What became of planning one identity. */
export type Verdict =
  | { readonly name: string; readonly plan: ChainPlan }
  | { readonly name: string; readonly error: AuthError };

/** Plans every identity, in the order of the configuration. */
export function checkChains(auth: AuthConfig): readonly Verdict[] {
  return [...auth.identities.keys()].map((name) => {
    try {
      return { name, plan: planChain(auth, name) };
    } catch (error) {
      if (isAuthError(error)) return { name, error };
      throw error;
    }
  });
}

/**
 * Refuses a configuration that cannot be used at all: none was found, or it could not be read as a whole. Problems
 * of single entries are left to whoever uses those entries.
 *
 * @throws AuthError `config-invalid`
 */
export function assertUsable(loaded: Pick<LoadedConfig, "problems" | "files">): void {
  const whole = loaded.problems.filter((problem) =>
    problem.blocks && problem.about === undefined && problem.code !== "untrusted"
  );
  const [first] = whole;
  if (first !== undefined) {
    throw new AuthError("config-invalid", `Cannot use the configuration: ${first.reason}`, {
      where: first.path,
      at: first.at,
      hints: [
        first.hint,
        whole.length > 1 ? "Run `atmos auth validate` to see every problem with its place" : undefined,
      ],
    });
  }
  if (loaded.files.length > 0) return;
  throw new AuthError("config-invalid", "Cannot find a configuration: there is no atmos.yaml here or above", {
    hints: ["Create atmos.yaml with an `auth:` section, or name one with --config FILE"],
  });
}
