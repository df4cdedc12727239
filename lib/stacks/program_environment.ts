/**
 * The variables of a component's program, as edits of the environment.
 *
 * @module
 */
import type { EnvironmentEdits } from "../host.ts";
import { variablesFlag } from "./terraform_sequence.ts";
import type { Component, ProjectSettings } from "./types.ts";

/** No edits: the environment as it came. */
export const AS_IT_CAME: EnvironmentEdits = { set: {}, unset: [] };

/** Edits on top of each other: the last one counts. */
export function layered(...layers: readonly EnvironmentEdits[]): EnvironmentEdits {
  return layers.reduce((below, above) => {
    const kept = Object.entries(below.set).filter(([name]) => !above.unset.includes(name));
    const set = { ...Object.fromEntries(kept), ...above.set };
    const unset = new Set([...below.unset, ...above.unset]);
    return { set, unset: [...unset].filter((name) => !Object.hasOwn(set, name)) };
  }, AS_IT_CAME);
}

/** The component's `env`, which has that of `atmos.yaml` in it; a null takes a variable away. */
export function componentEnvironment({ env }: Pick<Component, "env">): EnvironmentEdits {
  const set: Record<string, string> = {};
  const unset: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value === null) unset.push(name);
    else set[name] = value;
  }
  return { set, unset };
}

/**
 * Where the project is, for an `atmos` below the program.
 *
 * @param configDirectory `undefined`: there is no configuration file
 */
export function projectVariables(
  { basePath }: Pick<ProjectSettings, "basePath">,
  configDirectory: string | undefined,
): EnvironmentEdits {
  const place = configDirectory === undefined ? {} : { ATMOS_CLI_CONFIG_PATH: configDirectory };
  return { set: { ...place, ATMOS_BASE_PATH: basePath }, unset: [] };
}

/** Commands that read variables, as `TF_CLI_ARGS_*` names them. */
const READING = ["plan", "apply", "refresh", "import", "destroy", "console"];

/** What a shell in a component's directory has beside: `terraform plan` means this component there. */
export function shellVariables(component: Component): EnvironmentEdits {
  const flag = variablesFlag(component).join("=");
  const set = {
    ...Object.fromEntries(READING.map((command) => [`TF_CLI_ARGS_${command}`, flag])),
    ATMOS_STACK: component.stack,
    ATMOS_COMPONENT: component.name,
    ATMOS_SHELL_WORKING_DIR: component.directory,
    ...(component.workspace === undefined ? {} : { ATMOS_TERRAFORM_WORKSPACE: component.workspace }),
  };
  return { set, unset: [] };
}

/** A variable that somebody set, and what it does to the run. */
export interface Meddling {
  readonly name: string;
  readonly effect: string;
}

/**
 * The variables to look for, since they change what Terraform does behind the stacks' back. Those of other Terraform
 * commands and of other inputs are not among them.
 *
 * @param command `plan`, `state list`
 */
export function meddlingVariables(component: Component, command: string): readonly Meddling[] {
  const commands = new Set(["init", "workspace_select", command === "deploy" ? "apply" : command]);
  const lines = ["", ...[...commands].map((one) => `_${one.replaceAll(/[ -]/g, "_")}`)];
  return [
    ...lines.map((end) => ({ name: `TF_CLI_ARGS${end}`, effect: "it adds flags to what is run" })),
    { name: "TF_WORKSPACE", effect: "it chooses the workspace, and the stack does not" },
    ...[...component.vars.entries.keys()].map((key) => ({
      name: `TF_VAR_${key}`,
      effect: `it has no say: the stack sets ${key}`,
    })),
  ];
}
