/**
 * What running Helmfile for a component comes to: pure.
 *
 * @module
 */
import type { EnvironmentEdits } from "../host.ts";
import type { ProgramRun } from "./program_run.ts";
import { helmfileVarfile } from "./program_files.ts";
import type { Component } from "./types.ts";
import { wordIn } from "./values.ts";

/** What is asked for. */
export interface HelmfileRequest {
  /** `diff`, `apply`, `deploy`, ... */
  readonly command: string;
  readonly args: readonly string[];
  /** `--global-options`: words that stand before the command. */
  readonly globalOptions: readonly string[];
  readonly noColor: boolean;
}

const CHANGING: ReadonlySet<string> = new Set(["apply", "charts", "delete", "deploy", "destroy", "sync"]);

/** Plans a run. `deploy` is Atmos's word for `sync`. */
export function helmfileRun(
  component: Component,
  { command, args, globalOptions, noColor }: HelmfileRequest,
): ProgramRun {
  const varfile = helmfileVarfile(component);
  if (command === "generate varfile") return { files: [varfile], changes: false };
  return {
    files: [varfile],
    changes: CHANGING.has(command),
    args: [
      "--state-values-file",
      varfile.name,
      ...(noColor ? ["--no-color"] : []),
      ...globalOptions,
      command === "deploy" ? "sync" : command,
      ...args,
    ],
    leftovers: [varfile.name],
  };
}

const CONTEXT = ["namespace", "tenant", "environment", "stage", "region"];
/** The variables that hold them. */
export const CONTEXT_VARIABLES: readonly string[] = CONTEXT.map((key) => key.toUpperCase());

/**
 * What Helmfile's templates read of the stack: `STACK`, and the parts of its name among the variables, unless the
 * person set them.
 */
export function helmfileVariables(
  component: Component,
  env: (name: string) => string | undefined,
): EnvironmentEdits {
  const parts = CONTEXT.flatMap((key) => {
    const word = wordIn(component.vars, key);
    const name = key.toUpperCase();
    return word === undefined || (env(name) ?? "") !== "" ? [] : [[name, word] as const];
  });
  return { set: { STACK: component.stack, ...Object.fromEntries(parts) }, unset: [] };
}
