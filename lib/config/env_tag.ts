/**
 * `!env NAME` and `!env NAME default`, with Atmos's tokens: split at blanks, a token may stand in single or double
 * quotes, a doubled quote inside is one quote.
 *
 * @module
 */
import type { Raw, RawEntry, RawMap, RawTag } from "./raw.ts";

/** What stands behind `!env`, or why it cannot be read. */
export type EnvExpression =
  | { readonly variable: string; readonly fallback: string | undefined }
  | { readonly malformed: string };

/** Splits the text behind `!env`. */
export function parseEnvExpression(text: string): EnvExpression {
  const tokens = splitTokens(text);
  if (typeof tokens === "string") return { malformed: tokens };
  const [variable, fallback, extra] = tokens;
  if (variable === undefined || variable === "") return { malformed: "!env needs the name of a variable" };
  if (extra !== undefined) {
    return { malformed: "!env takes a name and at most one default; quote a default that holds blanks" };
  }
  if (/[=\0]/.test(variable)) return { malformed: "the name of a variable holds neither = nor NUL" };
  return { variable, fallback };
}

/** The tokens of a tag's text, or the reason why there are none. */
export function splitTokens(text: string): readonly string[] | string {
  const tokens: string[] = [];
  const token = /\s*(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([^\s"']\S*))(?=\s|$)/y;
  const end = text.trimEnd().length;
  while (token.lastIndex < end) {
    const start = token.lastIndex;
    const match = token.exec(text);
    if (match === null) {
      return `cannot read \`${text.slice(start).trim()}\`: a quote is not closed, or not followed by a blank`;
    }
    const [, double, single, bare] = match;
    tokens.push(double?.replaceAll('""', '"') ?? single?.replaceAll("''", "'") ?? bare ?? "");
  }
  return tokens;
}

/**
 * Replaces every `!env` by the text it stands for: the variable, else the default, else an `unset` node. A variable
 * that is set but empty counts as set. Blanks around the text are cut off, as Atmos does in `atmos.yaml`. An
 * `!env` that cannot be read stays, for whoever refuses tags. What does not change is the same object.
 */
export function resolveEnvTags(raw: Raw, env: (name: string) => string | undefined): Raw {
  switch (raw.type) {
    case "tag":
      return raw.tag === "!env" ? resolveTag(raw, env) : raw;
    case "list": {
      const items = raw.items.map((item) => resolveEnvTags(item, env));
      return items.some((item, index) => item !== raw.items[index]) ? { ...raw, items } : raw;
    }
    case "map":
      return resolveMap(raw, env);
    case "scalar":
    case "unset":
      return raw;
  }
}

function resolveMap(raw: RawMap, env: (name: string) => string | undefined): RawMap {
  const changed = new Map<string, RawEntry>();
  for (const [key, entry] of raw.entries) {
    const value = resolveEnvTags(entry.value, env);
    if (value !== entry.value) changed.set(key, { ...entry, value });
  }
  if (changed.size === 0) return raw;
  const entries = new Map([...raw.entries].map(([key, entry]) => [key, changed.get(key) ?? entry]));
  return { ...raw, entries };
}

function resolveTag(raw: RawTag, env: (name: string) => string | undefined): Raw {
  if (raw.argument.type !== "scalar") return raw;
  const expression = parseEnvExpression(raw.argument.text);
  if ("malformed" in expression) return raw;
  const { variable } = expression;
  const value = env(variable);
  const text = (value ?? expression.fallback)?.trim();
  if (text === undefined) return { type: "unset", variable, at: raw.at };
  const scalar = { type: "scalar", value: text, text, plain: false, at: raw.at } as const;
  return value === undefined ? scalar : { ...scalar, variable };
}
