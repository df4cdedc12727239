/**
 * What running Packer for a component comes to: pure.
 *
 * @module
 */
import type { ProgramRun } from "./program_run.ts";
import { packerVarfile } from "./program_files.ts";
import { PACKER_GRAMMAR, wordsAmong } from "./program_words.ts";
import type { Component } from "./types.ts";
import { wordIn } from "./values.ts";

/** What is asked for. */
export interface PackerRequest {
  /** `build`, `init`, `plugins install`, ... */
  readonly command: string;
  readonly args: readonly string[];
  /** `--template`; it beats `settings.packer.template`. */
  readonly template: string | undefined;
}

/** Commands that read a template and its variables. */
const WITH_TEMPLATE: ReadonlySet<string> = new Set(["build", "console", "init", "inspect", "validate"]);

/** Plans a run. Without a template's name Packer reads all templates of the directory. */
export function packerRun(component: Component, { command, args, template }: PackerRequest): ProgramRun {
  const varfile = packerVarfile(component);
  if (command === "generate varfile") return { files: [varfile], changes: false };
  const words = command.split(" ");
  if (!WITH_TEMPLATE.has(command)) {
    return { files: [], changes: false, args: [...words, ...args], leftovers: [] };
  }
  const named = wordsAmong(args, PACKER_GRAMMAR).length > 0;
  const chosen = template ?? wordIn(component.sections, "settings", "packer", "template") ?? ".";
  return {
    files: [varfile],
    changes: command === "build",
    args: [...words, "-var-file", varfile.name, ...args, ...(named ? [] : [chosen])],
    leftovers: command === "build" ? [varfile.name] : [],
  };
}
