/**
 * The files that are written beside a component's code for Terraform, OpenTofu, Helmfile and Packer: pure, values to
 * texts.
 *
 * @module
 */
import type { RawMap } from "../config/raw.ts";
import { AuthError } from "../errors.ts";
import { exactJson } from "../exact_json.ts";
import { parsedJson } from "../parsed_json.ts";
import { joinPath } from "../paths.ts";
import type { FileStatus, Os } from "../host.ts";
import type { Component } from "./types.ts";
import { type Plain, plainValue } from "./values.ts";

/** A file of ours in the component's directory. */
export interface GeneratedFile {
  readonly name: string;
  readonly text: string;
  /** Variables may hold what is nobody else's business. */
  readonly mode: 0o600 | 0o644;
  /**
   * How it is told from a file that somebody wrote by hand: the only key of the document, the only key below that,
   * and so on; each level may have several names.
   */
  readonly shape: readonly (readonly string[])[];
}

/** What the names of a component's files begin with: `dev-network-vpc`. */
function stem({ stack, name }: Pick<Component, "stack" | "name">): string {
  return `${stack}-${name}`.replaceAll(/[/\\]/g, "-");
}

/** The variables, for `-var-file`. */
export function terraformVarfile(component: Component): GeneratedFile {
  return varfile(component, "terraform.tfvars.json");
}

/** The variables, for `packer -var-file`. */
export function packerVarfile(component: Component): GeneratedFile {
  return varfile(component, "packer.vars.json");
}

/** The variables, for `helmfile --state-values-file`: JSON is YAML. */
export function helmfileVarfile(component: Component): GeneratedFile {
  return varfile(component, "helmfile.vars.yaml");
}

function varfile(component: Component, ending: string): GeneratedFile {
  return {
    name: `${stem(component)}.${ending}`,
    text: jsonFile(plainValue(component.vars)),
    mode: 0o600,
    shape: [],
  };
}

/** Where `plan` leaves the plan. */
export function planfileName(component: Pick<Component, "stack" | "name">): string {
  return `${stem(component)}.planfile`;
}

/** What a backend is called that is not one: HCP Terraform has a block of its own. */
const CLOUD = "cloud";

/**
 * Where Terraform keeps its state.
 *
 * @throws AuthError `config-invalid` when no backend is configured
 */
export function backendFile({ backend, name, stack, file, workspace }: Component): GeneratedFile {
  if (backend === undefined) {
    throw new AuthError(
      "config-invalid",
      `Cannot write backend.tf.json: ${name} has no backend in ${stack}`,
      {
        where: "backend_type",
        hints: [
          `Write \`backend_type\` and \`backend\` below \`terraform\` in ${file} or what it imports`,
          "Or let the code say it: set components.terraform.auto_generate_backend_file to false in atmos.yaml",
        ],
      },
    );
  }
  const config = plainValue(backend.config);
  const block: Plain = backend.type === CLOUD
    ? { [CLOUD]: withWorkspace(config, workspace ?? "default") }
    : { backend: { [backend.type]: config } };
  return {
    name: "backend.tf.json",
    text: jsonFile({ terraform: block }),
    mode: 0o644,
    shape: [["terraform"], ["backend", CLOUD]],
  };
}

/** Atmos's words for the parts of a workspace's name: in this block there is only the whole of it. */
const TOKEN =
  /\{(terraform_workspace|base-component|component|component-path|namespace|tenant|environment|region|stage|workspace|attributes)\}/g;

/** The workspace, which HCP Terraform's block needs, in place of Atmos's word for it. */
function withWorkspace(value: Plain, workspace: string): Plain {
  if (typeof value === "string") {
    return value.replaceAll(TOKEN, (_, word) => word === "terraform_workspace" ? workspace : "");
  }
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map((item) => withWorkspace(item, workspace));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withWorkspace(item, workspace)]),
  );
}

const isList = (value: Plain): value is readonly Plain[] => Array.isArray(value);

/** What providers are configured with over the code; `undefined` when nothing is said. */
export function providersFile({ providers }: Component): GeneratedFile | undefined {
  if (providers.entries.size === 0) return undefined;
  return {
    name: "providers_override.tf.json",
    text: jsonFile({ provider: withAliases(providers) }),
    mode: 0o644,
    shape: [["provider"]],
  };
}

/**
 * `aws.use1` is a second configuration of `aws`, called `use1`: all of one provider are a list, the one without a name
 * first.
 */
function withAliases(providers: RawMap): Plain {
  const named = [...providers.entries.keys()].flatMap((key) => {
    const [, base, alias] = /^([^.]+)\.(.*)$/s.exec(key) ?? [];
    return base === undefined || alias === undefined ? [] : [{ key, base, alias }];
  }).sort((a, b) => a.key < b.key ? -1 : 1);
  const lists = Map.groupBy(named, ({ base }) => base);
  const aliased = new Set(named.map(({ key }) => key));
  const block = (key: string) => plainIn(providers, key);
  return Object.fromEntries([
    ...[...providers.entries.keys()].filter((key) => !aliased.has(key) && !lists.has(key))
      .flatMap((key) => block(key).map((value) => [key, value] as const)),
    ...[...lists].map(([base, members]) =>
      [base, [
        ...block(base).flatMap((value) => isList(value) ? value : [value]),
        ...members.flatMap(({ key, alias }) => block(key).map((value) => withAlias(value, alias))),
      ]] as const
    ),
  ]);
}

function plainIn({ entries }: RawMap, key: string): readonly Plain[] {
  const entry = entries.get(key);
  return entry === undefined ? [] : [plainValue(entry.value)];
}

/** An alias that is written counts before the one of the key. */
function withAlias(value: Plain, alias: string): Plain {
  return typeof value === "object" && value !== null && !isList(value) ? { alias, ...value } : value;
}

function jsonFile(value: Plain): string {
  return `${exactJson(value, 2)}\n`;
}

/** Whether a file that is there may be replaced: one of ours, or an empty one. */
export function isReplaceable(text: string, { shape }: Pick<GeneratedFile, "shape">): boolean {
  if (text.trim() === "") return true;
  return hasShape(parsedJson(text), shape);
}

function hasShape(value: unknown, [keys, ...below]: GeneratedFile["shape"]): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  if (keys === undefined) return true;
  const [[key, inner] = ["", undefined], ...others] = Object.entries(value);
  return keys.includes(key) && others.length === 0 && hasShape(inner, below);
}

const THINGS: Readonly<Record<FileStatus["kind"], string>> = {
  file: "somebody else's file",
  directory: "a directory",
  symlink: "a symbolic link",
  other: "something else",
};

/** The error of what is there, and not a file of ours. */
export function notOurs(
  os: Os,
  directory: string,
  { name }: Pick<GeneratedFile, "name">,
  kind: FileStatus["kind"],
): AuthError {
  const path = joinPath(os, directory, name);
  return new AuthError("file-failed", `Cannot write ${path}: ${THINGS[kind]} is in its place`, {
    where: path,
    hints: [
      `Move it away: ${name} is written anew from the stacks at every run`,
      ...(name === "backend.tf.json"
        ? ["Or keep it: set components.terraform.auto_generate_backend_file to false in atmos.yaml"]
        : []),
    ],
  });
}
