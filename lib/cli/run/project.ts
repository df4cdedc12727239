/**
 * What workflows and custom commands are carried out with: the configuration, whatever state its `auth:` is in, and the
 * directories and variables of the project.
 *
 * @module
 */
import type { LoadedConfig } from "../../config/types.ts";
import { AuthError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import type { ProjectSettings } from "../../stacks/types.ts";
import { type Context, openContext } from "./context.ts";
import type { GlobalInput } from "../line/globals.ts";

/** A configuration and its project. */
export interface OpenedProject {
  readonly context: Context;
  readonly settings: ProjectSettings;
}

/**
 * Reads the configuration. What is wrong below `auth:` is no concern of who needs no identity.
 *
 * @throws AuthError `config-invalid` when there is none, or its text cannot be read
 */
export async function openProject(host: Host, globals: GlobalInput): Promise<OpenedProject> {
  const context = await openContext(host, globals, { evenBroken: true });
  assertReadable(context.loaded());
  return { context, settings: await context.settings() };
}

function assertReadable(loaded: LoadedConfig): void {
  const whole = unreadable(loaded);
  if (whole !== undefined) throw whole;
  if (loaded.files.length > 0) return;
  throw new AuthError("config-invalid", "Cannot find a configuration: there is no atmos.yaml here or above", {
    hints: ["Create atmos.yaml, or name one with --config FILE"],
  });
}

/** A file that is no YAML takes all of the configuration out of use. */
export function unreadable({ problems }: Pick<LoadedConfig, "problems">): AuthError | undefined {
  const whole = problems.find(({ blocks, path }) => blocks && path === "");
  if (whole === undefined) return undefined;
  return new AuthError("config-invalid", `Cannot use the configuration: ${whole.reason}`, {
    at: whole.at,
    hints: [whole.hint],
  });
}
