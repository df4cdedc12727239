/**
 * File patterns: `*` and `?` within a name, `[abc]`, `{a,b}`, and `**` for any number of directories.
 *
 * @module
 */
import type { Files, Os } from "../host.ts";
import { joinPath } from "../paths.ts";

/** What looking for files touches. */
export type Listing = Pick<Files, "list" | "realPath" | "status">;

/** How deep a pattern may go: no configuration is that deep, and a link may lead back up. */
const MAX_DEPTH = 20;

/** Whether a path holds any of the signs of a pattern. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** The regular expression for one name of a pattern. */
const namePattern = (segment: string) => new RegExp(`^${nameSource(segment)}$`, "s");

function nameSource(segment: string): string {
  const sign = /\{([^{}]*)\}|\[(!?)([^[\]]+)\]|[*?]|[\\^$.+()|[\]{}]/g;
  const body = segment.replaceAll(sign, (found, words?: string, not?: string, set?: string) => {
    if (words !== undefined) return `(?:${words.split(",").map(escapeText).join("|")})`;
    if (set !== undefined) return `[${not === "!" ? "^" : ""}${set.replaceAll(/[\\^]/g, "\\$&")}]`;
    return found === "*" ? "[^/]*" : found === "?" ? "[^/]" : `\\${found}`;
  });
  try {
    new RegExp(body, "s");
    return body;
  } catch (error) {
    // A range that runs backwards, `[z-a]`: it is a name like any other then.
    if (error instanceof SyntaxError) return escapeText(segment);
    throw error;
  }
}

const escapeText = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/**
 * Every file that a pattern names, absolute, sorted by depth and then by name, so that what is deeper wins.
 *
 * @param directory where the pattern starts; the pattern itself is relative and uses `/`
 */
export async function expandGlob(
  files: Listing,
  os: Os,
  directory: string,
  pattern: string,
): Promise<readonly string[]> {
  const segments = pattern.split("/").filter((segment) => segment !== "" && segment !== ".");
  const found = await walk(files, os, directory, segments, 0);
  const depth = (path: string) => path.split(/[\\/]/).length;
  return [...new Set(found)].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
}

/**
 * Whether a path is one that a pattern names.
 *
 * @param path relative, with `/`, as the pattern is
 */
export function matchesGlob(path: string, pattern: string): boolean {
  const segments = pattern.split("/").filter((segment) => segment !== "" && segment !== ".");
  const source = segments.map((segment, index) =>
    segment === "**"
      ? index === segments.length - 1 ? ".*" : "(?:[^/]+/)*"
      : nameSource(segment) + (index === segments.length - 1 ? "" : "/")
  );
  return new RegExp(`^${source.join("")}$`, "s").test(path);
}

/** The names in a directory, links to directories included; `undefined` when there is no directory there. */
export async function listDirectory(files: Listing, path: string): ReturnType<Listing["list"]> {
  const real = await files.realPath(path);
  const status = real === undefined ? undefined : await files.status(real);
  return status?.kind === "directory" ? await files.list(path) : undefined;
}

async function walk(
  files: Listing,
  os: Os,
  directory: string,
  segments: readonly string[],
  depth: number,
): Promise<readonly string[]> {
  const [first, ...rest] = segments;
  if (first === undefined || depth > MAX_DEPTH) return [];
  if (first === "..") return await walk(files, os, joinPath(os, directory, ".."), rest, depth + 1);
  const entries = await listDirectory(files, directory) ?? [];
  const matches = first === "**" ? () => true : (name: string) => namePattern(first).test(name);
  const found: string[] = first === "**" ? [...await walk(files, os, directory, rest, depth + 1)] : [];
  for (const { name, kind } of entries) {
    if (!matches(name)) continue;
    const path = joinPath(os, directory, name);
    if (kind !== "directory" && rest.length === 0) found.push(path);
    // A link to a directory is not followed by `**`: it may lead back up.
    else if (kind === "directory" || (kind === "symlink" && first !== "**")) {
      found.push(...await walk(files, os, path, first === "**" ? segments : rest, depth + 1));
    }
  }
  return found;
}
