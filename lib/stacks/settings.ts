/**
 * What `atmos.yaml` and the variables say about stacks and components.
 *
 * @module
 */
import { LIST_MERGES } from "../config/merge.ts";
import {
  formatPath,
  isNull,
  mapAt,
  nodeAt,
  type Path,
  type Raw,
  type RawMap,
  textAt,
} from "../config/raw.ts";
import { AuthError } from "../errors.ts";
import { exactJson } from "../exact_json.ts";
import type { Host } from "../host.ts";
import { joinPath, resolvePath } from "../paths.ts";
import { switchOf } from "../switch.ts";
import type {
  ComponentSettings,
  ComponentType,
  ProjectSettings,
  StackSettings,
  TerraformSettings,
} from "./types.ts";
import { isVariableName, plainValue } from "./values.ts";

/** What the settings are made from. */
export interface SettingsSource extends Pick<Host, "env" | "os"> {
  /** The configuration, `!env` and `!include` resolved. */
  readonly raw: RawMap;
  /** `base_path`, absolute. */
  readonly basePath: string;
  /** Whether there is a configuration file at all: some of Atmos's defaults hold only without one. */
  readonly hasFile: boolean;
}

/**
 * The settings of a project.
 *
 * @throws AuthError `config-invalid` for a value that means nothing, naming the variable or the file and line
 */
export function projectSettings(source: SettingsSource): ProjectSettings {
  const { os, basePath } = source;
  const workflows = wordAt(source, ["workflows", "base_path"], "ATMOS_WORKFLOWS_BASE_PATH");
  return {
    basePath,
    stacks: stackSettings(source),
    terraform: terraformSettings(source),
    helmfile: componentSettings(source, "helmfile"),
    packer: componentSettings(source, "packer"),
    workflowsDirectory: resolvePath(os, basePath, workflows ?? "stacks/workflows"),
    env: environmentOf(source),
  };
}

/** Without `stacks:` the layout is Atmos's own; with it, whatever is in the directory is a stack. */
function stackSettings(source: SettingsSource): StackSettings {
  const { os, basePath } = source;
  const word = (key: string) => wordAt(source, ["stacks", key], `ATMOS_STACKS_${key.toUpperCase()}`);
  const paths = (key: string) => listAt(source, ["stacks", key], `ATMOS_STACKS_${key.toUpperCase()}`);
  const isWritten = mapAt(source.raw, "stacks") !== undefined;
  const strategy = ["settings", "list_merge_strategy"];
  const listMerge = wordAt(source, strategy, "ATMOS_SETTINGS_LIST_MERGE_STRATEGY");
  const found = LIST_MERGES.find((one) => one === (listMerge ?? "replace").toLowerCase());
  if (found === undefined) {
    throw badValue(source, strategy, listMerge ?? "", `is not one of ${LIST_MERGES.join(", ")}`);
  }
  return {
    directory: resolvePath(os, basePath, word("base_path") ?? "stacks"),
    included: paths("included_paths") ?? [isWritten ? "**/*" : "orgs/**/*"],
    excluded: paths("excluded_paths") ?? ["**/_defaults.yaml"],
    namePattern: word("name_pattern") ?? (isWritten ? undefined : "{tenant}-{environment}-{stage}"),
    nameTemplate: word("name_template"),
    listMerge: found,
    inheritMetadata: switchAt(source, ["stacks", "inherit", "metadata"], undefined) ?? true,
    hasTemplates: switchAt(source, ["templates", "settings", "enabled"], undefined) ?? true,
  };
}

function componentSettings(source: SettingsSource, type: ComponentType): ComponentSettings {
  const variable = `ATMOS_COMPONENTS_${type.toUpperCase()}`;
  const directory = wordAt(source, ["components", type, "base_path"], `${variable}_BASE_PATH`);
  return {
    directory: resolvePath(
      source.os,
      source.basePath,
      directory ?? joinPath(source.os, "components", type),
    ),
    command: wordAt(source, ["components", type, "command"], `${variable}_COMMAND`),
  };
}

