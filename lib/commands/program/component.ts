/**
 * What `terraform`, `helmfile` and `packer` have in common: a component's surroundings, its files, its program.
 *
 * @module
 */
import { AuthError, isAuthError } from "../../errors.ts";
import type { Command, Exit, Host } from "../../host.ts";
import { isInside, joinPath } from "../../paths.ts";
import { AS_IT_CAME } from "../../stacks/program_environment.ts";
import { type GeneratedFile, isReplaceable, notOurs } from "../../stacks/program_files.ts";
import type { Component, ComponentTarget, ComponentType, ProjectSettings } from "../../stacks/types.ts";
import { printable } from "../../terminal/escape.ts";
import { disabledWords } from "../../cli/run/choose.ts";
import type { ComponentCall } from "./target.ts";
import { type Context, openContext } from "../../cli/run/context.ts";

/** A component, and what surrounds it. */
export interface Opened {
  readonly context: Context;
  readonly component: Component;
  readonly settings: ProjectSettings;
}

/**
 * Opens the configuration with what the component says of it, for as long as the work lasts. A disabled component
 * is told, and nothing is done.
 *
 * @throws AuthError `config-invalid`, `not-found` and the others of `openContext`
 */
export async function withComponent(
  { host, globals }: ComponentCall,
  target: ComponentTarget,
  work: (opened: Opened) => Promise<number>,
): Promise<number> {
  const evenBroken = disabledWords(host, globals) !== undefined;
  await using context = await openContext(host, globals, { component: target, evenBroken });
  const { isEnabled, name, stack } = context.found().component;
  if (!isEnabled) {
    host.tell(`The component ${printable(name)} is disabled in ${printable(stack)}: nothing is done\n`);
    return 0;
  }
  return await work({ context, component: context.component(), settings: await context.settings() });
}

/**
 * Makes sure that the component's code is there, in the project, and that its files may be written.
 *
 * @throws AuthError `config-invalid`, `file-failed`
 */
export async function assertReady(
  { component: { directory, name, file, folder, type }, settings, context: { host: { os, files } } }: Opened,
  generated: readonly GeneratedFile[],
): Promise<void> {
  const homes = [settings.basePath, settings[type].directory];
  if (!homes.some((home) => isInside(os, directory, home))) {
    throw new AuthError(
      "config-invalid",
      `Cannot use the code of ${name}: ${directory} is outside of the project`,
      {
        where: file,
        hints: [
          `\`metadata.component\` is ${folder}; set \`components.${type}.base_path\` where the code is elsewhere`,
        ],
      },
    );
  }
  const real = await files.realPath(directory);
  if (real === undefined || (await files.status(real))?.kind !== "directory") {
    throw new AuthError(
      "config-invalid",
      `Cannot find the code of ${name}: there is no directory ${directory}`,
      {
        where: file,
        hints: [`It is looked for as ${folder}: \`metadata.component\` names another place`],
      },
    );
  }
  for (const one of generated) {
    const path = joinPath(os, directory, one.name);
    const kind = (await files.status(path))?.kind;
    if (kind === undefined) continue;
    if (kind !== "file" || !isReplaceable(await files.readText(path) ?? "", one)) {
      throw notOurs(os, directory, one, kind);
    }
  }
}

/** Writes the component's files. */
export async function writeFiles(
  { os, files }: Pick<Host, "os" | "files">,
  { directory }: Component,
  generated: readonly GeneratedFile[],
): Promise<void> {
  for (const { name, text, mode } of generated) {
    await files.writeText(joinPath(os, directory, name), text, mode);
  }
}

/** Writes them, and nothing more. */
export async function generateFiles(
  host: Pick<Host, "os" | "files" | "tell">,
  component: Component,
  generated: readonly GeneratedFile[],
): Promise<number> {
  await writeFiles(host, component, generated);
  for (const { name } of generated) {
    host.tell(`Wrote ${printable(joinPath(host.os, component.directory, name))}\n`);
  }
  return 0;
}

/** The program of a component: its own, that of `atmos.yaml`, or the word that was typed. */
export function programOf(component: Component, project: ProjectSettings, word: string): string {
  return component.command ?? project[component.type].command ?? word;
}

/**
 * Runs the component's program.
 *
 * @throws AuthError `command-not-found` and the others of `Host.run`, with what to do
 */
export async function runProgram(
  host: Pick<Host, "run">,
  command: Command,
  type: ComponentType,
): Promise<Exit> {
  try {
    return await host.run(command);
  } catch (error) {
    if (!isAuthError(error, "command-not-found")) throw error;
    throw error.with({
      moreHints: [
        `Install ${command.program}, or name another program: components.${type}.command in atmos.yaml`,
      ],
    });
  }
}

/** Runs a program's `version`, which needs no component. */
export async function runVersion(
  { host, globals }: ComponentCall,
  type: ComponentType,
  word: string,
  args: readonly string[],
): Promise<number> {
  await using context = await openContext(host, globals, { evenBroken: true });
  const program = (await context.settings())[type].command ?? word;
  const command = { program, args: ["version", ...args], environment: AS_IT_CAME, stdio: "inherit" } as const;
  return (await runProgram(context.host, command, type)).code;
}
