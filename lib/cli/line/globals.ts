/**
 * The flags that every command takes, and what they do to the world before a command sees it.
 *
 * @module
 */
import { resolvePath } from "../../paths.ts";
import type { Host } from "../../host.ts";
import { derived } from "../../session/derive.ts";
import { optionalText, text, texts, toggle, usage, type Values } from "./flags.ts";

/** The flags of every command. */
export const GLOBAL_FLAGS = {
  identity: optionalText("NAME", "The identity to use; alone it asks, false disables authentication", {
    short: "i",
  }),
  config: texts("FILE", "Configuration file, instead of the ones that are found"),
  configPath: texts("DIR", "Directory with atmos.yaml, instead of the ones that are found"),
  basePath: text("DIR", "Base directory of the project"),
  profile: texts("NAME", "Configuration profile"),
  chdir: text("DIR", "Change to this directory first", { short: "C", variable: "ATMOS_CHDIR" }),
  logsLevel: text("LEVEL", "Log level: Trace, Debug, Info, Warning, Error or Off"),
  logsFile: text("FILE", "Append the log to this file", { variable: "ATMOS_LOGS_FILE" }),
  verbose: toggle("Log what is done: as --logs-level=Debug", { short: "v", variable: "ATMOS_VERBOSE" }),
  noColor: toggle("No colors"),
  forceColor: toggle("Colors, even where no terminal is seen"),
  forceTty: toggle("Act as if there were a terminal"),
  interactive: toggle("Ask when something must be asked; --interactive=false never asks"),
  help: toggle("Show help", { short: "h" }),
  version: toggle("Show the version"),
} as const;

/** The values of the global flags. */
export type GlobalInput = Values<typeof GLOBAL_FLAGS>;

/**
 * The world as the global flags want it: another working directory, other colours, nobody to ask.
 *
 * @throws AuthError `usage` when `--chdir` names no directory
 */
export async function applyGlobals(host: Host, globals: GlobalInput): Promise<Host> {
  const color = globals.noColor === true ? false : globals.forceColor;
  const dressed = derived(host, {
    ...(globals.interactive === false ? { prompt: undefined } : {}),
    ...(color === undefined ? {} : { screen: derived(host.screen, { color }), output: { color } }),
  });
  return globals.chdir === undefined ? dressed : await changedDirectory(dressed, globals.chdir);
}

async function changedDirectory(host: Host, directory: string): Promise<Host> {
  const path = resolvePath(host.os, host.workingDirectory(), directory);
  const real = await host.files.realPath(path);
  const kind = real === undefined ? undefined : (await host.files.status(real))?.kind;
  if (kind !== "directory") {
    const why = kind === undefined ? "there is no such directory" : "it is not a directory";
    throw usage(`Cannot change to the directory ${path}: ${why}`);
  }
  return derived(host, {
    workingDirectory: () => path,
    run: (command) => host.run({ directory: path, ...command }),
  });
}

/** The flags by which a child of ours finds the same configuration, wherever it is started. */
export function configurationWords(
  { workingDirectory, os }: Pick<Host, "workingDirectory" | "os">,
  { config, configPath, basePath, profile }: GlobalInput,
): readonly string[] {
  const absolute = (path: string) => resolvePath(os, workingDirectory(), path);
  return [
    ...config.map((path) => `--config=${absolute(path)}`),
    ...configPath.map((path) => `--config-path=${absolute(path)}`),
    ...(basePath === undefined ? [] : [`--base-path=${absolute(basePath)}`]),
    ...profile.map((name) => `--profile=${name}`),
  ];
}
