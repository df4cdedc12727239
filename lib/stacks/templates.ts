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
  const valueOf = (inside: string): string => {
    const word = inside.replace(/^-/, "").replace(/-$/, "").trim();
    const path = word.length > LONGEST ? undefined : /^\.([\w-]+(?:\.[\w-]+)*)$/.exec(word)?.[1];
    if (path === undefined) throw unreadTemplate(where, inside.slice(0, LONGEST));
    const value = lookup(path.split("."));
    const plain = value === undefined ? null : plainValue(value);
    if (plain === null || typeof plain === "object" || value?.type !== "scalar") missing.push(path);
    return typeof plain === "number" && value?.type === "scalar" ? value.text : String(plain);
  };
  let text = "";
  let at = 0;
  while (true) {
    const open = template.indexOf("{{", at);
    const close = open < 0 ? -1 : template.indexOf("}}", open + 2);
    if (close < 0) return { text: text + template.slice(at), missing };
    text += template.slice(at, open) + valueOf(template.slice(open + 2, close));
    at = close + 2;
  }
}

/** Characters of a path that are looked at. */
const LONGEST = 500;

function unreadTemplate(where: string, inside: string): AuthError {
  return new AuthError(
    "config-invalid",
    `Cannot use ${where}: it holds {{${inside}}}, and only values such as {{ .vars.stage }} are read`,
    { where, hints: ["Write it with values only, or use the setting with {stage} instead"] },
  );
}
