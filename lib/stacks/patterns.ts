/**
 * Patterns for the paths of manifests: `*`, `?`, `[abc]`, `{a,b}`, `**` for any number of directories, `\` before a sign
 * that is meant. What they match is what Atmos's patterns match.
 *
 * @module
 */

/** One part of a pattern, between two slashes. */
export interface Segment {
  /** `**`: any number of directories. */
  readonly isDeep: boolean;
  /** The name when there is no sign in it. */
  readonly literal: string | undefined;
  readonly matches: (name: string) => boolean;
}

/** More ways to read one pattern are not tried. */
const MAX_ALTERNATIVES = 256;

/** The segments of a pattern, once for each of its alternatives with slashes in them: `{a,b/c}/*.yaml` is two. */
export function patternsOf(pattern: string): readonly (readonly Segment[])[] {
  return withoutWideBraces(pattern).map((one) => partsOf(one).map(segmentOf));
}

/**
 * Whether a path is one that a pattern names.
 *
 * @param path relative, with `/`, as the pattern is
 */
export function matchesPattern(path: string, pattern: string): boolean {
  return withoutWideBraces(pattern).some((one) => {
    const parts = partsOf(one);
    const source = parts.map((part, index) => {
      const isLast = index === parts.length - 1;
      if (part === "**") return isLast ? ".*" : "(?:[^/]+/)*";
      return nameSource(part) + (isLast ? "" : "/");
    });
    return new RegExp(`^${source.join("")}$`, "s").test(path);
  });
}

/** What follows the last dot of the last name, that dot included; signs are read like any other character. */
export function extensionOf(pattern: string): string {
  const last = pattern.slice(pattern.lastIndexOf("/") + 1);
  const dot = last.lastIndexOf(".");
  return dot === -1 ? "" : last.slice(dot);
}

const partsOf = (pattern: string) => pattern.split("/").filter((part) => part !== "" && part !== ".");

function segmentOf(part: string): Segment {
  const expression = new RegExp(`^${nameSource(part)}$`, "s");
  return {
    isDeep: part === "**",
    literal: /[*?[\]{}\\]/.test(part) ? undefined : part,
    matches: (name) => expression.test(name),
  };
}

/** The place behind the bracket that closes the one at `start`; `-1`: none does. */
function closingBrace(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === "{") depth++;
    else if (text[index] === "}" && --depth === 0) return index + 1;
  }
  return -1;
}

/** The parts between the commas of a group, without those of groups inside it. */
function alternativesOf(inside: string): readonly string[] {
  const parts: string[] = [];
  let [start, depth] = [0, 0];
  for (let index = 0; index < inside.length; index++) {
    if (inside[index] === "\\") index++;
    else if (inside[index] === "{") depth++;
    else if (inside[index] === "}") depth--;
    else if (inside[index] === "," && depth === 0) {
      parts.push(inside.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, inside.slice(start)];
}

function withoutWideBraces(pattern: string): readonly string[] {
  const done: string[] = [];
  const waiting = [pattern];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const group = done.length + waiting.length < MAX_ALTERNATIVES ? wideGroup(next) : undefined;
    if (group === undefined) {
      done.push(next);
      continue;
    }
    const [start, end] = group;
    const [before, after] = [next.slice(0, start), next.slice(end)];
    waiting.unshift(...alternativesOf(next.slice(start + 1, end - 1)).map((one) => before + one + after));
  }
  return done;
}

/** Where the first group with a slash in it starts and ends. */
function wideGroup(pattern: string): readonly [start: number, end: number] | undefined {
  for (let index = 0; index < pattern.length; index++) {
    if (pattern[index] === "\\") index++;
    else if (pattern[index] === "{") {
      const end = closingBrace(pattern, index);
      if (end !== -1 && pattern.slice(index, end).includes("/")) return [index, end];
    }
  }
  return undefined;
}

/** The regular expression for one name. */
function nameSource(part: string): string {
  let source = "";
  for (let index = 0; index < part.length; index++) {
    const sign = part.charAt(index);
    const rest = part.slice(index);
    const set = sign === "[" ? /^\[([!^]?)((?:\\.|[^\]\\])+)\]/s.exec(rest) : null;
    const end = sign === "{" ? closingBrace(part, index) : -1;
    if (sign === "\\" && rest.length > 1) {
      source += escapeText(part.charAt(++index));
    } else if (sign === "*") source += "[^/]*";
    else if (sign === "?") source += "[^/]";
    else if (set !== null) {
      source += setSource(set[1] !== "", set[2] ?? "");
      index += set[0].length - 1;
    } else if (end !== -1) {
      source += `(?:${alternativesOf(part.slice(index + 1, end - 1)).map(nameSource).join("|")})`;
      index = end - 1;
    } else source += escapeText(sign);
  }
  // Signs in a row say no more than one, and take the longer the more there are.
  return source.replaceAll(/(?:\[\^\/\]\*){2,}/g, "[^/]*");
}

/** A set of characters; a range that runs backwards holds none. */
function setSource(isNot: boolean, inside: string): string {
  const items = [...inside.matchAll(/(\\.|[^\\])(?:-(\\.|[^\\]))?/gs)].flatMap(([, from = "", to]) => {
    const [first, last] = [from, to ?? from].map((text) => text.replace(/^\\/, ""));
    if (first === undefined || last === undefined || first > last) return [];
    return [`${inSet(first)}-${inSet(last)}`];
  });
  if (items.length === 0) return isNot ? "[^/]" : "[^\\s\\S]";
  return `(?!/)[${isNot ? "^" : ""}${items.join("")}]`;
}

const inSet = (character: string) => /[\\\]^-]/.test(character) ? `\\${character}` : character;
const escapeText = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
