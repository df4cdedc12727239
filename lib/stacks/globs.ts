/**
 * The manifests that a pattern names, in Atmos's order: of imports, the later one wins.
 *
 * @module
 */
import { listDirectory, type Listing, type SearchBudget, spendOnEntries } from "../config/glob.ts";
import { isAuthError } from "../errors.ts";
import type { Os } from "../host.ts";
import { isInside, joinPath } from "../paths.ts";
import { patternsOf, type Segment } from "./patterns.ts";

/** Where files are looked for. */
export interface Grounds {
  readonly files: Listing;
  readonly os: Os;
  /** Links to directories are followed by `**` when they lead to somewhere in here. */
  readonly basePath: string;
  /** What the searches of one run may look through, all together. */
  readonly budget: SearchBudget;
}

/** How deep `**` goes: no configuration is that deep. */
const MAX_DEPTH = 20;
/** How many links to directories `**` follows: they may lead to each other. */
const MAX_LINKS = 1000;

/**
 * Every file that a pattern names, absolute: the files of a directory before those below it, directories by name, each
 * with all that is in it before the next one.
 *
 * @param directory where the pattern starts; the pattern itself is relative and uses `/`
 */
export async function manifestsMatching(
  grounds: Grounds,
  directory: string,
  pattern: string,
): Promise<readonly string[]> {
  const patterns = patternsOf(pattern);
  const found: string[] = [];
  for (const segments of patterns) {
    for (const path of await filesFor(grounds, directory, segments)) found.push(path);
  }
  const once = [...new Set(found)];
  // Several alternatives are one list, by path.
  return patterns.length === 1 ? once : once.sort();
}

async function filesFor(
  grounds: Grounds,
  directory: string,
  segments: readonly Segment[],
): Promise<readonly string[]> {
  const last = segments.at(-1);
  if (last === undefined) return [];
  const links = { left: MAX_LINKS };
  let directories: readonly string[] = [directory];
  for (const segment of last.isDeep ? segments : segments.slice(0, -1)) {
    const next: string[] = [];
    for (const path of directories) {
      for (const found of await directoriesFor(grounds, path, segment, links)) next.push(found);
    }
    // Two `**` in a row lead to one directory in many ways.
    directories = [...new Set(next)];
  }
  const found: string[] = [];
  for (const path of directories) {
    for (const { name, kind } of await entriesOf(grounds, path)) {
      if (kind !== "directory" && (last.isDeep || last.matches(name))) {
        found.push(joinPath(grounds.os, path, name));
      }
    }
  }
  return found;
}

/** The directories that one segment leads to from another one. */
async function directoriesFor(
  grounds: Grounds,
  path: string,
  { isDeep, literal, matches }: Segment,
  links: { left: number },
): Promise<readonly string[]> {
  const { os } = grounds;
  if (isDeep) return await below(grounds, path, [], links);
  if (literal !== undefined) return [joinPath(os, path, literal)];
  return (await entriesOf(grounds, path))
    .filter(({ name, kind }) => (kind === "directory" || kind === "symlink") && matches(name))
    .map(({ name }) => joinPath(os, path, name));
}

/** A link that is called like a manifest is one: where it leads need not be looked at. */
const isManifest = (name: string) => /\.ya?ml$/i.test(name);

/** A directory and all below it, each before what is in it. */
async function below(
  grounds: Grounds,
  path: string,
  trail: readonly string[],
  links: { left: number },
): Promise<readonly string[]> {
  if (trail.length > MAX_DEPTH) return [];
  const { files, os } = grounds;
  const real = await files.realPath(path) ?? path;
  const found = [path];
  for (const { name, kind } of await entriesOf(grounds, path)) {
    const inner = joinPath(os, path, name);
    if (
      kind === "directory" ||
      (kind === "symlink" && !isManifest(name) && await isFollowed(grounds, inner, [...trail, real], links))
    ) {
      found.push(...await below(grounds, inner, [...trail, real], links));
    }
  }
  return found;
}

/** A link to a directory of the project that does not lead back up. */
async function isFollowed(
  grounds: Grounds,
  path: string,
  trail: readonly string[],
  links: { left: number },
): Promise<boolean> {
  const { files, os } = grounds;
  const real = await files.realPath(path);
  if (real === undefined || trail.some((above) => isInside(os, above, real))) return false;
  if (!isInside(os, real, await realBase(grounds))) return false;
  return (await files.status(real))?.kind === "directory" && links.left-- > 0;
}

/** In a sandbox the project's own directory need not be open to be looked at. */
async function realBase({ files, basePath }: Grounds): Promise<string> {
  try {
    return await files.realPath(basePath) ?? basePath;
  } catch (error) {
    if (isAuthError(error, "permission-missing")) return basePath;
    throw error;
  }
}

async function entriesOf({ files, budget }: Grounds, path: string) {
  const entries = await listDirectory(files, path) ?? [];
  spendOnEntries(budget, path, entries.length + 1);
  return [...entries].sort((a, b) => a.name < b.name ? -1 : 1);
}
