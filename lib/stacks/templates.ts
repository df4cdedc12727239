/**
 * The two ways to put values into a name: `{tenant}-{stage}` and `{{ .vars.tenant }}-{{ .vars.stage }}`.
 *
 * @module
 */
import type { Raw } from "../config/raw.ts";
import { AuthError } from "../errors.ts";
import { plainValue } from "./values.ts";

/** A text with its values, and those that there were none for. */
export interface Filled {
  readonly text: string;
  readonly missing: readonly string[];
}

/** Fills a pattern; a word that `lookup` does not know stays as it is written, and is missing. */
export function fillPattern(pattern: string, lookup: (word: string) => string | undefined): Filled {
  const missing: string[] = [];
  const text = pattern.replaceAll(/\{([^{}]*)\}/g, (written, word: string) => {
    const value = lookup(word);
    if (value === undefined) missing.push(written);
    return value ?? written;
  });
  return { text, missing };
}

/**
 * Fills a template; an empty text is a value.
 *
 * @param lookup the value at a path of keys
 * @param where its configuration path
 * @throws AuthError `config-invalid` when it holds more than `{{ .path.to.value }}`
 */
export function fillName(
  template: string,
  lookup: (path: readonly string[]) => Raw | undefined,
  where: string,
): Filled {
  const missing: string[] = [];
  const text = template.replaceAll(/\{\{-?(.*?)-?\}\}/gs, (_, inside: string) => {
    const path = /^\.([\w-]+(?:\.[\w-]+)*)$/.exec(inside.trim())?.[1];
    if (path === undefined) throw unreadTemplate(where, inside);
    const value = lookup(path.split("."));
    const plain = value === undefined ? null : plainValue(value);
    if (plain === null || typeof plain === "object" || value?.type !== "scalar") missing.push(path);
    return String(plain);
  });
  return { text, missing };
}

function unreadTemplate(where: string, inside: string): AuthError {
  return new AuthError(
    "config-invalid",
    `Cannot use ${where}: it holds {{${inside}}}, and only values such as {{ .vars.stage }} are read`,
    { where, hints: ["Write it with values only, or use the setting with {stage} instead"] },
  );
}
