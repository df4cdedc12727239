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
  const tokens = splitTokens(text, 3);
  if (typeof tokens === "string") return { malformed: tokens };
  const [variable, fallback, extra] = tokens;
  if (variable === undefined || variable === "") return { malformed: "!env needs the name of a variable" };
  if (extra !== undefined) {
    return { malformed: "!env takes a name and at most one default; quote a default that holds blanks" };
  }
  if (/[=\0]/.test(variable)) return { malformed: "the name of a variable holds neither = nor NUL" };
  return { variable, fallback };
}

/**
 * The tokens of a tag's text, or the reason why there are none.
 *
 * @param atMost what follows so many is not looked at
 */
export function splitTokens(text: string, atMost = Infinity): readonly string[] | string {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  for (let at = nextWord(text, 0); at < end && tokens.length < atMost;) {
    const token = tokenAt(text, at);
    if (token === undefined) {
      return `cannot read \`${
        text.slice(at, at + MAX_SHOWN).trim()
      }\`: a quote is not closed, or not followed by a blank`;
    }
    tokens.push(token.value);
    at = nextWord(text, token.end);
  }
  return tokens;
}

const MAX_SHOWN = 80;
const BLANK = /\s*/y;
const BARE = /\S+/y;

/** Where the next word begins. */
function nextWord(text: string, from: number): number {
  BLANK.lastIndex = from;
  BLANK.test(text);
  return BLANK.lastIndex;
}

interface Token {
  readonly value: string;
  /** Behind it. */
  readonly end: number;
}

function tokenAt(text: string, at: number): Token | undefined {
  const sign = text.charAt(at);
  if (sign !== '"' && sign !== "'") {
    BARE.lastIndex = at;
    const [value = ""] = BARE.exec(text) ?? [];
    return { value, end: at + value.length };
  }
  let close = text.indexOf(sign, at + 1);
  while (close >= 0 && text[close + 1] === sign) close = text.indexOf(sign, close + 2);
  const end = close + 1;
  if (close < 0 || !/^\s?$/.test(text.charAt(end))) return undefined;
  return { value: text.slice(at + 1, close).replaceAll(sign + sign, sign), end };
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
  if (text === undefined) return { type: "unset", variable, reference: expression, at: raw.at };
  const scalar = {
    type: "scalar",
    value: text,
    text,
    plain: false,
    reference: expression,
    at: raw.at,
  } as const;
  return value === undefined ? scalar : { ...scalar, variable };
}