/** What is switched on when nothing is written: in Atmos that depends on whether there is a configuration file. */
function terraformSettings(source: SettingsSource): TerraformSettings {
  const isOn = (key: string, byDefault: boolean) =>
    switchAt(source, ["components", "terraform", key], `ATMOS_COMPONENTS_TERRAFORM_${key.toUpperCase()}`) ??
      byDefault;
  const withoutFile = !source.hasFile;
  return {
    ...componentSettings(source, "terraform"),
    applyAutoApprove: isOn("apply_auto_approve", false),
    deployRunInit: isOn("deploy_run_init", withoutFile),
    initRunReconfigure: isOn("init_run_reconfigure", withoutFile),
    initPassVars: initPassVars(source),
    autoGenerateBackendFile: isOn("auto_generate_backend_file", withoutFile),
    planSkipPlanfile: planSkipPlanfile(source),
    workspacesEnabled: switchAt(source, ["components", "terraform", "workspaces_enabled"], undefined) ?? true,
    prefixSeparator: prefixSeparator(source),
  };
}

/** `components.terraform.init.pass_vars`. */
function initPassVars(source: SettingsSource): boolean {
  const path = ["components", "terraform", "init", "pass_vars"];
  return switchAt(source, path, "ATMOS_COMPONENTS_TERRAFORM_INIT_PASS_VARS") ?? false;
}

/** `components.terraform.plan.skip_planfile`. */
function planSkipPlanfile(source: SettingsSource): boolean {
  const path = ["components", "terraform", "plan", "skip_planfile"];
  return switchAt(source, path, "ATMOS_COMPONENTS_TERRAFORM_PLAN_SKIP_PLANFILE") ?? false;
}

/** `components.terraform.workspace.prefix_separator`. */
function prefixSeparator(source: SettingsSource): TerraformSettings["prefixSeparator"] {
  const path = ["components", "terraform", "workspace", "prefix_separator"];
  const word = textAt(source.raw, ...path) || "-";
  if (word === "-" || word === "/") return word;
  throw badValue(source, path, word, "is neither - nor /");
}

/** A text; the variable beats the file, empty counts as not set. */
function wordAt(
  { env, raw }: SettingsSource,
  path: readonly string[],
  variable: string,
): string | undefined {
  const word = env(variable) || textAt(raw, ...path);
  return word === "" ? undefined : word;
}

/** A list of texts; in the variable, and in a lone text, separated by commas. */
function listAt(
  source: SettingsSource,
  path: readonly string[],
  variable: string,
): readonly string[] | undefined {
  const node = nodeAt(source.raw, path);
  const set = source.env(variable) ?? "";
  if (set === "" && node?.type === "list") {
    return node.items.map((item, index) => {
      if (item.type === "scalar" && item.value !== null) return item.text;
      throw badValue(source, [...path, index], "", "is not a path or a pattern");
    });
  }
  const text = set === "" ? textAt(source.raw, ...path) : set;
  return text?.split(",").map((part) => part.trim()).filter((part) => part !== "");
}

/** A switch; `undefined`: nothing is said. */
function switchAt(
  source: SettingsSource,
  path: readonly string[],
  variable: string | undefined,
): boolean | undefined {
  const set = variable === undefined ? "" : source.env(variable) ?? "";
  const node = nodeAt(source.raw, path);
  const word = set !== "" ? set : node === undefined || isNull(node) ? "" : textAt(node) ?? "?";
  if (word === "") return undefined;
  const said = switchOf(word);
  if (said !== undefined) return said;
  throw badValue(source, path, word, "is neither true nor false", set === "" ? undefined : variable);
}

function badValue(
  { raw }: SettingsSource,
  path: Path,
  word: string,
  reason: string,
  variable?: string,
): AuthError {
  const node = nodeAt(raw, path);
  const name = variable ?? formatPath(path);
  return new AuthError("config-invalid", `Cannot use ${name}: ${JSON.stringify(word)} ${reason}`, {
    where: name,
    at: variable === undefined ? node?.at : undefined,
  });
}

/** `env:` of `atmos.yaml`; what has no value is left out. */
function environmentOf(source: SettingsSource): Readonly<Record<string, string>> {
  const entries = [...mapAt(source.raw, "env")?.entries.values() ?? []].flatMap(({ key, value }) => {
    if (!isVariableName(key)) throw badValue(source, ["env", key], key, "cannot be the name of a variable");
    const text = variableText(value);
    return text === null ? [] : [[key, text] as const];
  });
  return Object.fromEntries(entries);
}

/**
 * A value as a variable holds it: texts as they are, numbers by their text (`012345678901` is an account), maps and lists
 * as JSON; `null`: none.
 */
export function variableText(raw: Raw): string | null {
  const value = plainValue(raw);
  if (value === null) return null;
  if ((typeof value === "number" || typeof value === "bigint") && raw.type === "scalar") return raw.text;
  return typeof value === "object" ? exactJson(value) : String(value);
}
