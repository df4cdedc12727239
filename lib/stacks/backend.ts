/**
 * Where a component's state is: the backend, and the workspace in it.
 *
 * @module
 */
import { isNull, type Raw, type RawMap } from "../config/raw.ts";
import { AuthError } from "../errors.ts";
import { exactJson } from "../exact_json.ts";
import { isGoText } from "./go_values.ts";
import { fillName, fillPattern } from "./templates.ts";
import type { Backend, TerraformSettings } from "./types.ts";
import { entryFor, mapIn, plainValue, textNode, valueIn, withEntries, wordIn } from "./values.ts";

/** What the place of the state depends on. */
export interface StateSource {
  readonly name: string;
  readonly stack: string;
  /** What the component's state is called after, bases' `metadata` left out of account. */
  readonly baseName: string;
  /** All of the component's sections. */
  readonly sections: RawMap;
  /** `backend` of the manifest's section for Terraform. */
  readonly commonBackend: RawMap | undefined;
  /** `backend` of the component itself, without its bases. */
  readonly ownBackend: RawMap | undefined;
  /** `backend` of everything together, before `!env` and the like are evaluated. */
  readonly writtenBackend: RawMap | undefined;
  readonly separator: TerraformSettings["prefixSeparator"];
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
  const name = wordIn(source.sections, "metadata", "name") || source.baseName;
  const put = (key: string, text: string) =>
    withEntries(config, { [key]: entryFor(key, textNode(text, config.at)) });
  const isSet = (key: string) => {
    const value = valueIn(config, key);
    return value !== undefined && !isNull(value) && wordIn(value) !== "";
  };
  const flat = name.replaceAll("/", source.separator);
  switch (type) {
    case "s3":
      return isSet("workspace_key_prefix") ? config : put("workspace_key_prefix", flat);
    case "gcs":
      return isSet("prefix") ? config : put("prefix", flat);
    case "azurerm": {
      if (isSet("key") && hasKeyOfItsOwn(type, source)) return config;
      const common = wordIn(config, "key") ?? "";
      return put("key", `${common === "" ? "" : `${common}/`}${flat}.terraform.tfstate`);
    }
    default:
      return config;
  }
}

/** The key of all components is a place for keys; one that a component or a base has is a key. */
function hasKeyOfItsOwn(type: string, source: StateSource): boolean {
  const keyOf = (backend: RawMap | undefined) => valueIn(backend, type, "key");
  if (keyOf(source.ownBackend) !== undefined) return true;
  return textOf(keyOf(source.commonBackend)) !== textOf(keyOf(source.writtenBackend));
}

const textOf = (raw: Raw | undefined) => raw === undefined ? undefined : exactJson(plainValue(raw));

/**
 * The Terraform workspace; `undefined` where there is none.
 *
 * @throws AuthError `config-invalid` for a template that says more than `{{ .vars.NAME }}`, and for a name that
 *   Terraform does not take
 */
export function workspaceOf(
  source: StateSource,
  { type, enabled }: { readonly type: string | undefined; readonly enabled: boolean },
): string | undefined {
  if (!enabled || type === "http") return undefined;
  return (wantedWorkspace(source) ?? usualWorkspace(source)).replaceAll("/", "-");
}

function usualWorkspace(source: StateSource): string {
  const { name, stack } = source;
  return baseComponent(source) === undefined ? stack : `${stack}-${name}`;
}

/** What has another name than the component: the component that its code is called after. */
function baseComponent({ name, baseName, sections }: StateSource): string | undefined {
  const base = wordIn(sections, "metadata", "component") || baseName;
  return base === name ? undefined : base;
}

/** The template counts before the pattern, and the pattern before the name itself. */
function wantedWorkspace(source: StateSource): string | undefined {
  const word = (key: string) => wordIn(source.sections, "metadata", key);
  const [template, pattern] = [word("terraform_workspace_template"), word("terraform_workspace_pattern")];
  if (template !== undefined) return workspaceByTemplate(template, source);
  if (pattern !== undefined) return workspaceByPattern(pattern, source);
  const own = word("terraform_workspace");
  return own === undefined ? undefined : named(own, "metadata.terraform_workspace", source);
}

function workspaceByTemplate(template: string, source: StateSource): string {
  const where = "metadata.terraform_workspace_template";
  const data = withNames(source);
  const { text, missing } = fillName(template, (path) => valueIn(data, ...path), where);
  if (missing.length > 0) throw unnamed(`it has no ${missing.join(", ")}`, where, source);
  return named(text, where, source);
}

/** A variable that there is none of is an empty text; a word that means nothing is refused. */
function workspaceByPattern(pattern: string, source: StateSource): string {
  const where = "metadata.terraform_workspace_pattern";
  const words = patternWords(source);
  const { text, missing } = fillPattern(pattern, (word) => words.get(word));
  if (missing.length === 0) return named(text, where, source);
  throw unnamed(`${missing.join(", ")} in ${JSON.stringify(pattern)} is not known`, where, source, [
    `The words are ${[...words.keys()].map((word) => `{${word}}`).join(", ")}`,
  ]);
}

function patternWords(source: StateSource): ReadonlyMap<string, string> {
  const variable = (name: string) => {
    const value = valueIn(source.sections, "vars", name);
    return value?.type === "scalar" && isGoText(value) ? value.text : "";
  };
  const attributes = valueIn(source.sections, "vars", "attributes");
  const items = attributes?.type === "list" ? attributes.items.map((item) => wordIn(item) ?? "") : [];
  return new Map([
    ["base-component", baseComponent(source) ?? ""],
    ["component", source.name],
    ...["namespace", "tenant", "environment", "region", "stage"].map((name) =>
      [name, variable(name)] as const
    ),
    ["attributes", items.join("-")],
    ...["component-path", "workspace", "terraform_workspace"].map((name) => [name, ""] as const),
  ]);
}

function named(text: string, where: string, source: StateSource): string {
  if (text !== "") return text;
  throw unnamed("the name would be empty", where, source);
}

function unnamed(
  reason: string,
  where: string,
  { name, stack }: StateSource,
  hints: readonly string[] = [],
): AuthError {
  return new AuthError("config-invalid", `Cannot name the workspace of ${name} in ${stack}: ${reason}`, {
    where,
    hints,
  });
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
