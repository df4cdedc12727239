/**
 * File patterns: `*` and `?` within a name, `[abc]`, `{a,b}`, and `**` for any number of directories.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { Files, Os } from "../host.ts";
import { LIMITS, overLimit } from "../limits.ts";
import { joinPath } from "../paths.ts";
import { matches, namePattern, pathPattern, type Pattern } from "./glob_match.ts";

/** What looking for files touches. */
export type Listing = Pick<Files, "list" | "realPath" | "status">;

/** How deep a pattern may go: no configuration is that deep, and a link may lead back up. */
const MAX_DEPTH = 20;

/** Whether a path holds any of the signs of a pattern. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** What the searches of one run have looked through so far, all together. */
export interface SearchBudget {
  /** Characters compared; an entry counts as {@linkcode ENTRY_STEPS}, a directory as {@linkcode DIRECTORY_STEPS}. */
  steps: number;
  /** Directories that were listed, by path. */
  readonly listings: Map<string, ReturnType<Listing["list"]>>;
}

export function newSearchBudget(): SearchBudget {
  return { steps: 0, listings: new Map() };
}

/** What one search has found. */
interface Search {
  readonly files: Listing;
  readonly os: Os;
  readonly pattern: string;
  readonly segments: readonly string[];
  /** By segment. */
  readonly names: readonly Pattern[];
  readonly found: Set<string>;
  /** Directories that were entered, with the segment that they were entered for. */
  readonly entered: Set<string>;
  readonly budget: SearchBudget;
}

/** To compare a name with a pattern of people's takes a tenth of them. */
const ENTRY_STEPS = 2000;
/** To list a directory takes as long as to compare a hundred names. */
const DIRECTORY_STEPS = 100 * ENTRY_STEPS;

/**
 * Every file that a pattern names, absolute, sorted by depth and then by name, so that what is deeper wins.
 *
 * @param directory where the pattern starts; the pattern itself is relative and uses `/`
 * @throws AuthError `config-invalid` when it leads through more entries than the limit
 */
export async function expandGlob(
  files: Listing,
  os: Os,
  directory: string,
  pattern: string,
  budget: SearchBudget = newSearchBudget(),
): Promise<readonly string[]> {
  const segments = segmentsOf(pattern);
  const names = segments.map(namePattern);
  const search: Search = {
    files,
    os,
    pattern,
    segments,
    names,
    found: new Set(),
    entered: new Set(),
    budget,
  };
  await walk(search, directory, 0, 0);
  const found = [...search.found].map((path) => ({ path, depth: path.split(/[\\/]/).length }));
  return found.sort((a, b) => a.depth - b.depth || (a.path < b.path ? -1 : 1)).map(({ path }) => path);
}

/**
 * Whether a path is one that a pattern names.
 *
 * @param path relative, with `/`, as the pattern is
 */
export function matchesGlob(path: string, pattern: string): boolean {
  return matches(path, pathPattern(segmentsOf(pattern)));
}

/** @throws AuthError `config-invalid` for a pattern that is longer than the limit */
function segmentsOf(pattern: string): readonly string[] {
  if (pattern.length > LIMITS.patternLength.most) throw refused(pattern, "patternLength");
  return pattern.split("/").filter((segment) => segment !== "" && segment !== ".");
}

/** The names in a directory, links to directories included; `undefined` when there is no directory there. */
export async function listDirectory(files: Listing, path: string): ReturnType<Listing["list"]> {
  const real = await files.realPath(path);
  const status = real === undefined ? undefined : await files.status(real);
  return status?.kind === "directory" ? await files.list(path) : undefined;
}

/** Looks below a directory for what the segments from one on name. */
async function walk(search: Search, directory: string, index: number, depth: number): Promise<void> {
  const { os, segments, names, found, entered } = search;
  const [segment, name] = [segments[index], names[index]];
  const key = `${index} ${directory}`;
  if (segment === undefined || name === undefined || depth > MAX_DEPTH || entered.has(key)) return;
  entered.add(key);
  if (segment === "..") return await walk(search, joinPath(os, directory, ".."), index + 1, depth + 1);
  const isAnyDirectory = segment === "**";
  if (isAnyDirectory) await walk(search, directory, index + 1, depth + 1);
  for (const entry of await listingOf(search, directory) ?? []) {
    spend(search, ENTRY_STEPS);
    const onStep = (steps: number) => spend(search, steps);
    if (!isAnyDirectory && !matches(entry.name, name, onStep)) continue;
    const path = joinPath(os, directory, entry.name);
    if (entry.kind !== "directory" && index === segments.length - 1) found.add(path);
    // A link to a directory is not followed by `**`: it may lead back up.
    else if (entry.kind === "directory" || (entry.kind === "symlink" && !isAnyDirectory)) {
      await walk(search, path, isAnyDirectory ? index : index + 1, depth + 1);
    }
  }
}

function listingOf(search: Search, directory: string): ReturnType<Listing["list"]> {
  const { files, budget } = search;
  const known = budget.listings.get(directory);
  if (known !== undefined) return known;
  spend(search, DIRECTORY_STEPS);
  const listing = listDirectory(files, directory);
  budget.listings.set(directory, listing);
  return listing;
}

/**
 * Uses up a part of what searches may look through.
 *
 * @throws AuthError `config-invalid` beyond it, naming the pattern
 */
export function spendOnEntries(budget: SearchBudget, pattern: string, entries: number): void {
  spend({ budget, pattern }, entries * ENTRY_STEPS);
}

function spend({ budget, pattern }: Pick<Search, "budget" | "pattern">, steps: number): void {
  budget.steps += steps;
  if (budget.steps > LIMITS.globEntries.most * ENTRY_STEPS) throw refused(pattern, "globEntries");
}

const MAX_SHOWN = 80;

function refused(pattern: string, limit: "globEntries" | "patternLength"): AuthError {
  const shown = pattern.length > MAX_SHOWN ? `${pattern.slice(0, MAX_SHOWN)}...` : pattern;
  return new AuthError(
    "config-invalid",
    `Cannot follow the pattern ${JSON.stringify(shown)}: ${overLimit(limit)}`,
    { hints: ["Write a narrower pattern, or name the files"] },
  );
}
