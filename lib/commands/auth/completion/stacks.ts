/**
 * Names of stacks and components for completion.
 *
 * @module
 */
import { listStacks, type Project, stacksNamed } from "../../../stacks/loader.ts";
import { listedComponents, listedStacks } from "../../../stacks/overview.ts";
import type { Names } from "../../../cli/line/complete_words.ts";
import { counted } from "../../../counting.ts";

/**
 * The stacks, and the components of the one that is meant, or of all.
 *
 * @param meant what the words have told so far
 */
export async function stackNames(
  project: Project,
  meant: { readonly stack: string | undefined; readonly type: string | undefined },
): Promise<Pick<Names, "stacks" | "components">> {
  const all = await listStacks(project);
  const stacks = listedStacks(all).map(({ name, components }) => ({
    value: name,
    description: counted(components.length, "component"),
  }));
  const near = meant.stack === undefined ? all : await stacksNamed(project, meant.stack);
  const components = listedComponents(near)
    .filter(({ type, isAbstract }) => !isAbstract && (meant.type === undefined || type === meant.type))
    .map(({ name, type }) => ({ value: name, description: type }));
  return { stacks, components };
}
