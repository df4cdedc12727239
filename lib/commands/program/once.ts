/**
 * A program that is run once for a component, as Helmfile and Packer are.
 *
 * @module
 */
import type { EnvironmentEdits } from "../../host.ts";
import { dryRunText } from "../../output/component_run.ts";
import { PLAIN } from "../../output/style.ts";
import { joinPath } from "../../paths.ts";
import { assertAllowed } from "../../stacks/allowed.ts";
import type { ProgramRun } from "../../stacks/program_run.ts";
import { componentEnvironment, layered } from "../../stacks/program_environment.ts";
import type { Component } from "../../stacks/types.ts";
import { assertReady, generateFiles, programOf, runProgram, withComponent, writeFiles } from "./component.ts";
import { identityWords, whileAuthenticated } from "./session.ts";
import type { CommandTarget, ComponentCall } from "./target.ts";

/** What is to be run. */
export interface Once {
  readonly target: CommandTarget;
  readonly plan: (component: Component) => ProgramRun;
  /** What the program is told besides; what the stacks say counts above it. */
  readonly variables: (component: Component) => EnvironmentEdits;
}

/**
 * Runs it.
 *
 * @returns its exit code
 * @throws AuthError for whatever stands in its way
 */
export async function runOnce(call: ComponentCall, { target, plan, variables }: Once): Promise<number> {
  return await withComponent(call, target, async (opened) => {
    const { component, settings, context: { host, auth } } = opened;
    const { files, args, changes, leftovers = [] } = plan(component);
    assertAllowed(component, target.command, changes);
    await assertReady(opened, files);
    const program = programOf(component, settings, target.type);
    if (call.input.dryRun === true) {
      const { set, unset } = componentEnvironment(component);
      call.host.write(dryRunText({
        identity: identityWords(call, auth()),
        directory: component.directory,
        writes: files.map(({ name }) => name),
        forgets: [],
        lines: args === undefined ? [] : [[program, ...args]],
        removes: leftovers,
        sets: Object.keys(set),
        unsets: unset,
      }, PLAIN));
      return 0;
    }
    if (args === undefined) return await generateFiles(host, component, files);
    return await whileAuthenticated(call, opened, { long: true, changes }, async (session) => {
      await writeFiles(host, component, files);
      const { directory, type } = component;
      const environment = layered(variables(component), session);
      const line = { program, args, environment, directory, stdio: "inherit" } as const;
      const { code } = await runProgram(host, line, type);
      if (code !== 0) return code;
      for (const name of leftovers) await host.files.remove(joinPath(host.os, directory, name));
      return code;
    });
  });
}
