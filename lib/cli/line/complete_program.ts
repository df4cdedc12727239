/**
 * What may stand behind `atmos terraform`, `helmfile` and `packer`: a command of that program, then a component.
 *
 * @module
 */
import { isAuthError } from "../../errors.ts";
import type { ComponentType } from "../../stacks/types.ts";
import {
  type Grammar,
  HELMFILE_GRAMMAR,
  PACKER_GRAMMAR,
  readProgramWords,
  TERRAFORM_GRAMMAR,
} from "../../stacks/program_words.ts";
import { splitAround } from "./args.ts";
import type { Flags } from "./flags.ts";

/** A program that works on components. */
export interface Program {
  readonly type: ComponentType;
  readonly grammar: Grammar;
  /** Its commands, as far as they are offered; any other can be typed. */
  readonly commands: readonly string[];
}

const TERRAFORM: Program = {
  type: "terraform",
  grammar: TERRAFORM_GRAMMAR,
  commands: [
    ...["apply", "console", "deploy", "destroy", "fmt", "force-unlock", "generate", "get", "graph", "import"],
    ...["init", "output", "plan", "providers", "refresh", "shell", "show", "state", "taint", "test"],
    ...["untaint", "validate", "workspace"],
  ],
};

/** By the word behind `atmos`. */
export const PROGRAMS: ReadonlyMap<string, Program> = new Map([
  ["terraform", TERRAFORM],
  ["tofu", TERRAFORM],
  ["helmfile", {
    type: "helmfile",
    grammar: HELMFILE_GRAMMAR,
    commands: [
      "apply",
      "deploy",
      "destroy",
      "diff",
      "generate",
      "lint",
      "list",
      "status",
      "sync",
      "template",
      "test",
    ],
  }],
  ["packer", {
    type: "packer",
    grammar: PACKER_GRAMMAR,
    commands: ["build", "console", "fix", "fmt", "generate", "init", "inspect", "plugins", "validate"],
  }],
]);

/** What may stand as the next word. */
export interface NextWord {
  readonly commands: readonly string[];
  /** Whether a component may. */
  readonly component: boolean;
}

/** @param words those behind the program's name, but for the one that is being typed */
export function nextWord({ grammar, commands }: Program, words: readonly string[], flags: Flags): NextWord {
  const { command, component } = readProgramWords(wordsWithoutFlags(words, flags), [], grammar);
  if (command === undefined) return { commands, component: false };
  const below = Object.hasOwn(grammar.below, command) ? grammar.below[command] ?? [] : [];
  return component === undefined ? { commands: below, component: true } : { commands: [], component: false };
}

/** The words that are neither flags of ours nor their values; the last flag may still wait for its value. */
export function wordsWithoutFlags(words: readonly string[], flags: Flags): readonly string[] {
  try {
    return splitAround(words, flags).operands;
  } catch (error) {
    if (isAuthError(error, "usage")) return splitAround(words.slice(0, -1), flags).operands;
    throw error;
  }
}
