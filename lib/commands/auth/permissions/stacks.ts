/**
 * What reading the manifests of stacks needs of the sandbox.
 *
 * @module
 */
import { isAuthError } from "../../../errors.ts";
import { componentIn, listStacks, type LoadedStack, type Project } from "../../../stacks/loader.ts";
import { COMPONENT_TYPES } from "../../../stacks/types.ts";
import type { Context } from "../../../cli/run/context.ts";
import type { Noting } from "./chain.ts";

/**
 * Notes the directory, the variables of the settings, and those that any component reads: which one is meant is not
 * known yet.
 *
 * @param context its host writes down what it is asked
 */
export async function noteStacks({ ledger }: Pick<Noting, "ledger">, context: Context): Promise<void> {
  const project = await context.project();
  ledger.need("read", project.settings.stacks.directory);
  for (const stack of await listStacks(project)) {
    for (const type of COMPONENT_TYPES) {
      for (const name of stack.components[type]) look(project, stack, { type, name, stack: stack.name });
    }
  }
}

/** One that cannot be used reads nothing. */
function look(project: Project, stack: LoadedStack, target: Parameters<typeof componentIn>[2]): void {
  try {
    componentIn(project, stack, target);
  } catch (error) {
    if (!isAuthError(error)) throw error;
  }
}
