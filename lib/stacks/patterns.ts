/**
 * Patterns for the paths of manifests: `*`, `?`, `[abc]`, `{a,b}`, `**` for any number of directories, `\` before a sign
 * that is meant. What they match is what Atmos's patterns match.
 *
 * @module
 */

import { matches, type Pattern } from "../config/glob_match.ts";

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
    return expanded(one, anyGroup).some((plain) => {
      const parts = partsOf(plain);
      const pattern = parts.flatMap((part, index): Pattern => {
        const isLast = index === parts.length - 1;
        if (part === "**") return [{ type: isLast ? "rest" : "directories" }];
        return isLast ? plainPattern(part) : [...plainPattern(part), { type: "texts", texts: ["/"] }];
      });
      return matches(path, pattern);
    });
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
  const patterns = namePatterns(part);
  return {
    isDeep: part === "**",
    literal: /[*?[\]{}\\]/.test(part) ? undefined : part,
    matches: (name) => patterns.some((one) => matches(name, one)),
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

const withoutWideBraces = (pattern: string) => expanded(pattern, wideGroup);

/** A text once for each alternative of its groups. */
function expanded(
  pattern: string,
  groupIn: (text: string) => readonly [start: number, end: number] | undefined,
): readonly string[] {
  const done: string[] = [];
  const waiting = [pattern];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const group = done.length + waiting.length < MAX_ALTERNATIVES ? groupIn(next) : undefined;
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
const wideGroup = (pattern: string) => firstGroup(pattern, (group) => group.includes("/"));
const anyGroup = (pattern: string) => firstGroup(pattern, () => true);

function firstGroup(
  pattern: string,
  isMeant: (group: string) => boolean,
): readonly [start: number, end: number] | undefined {
  for (let index = 0; index < pattern.length; index++) {
    if (pattern[index] === "\\") index++;
    else if (pattern[index] === "{") {
      const end = closingBrace(pattern, index);
      if (end !== -1 && isMeant(pattern.slice(index, end))) return [index, end];
    }
  }
  return undefined;
}

/** The patterns of one name: one for each of its alternatives. */
function namePatterns(part: string): readonly Pattern[] {
  return expanded(part, anyGroup).map(plainPattern);
}

/** A name without groups. */
function plainPattern(part: string): Pattern {
  const parts: Pattern[number][] = [];
  for (let index = 0; index < part.length; index++) {
    const sign = part.charAt(index);
    const rest = part.slice(index);
    const set = sign === "[" ? /^\[([!^]?)((?:\\.|[^\]\\])+)\]/s.exec(rest) : null;
    if (sign === "\\" && rest.length > 1) parts.push({ type: "texts", texts: [part.charAt(++index)] });
    else if (sign === "*") {
      // Signs in a row say no more than one.
      if (parts.at(-1)?.type !== "star") parts.push({ type: "star" });
    } else if (sign === "?") parts.push({ type: "any" });
    else if (set !== null) {
      parts.push({ type: "set", not: set[1] !== "", ranges: rangesOf(set[2] ?? "") });
      index += set[0].length - 1;
    } else parts.push({ type: "texts", texts: [sign] });
  }
  return parts;
}

/** The ranges of a set; one that runs backwards holds nothing. */
function rangesOf(inside: string): readonly (readonly [string, string])[] {
  return [...inside.matchAll(/(\\.|[^\\])(?:-(\\.|[^\\]))?/gs)].flatMap(([, from = "", to]) => {
    const [first, last] = [from, to ?? from].map((text) => text.replace(/^\\/, ""));
    return first === undefined || last === undefined || first > last ? [] : [[first, last] as const];
  });
}
