/**
 * Where a component's state is: the backend, and the workspace in it.
 *
 * @module
 */
import { isNull, type RawMap } from "../config/raw.ts";
import { AuthError } from "../errors.ts";
import { type Filled, fillName, fillPattern } from "./templates.ts";
import type { Backend } from "./types.ts";
import { entryFor, mapIn, textNode, valueIn, withEntries, wordIn } from "./values.ts";

/** What the place of the state depends on. */
export interface StateSource {
  readonly name: string;
  readonly stack: string;
  readonly folder: string;
  /** All of the component's sections. */
  readonly sections: RawMap;
  /** What base components, the component and overrides say of the backend: without the type's own. */
  readonly ownBackend: RawMap | undefined;
}

/** The backend; `undefined`: `backend_type` is not written. */
export function backendOf(source: StateSource): Backend | undefined {
  const type = wordIn(source.sections, "backend_type");
  if (type === undefined || type === "") return undefined;
  const written = mapIn(source.sections, "backend", type) ??
    { type: "map", entries: new Map(), at: source.sections.at } as const;
  return { type, config: withPlace(type, written, source) };
}

/** Each component keeps its state in a place of its own. */
function withPlace(type: string, config: RawMap, source: StateSource): RawMap {
  const name = wordIn(source.sections, "metadata", "name") ??
    wordIn(source.sections, "metadata", "component") ?? source.name;
  const put = (key: string, text: string) =>
    withEntries(config, { [key]: entryFor(key, textNode(text, config.at)) });
  const isSet = (key: string) => {
    const value = valueIn(config, key);
    return value !== undefined && !isNull(value) && wordIn(value) !== "";
  };
  const flat = name.replaceAll("/", "-");
  switch (type) {
    case "s3":
      return isSet("workspace_key_prefix") ? config : put("workspace_key_prefix", flat);
    case "gcs":
      return isSet("prefix") ? config : put("prefix", flat);
    case "azurerm": {
      if (wordIn(source.ownBackend, type, "key") !== undefined) return config;
      const common = wordIn(config, "key") ?? "";
      return put("key", `${common === "" ? "" : `${common}/`}${flat}.terraform.tfstate`);
    }
    default:
      return config;
  }
}

/**
 * The Terraform workspace; `undefined` where there is none.
 *
 * @throws AuthError `config-invalid` for a template that says more than `{{ .vars.NAME }}`
 */
export function workspaceOf(
  source: StateSource,
  { type, enabled }: { readonly type: string | undefined; readonly enabled: boolean },
): string | undefined {
  if (!enabled || type === "http") return undefined;
  return (wantedWorkspace(source) ?? usualWorkspace(source)).replaceAll("/", "-");
}

function usualWorkspace({ name, stack, folder }: StateSource): string {
  return name === folder ? stack : `${stack}-${name}`;
}

function wantedWorkspace(source: StateSource): string | undefined {
  const { sections, name, stack, folder } = source;
  const word = (key: string) => wordIn(sections, "metadata", key) || undefined;
  const own = word("terraform_workspace");
  if (own !== undefined) return own;
  const [pattern, template] = [word("terraform_workspace_pattern"), word("terraform_workspace_template")];
  if (template !== undefined) {
    const where = "metadata.terraform_workspace_template";
    return filled(fillName(template, withNames(source), where), where, source);
  }
  if (pattern === undefined) return undefined;
  const names = new Map([["component", name], ["base-component", folder], ["stack", stack]]);
  const value = (key: string) => names.get(key) ?? wordIn(sections, "vars", key);
  return filled(fillPattern(pattern, value), "metadata.terraform_workspace_pattern", source);
}

function filled({ text, missing }: Filled, where: string, { name, stack }: StateSource): string {
  if (missing.length === 0) return text;
  const reason = `the component ${name} in ${stack} has no ${missing.join(", ")}`;
  throw new AuthError("config-invalid", `Cannot name the workspace: ${reason}`, { where });
}

function withNames(source: StateSource): RawMap {
  const { sections, name, stack } = source;
  const text = (key: string, value: string) => entryFor(key, textNode(value, sections.at));
  return withEntries(sections, {
    atmos_component: text("atmos_component", name),
    atmos_stack: text("atmos_stack", stack),
    workspace: text("workspace", usualWorkspace(source)),
  });
}
