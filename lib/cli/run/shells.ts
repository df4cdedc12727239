/**
 * Shells that a person works in.
 *
 * @module
 */
import { isAuthError } from "../../errors.ts";
import type { EnvironmentEdits, Host } from "../../host.ts";

/** Counts the shells that one is in. */
export const DEPTH = "ATMOS_SHLVL";

/** How many of our shells one is in already. */
export function depthOf({ env }: Pick<Host, "env">): number {
  const depth = Number(env(DEPTH) ?? 0);
  return Number.isSafeInteger(depth) && depth > 0 ? depth : 0;
}

type Programs = readonly [string, ...string[]];

/**
 * The shell that is wanted, or those that the platform has. No argument makes it a login shell: that would read
 * /etc/profile, which sets PATH anew, and what the project put there would be gone.
 */
export function shellPrograms({ os, env }: Pick<Host, "os" | "env">, wanted: string | undefined): Programs {
  if (wanted !== undefined && wanted !== "") return [wanted];
  const own = env("SHELL") ?? "";
  // A Unix shell on Windows names itself as no Windows program can be named.
  if (own !== "" && !(os === "windows" && own.startsWith("/"))) return [own];
  return os === "windows" ? [env("COMSPEC") || "cmd.exe"] : ["bash", "sh"];
}

/** Runs the first of these programs that is there. */
export async function runFirst(
  host: Pick<Host, "run">,
  [program, ...others]: Programs,
  args: readonly string[],
  environment: EnvironmentEdits,
): Promise<number> {
  try {
    return (await host.run({ program, args, environment, stdio: "inherit" })).code;
  } catch (error) {
    const [next, ...later] = others;
    if (next === undefined || !isAuthError(error, "command-not-found")) throw error;
    return await runFirst(host, [next, ...later], args, environment);
  }
}
