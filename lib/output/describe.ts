/**
 * A component as it is when everything is merged, with Atmos's keys.
 *
 * @module
 */
import { exactJson } from "../exact_json.ts";
import { isAccountId } from "../arn.ts";
import { formatPath, type Path, type Raw, type RawMap, type RawScalar } from "../config/raw.ts";
import type { Component } from "../stacks/types.ts";
import { type Plain, plainValue } from "../stacks/values.ts";
import { printable } from "../terminal/escape.ts";
import { jsonText } from "./json.ts";
import type { ComponentDocument } from "./schemas/describe_component.ts";
import { yamlText } from "./yaml_text.ts";

/** What `describe --format` takes. */
export const DESCRIBE_FORMATS = ["yaml", "json"] as const;
export type DescribeFormat = typeof DESCRIBE_FORMATS[number];

/** What stands for a secret that a file holds. */
const MASKED = "<MASKED>";
/** Keys whose values are secrets; `password_env` and `token_file` only say where one is. */
const SECRET_KEY = /(?:^|_)(?:password|passphrase|secret|secret_access_key|session_token|token)$/i;
/** Variables whose values are secrets, by all that one can tell. */
const SECRET_VARIABLE = /secret|token|passw|passphrase|credential|private|(?:api|access)_?key/i;

/** The document of a component; secrets are masked, or shown as the variable that holds them. */
export function componentDocument(component: Component, origins: boolean): ComponentDocument {
  const { sections, backend, type, name, stack, folder, directory, file, workspace } = component;
  const { backend: _, backend_type: __, auth, env, metadata, ...others } = sectionValues(sections);
  return {
    atmos_component: name,
    atmos_stack: stack,
    atmos_manifest: file,
    component: folder,
    component_info: { component_path: directory, component_type: type },
    inheritance: component.inherits,
    metadata: mapOf(metadata),
    ...others,
    env: mapOf(env),
    ...(backend === undefined
      ? {}
      : { backend_type: backend.type, backend: mapOf(shown(backend.config, ["backend"])) }),
    ...(workspace === undefined ? {} : { workspace }),
    auth: mapOf(auth),
    ...(origins ? { origins: originsOf(sections) } : {}),
  };
}

function mapOf(value: Plain | undefined): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** The sections by their names, as they may be shown. */
export function sectionValues(sections: RawMap): Readonly<Record<string, Plain>> {
  return Object.fromEntries(
    [...sections.entries.values()].map(({ key, value }) => [key, shown(value, [key])]),
  );
}

/**
 * A document, or a part of one, in a format; ends with a newline. As YAML a lone text is what it says, for scripts,
 * unless it would do something to the terminal.
 */
export function describedText(document: unknown, format: DescribeFormat): string {
  if (format === "yaml") {
    const isPlain = typeof document === "string" &&
      document.split("\n").every((line) => printable(line) === line);
    return isPlain ? `${document}\n` : yamlText(document);
  }
  return typeof document === "object" && document !== null
    ? jsonText(document)
    : `${printable(exactJson(document))}\n`;
}

function shown(raw: Raw, path: Path): Plain {
  switch (raw.type) {
    case "scalar":
      return isSecret(raw, path) ? secretText(raw) : shownScalar(raw, path);
    case "list":
      return raw.items.map((item, index) => shown(item, [...path, index]));
    case "map":
      return Object.fromEntries(
        [...raw.entries.values()].map(({ key, value }) => [key, shown(value, [...path, key])]),
      );
    default:
      return plainValue(raw);
  }
}

/** Below `auth` an account id is its digits, zeros in front included. */
function shownScalar({ value, text }: RawScalar, path: Path): Plain {
  return isAuth(path) && typeof value === "number" && isAccountId(text) ? text : value;
}

const isAuth = ([top]: Path): boolean => String(top).toLowerCase() === "auth";

function isSecret({ variable, value }: RawScalar, path: Path): boolean {
  if (value === null || value === "") return false;
  if (!isAuth(path)) {
    return variable !== undefined && SECRET_VARIABLE.test(variable);
  }
  return variable !== undefined || SECRET_KEY.test(String(path.at(-1)));
}

const secretText = ({ variable }: RawScalar): string => variable === undefined ? MASKED : `!env ${variable}`;

/** `vars.region`: the file and the line that have the last word on it. */
function originsOf(sections: RawMap): Readonly<Record<string, string>> {
  const origins = new Map<string, string>();
  const collect = (raw: Raw, path: Path): void => {
    if (raw.type === "map") {
      for (const { key, value } of raw.entries.values()) collect(value, [...path, key]);
    } else if (raw.type === "list") raw.items.forEach((item, index) => collect(item, [...path, index]));
    else {
      const variable = raw.type === "scalar" && raw.variable !== undefined ? ` (${raw.variable})` : "";
      origins.set(formatPath(path), `${raw.at.file}:${raw.at.line}${variable}`);
    }
  };
  collect(sections, []);
  return Object.fromEntries(origins);
}
