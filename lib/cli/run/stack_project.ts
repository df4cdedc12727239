/**
 * What commands about stacks have in common: the project, and a word about manifests that cannot be read.
 *
 * @module
 */
import type { Host } from "../../host.ts";
import { positionText, warningText } from "../../output/problem.ts";
import { derived } from "../../session/derive.ts";
import { listStacks, type LoadedStack, type Project } from "../../stacks/loader.ts";
import { openContext } from "./context.ts";
import type { GlobalInput } from "../line/globals.ts";

/** The project and all of its stacks, or those of a name. What is wrong with some of them is told, and no more. */
export async function projectStacks(
  world: Host,
  globals: GlobalInput,
  name?: string,
): Promise<{ readonly project: Project; readonly stacks: readonly LoadedStack[] }> {
  const host = derived(world, { prompt: undefined });
  await using context = await openContext(host, globals, { evenBroken: true });
  const project = await context.project();
  const all = await listStacks(project);
  const stacks = name === undefined ? all : await named(project, name);
  const told = new Set<string>();
  for (const { faults } of stacks) {
    for (const { at, reason } of faults) {
      const line = `${positionText(at)}: ${reason}`;
      // What is imported everywhere is wrong everywhere.
      if (!told.has(line)) host.tell(warningText(line, host.screen));
      told.add(line);
    }
  }
  return { project, stacks };
}

async function named(project: Project, name: string): Promise<readonly LoadedStack[]> {
  const { findStacks } = await import("../../stacks/find.ts");
  return await findStacks(project, name);
}
