/**
 * `import:`: files that a configuration builds upon. Its own content beats theirs, a later import beats an earlier one.
 *
 * @module
 */
import { isAuthError } from "../errors.ts";
import { LIMITS, overLimit } from "../limits.ts";
import { expandHome, isAbsolutePath, joinPath, parentOf, resolvePath } from "../paths.ts";
import { resolveEnvTags } from "./env_tag.ts";
import { expandGlob, isGlob } from "./glob.ts";
import { followIncludes, isRemote } from "./includes.ts";
import { nodeAt, type Raw, type RawMap, textAt } from "./raw.ts";
import {
  type Circumstances,
  gitRootAbove,
  isWithinLimit,
  mayRead,
  noteFile,
  optional,
  readSource,
  type Session,
  type Source,
} from "./sources.ts";
import type { Need } from "./need.ts";
import type { ConfigFile } from "./types.ts";

/** Where a file belongs. */
export interface Surrounding {
  /** `base_path` of the file that imports, resolved. */
  readonly baseDirectory: string | undefined;
  readonly circumstances: Circumstances;
  /** Files on the way here, links resolved. */
  readonly trail: readonly string[];
}

/**
 * Reads a file with all that it imports, in the order of merging: what comes later wins.
 *
 * @returns `undefined` when there is no such file
 */
export async function readLayers(
  session: Session,
  path: string,
  surrounding: Surrounding,
): Promise<readonly RawMap[] | undefined> {
  const source = await readSource(session, path, surrounding.circumstances);
  if (source === undefined) return undefined;
  const baseDirectory = await baseDirectoryOf(session, source, surrounding);
  const own = await followIncludes(session, source, baseDirectory);
  const inner: Surrounding = {
    baseDirectory,
    circumstances: { namedBy: source.file, isImported: true },
    trail: [...surrounding.trail, source.file.realPath],
  };
  const layers: RawMap[] = [];
  for (const item of importItems(session, source.root)) {
    if (!isWithinLimit(session, source.file.path, "files", 1)) break;
    for (const layer of await readImport(session, source, item, inner)) layers.push(layer);
  }
  noteFile(session, source.file);
  if (own.type === "map" && own.entries.size > 0) layers.push(own);
  return layers;
}

function importItems(session: Session, root: Raw): readonly Raw[] {
  const node = nodeAt(root, ["import"]);
  if (node === undefined) return [];
  const resolved = resolveEnvTags(node, session.host.env);
  return resolved.type === "list" ? resolved.items : [resolved];
}

async function readImport(
  session: Session,
  source: Source,
  item: Raw,
  surrounding: Surrounding,
): Promise<readonly RawMap[]> {
  const name = item.type === "scalar" ? item.text.trim() : textAt(item, "path");
  if (item.type === "scalar" && item.value === null) return [];
  if (await isWithheld(session, source, item)) return [];
  if (name === undefined || name === "") {
    warn(session, item, "malformed-import", "an import is the path of a file, or a pattern");
    return [];
  }
  if (isRemote(name, session.host.os)) {
    warn(session, item, "remote-import", `${name} is not imported: only local files are`);
    return [];
  }
  if (surrounding.trail.length > LIMITS.importDepth.most) {
    warn(session, item, "deep-import", `${name} is not imported: ${overLimit("importDepth")}`);
    return [];
  }
  const path = homePath(session, name);
  const unread = session.unread.length;
  const paths = path === undefined ? [] : await pathsOrProblem(session, item, source, path, surrounding);
  if (paths === undefined) return [];
  if (paths.length === 0 && session.unread.length === unread) {
    warn(session, item, "missing-import", `${name} is not imported: there is no such file`);
  }
  const layers: RawMap[] = [];
  for (const path of paths) {
    for (const layer of await readOnce(session, item, path, surrounding)) layers.push(layer);
  }
  return layers;
}

/** What an import names; a pattern that is not followed is a problem of the whole: what it hides, nobody knows. */
async function pathsOrProblem(
  session: Session,
  item: Raw,
  source: Source,
  path: string,
  surrounding: Surrounding,
): Promise<readonly string[] | undefined> {
  try {
    return await importedPaths(session, source, item, path, surrounding);
  } catch (error) {
    if (!isAuthError(error, "config-invalid")) throw error;
    session.problems.push({
      severity: "error",
      code: "limit-reached",
      path: "",
      at: item.at,
      reason: error.message,
      hint: error.hints[0],
      blocks: true,
      about: undefined,
    });
    return undefined;
  }
}

/** What a variable names is looked for, and may be shown, only for a file that is trusted. */
async function isWithheld(session: Session, { file }: Source, item: Raw): Promise<boolean> {
  const node = item.type === "map" ? nodeAt(item, ["path"]) : item;
  if (file.trusted || (node?.type !== "scalar" && node?.type !== "unset") || node.reference === undefined) {
    return false;
  }
  const shown = `!env ${node.reference.variable}`;
  const need: Need = {
    unit: { type: "file", name: shown },
    values: [{ path: "import", at: item.at, does: `reads the file that \`${shown}\` names` }],
    files: [file.path],
    bound: JSON.stringify(["import", node.reference.variable, node.reference.fallback ?? null]),
    words: [],
  };
  if (await session.isMet(need)) return false;
  session.unread.push(need);
  return true;
}

async function readOnce(
  session: Session,
  item: Raw,
  path: string,
  surrounding: Surrounding,
): Promise<readonly RawMap[]> {
  const { trail } = surrounding;
  const real = await session.host.files.realPath(path) ?? path;
  if (!trail.includes(real)) return await readLayers(session, path, surrounding) ?? [];
  // A pattern or a directory may well hold the file that it stands in; only a name is a mistake.
  if (item.type === "scalar" && !isGlob(item.text) && /\.ya?ml$/i.test(item.text)) {
    const circle = [...trail.slice(trail.indexOf(real)), real].join(" -> ");
    warn(session, item, "import-cycle", `${path} is not imported again: ${circle}`);
  }
  return [];
}

/** Below `base_path`, else beside the importing file; a path with `./` or `../` the other way round. */
async function importedPaths(
  session: Session,
  source: Source,
  item: Raw,
  path: string,
  { baseDirectory }: Surrounding,
): Promise<readonly string[]> {
  const { os } = session.host;
  const beside = parentOf(os, source.file.path);
  const bases = [baseDirectory ?? beside, beside];
  const from = isAbsolutePath(os, path) ? [""] : /^\.\.?[\\/]/.test(path) ? bases.toReversed() : bases;
  const asked = { by: source.file, where: "import", at: item.at };
  for (const base of from) {
    const unread = session.unread.length;
    const paths = await pathsAt(session, asked, base, path);
    if (paths.length > 0 || session.unread.length > unread) return paths;
  }
  return [];
}

/** Who wants to read something, and where that is written. */
export interface Asked {
  readonly by: ConfigFile;
  /** Configuration path. */
  readonly where: string;
  readonly at: Raw["at"];
}

/** Those of the paths that their namer may read; what has no real path is not there. */
export async function readable(
  session: Session,
  asked: Asked,
  paths: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const real = await session.host.files.realPath(path);
    if (real !== undefined && await mayRead(session, asked.by, real, asked)) found.push(path);
  }
  return found;
}

/** A path with its `~` replaced; `undefined` when whose home is meant cannot be told. */
function homePath({ host }: Session, path: string): string | undefined {
  return optional(() => expandHome(host, path));
}

/** A YAML file, one without its extension, all of a directory, or those of a pattern. */
async function pathsAt(
  session: Session,
  asked: Asked,
  base: string,
  name: string,
): Promise<readonly string[]> {
  const { os, files } = session.host;
  if (isGlob(name)) {
    const [start, pattern] = splitGlob(os === "windows" ? name.replaceAll("\\", "/") : name);
    const directory = resolvePath(os, base, start);
    // Not even the names in a directory are looked at before.
    if ((await readable(session, asked, [directory])).length === 0) return [];
    const found = await expandGlob(files, os, directory, pattern, session.spent.searches);
    return await readable(session, asked, found.filter((path) => /\.ya?ml$/i.test(path)));
  }
  for (const candidate of [name, `${name}.yaml`, `${name}.yml`]) {
    const path = resolvePath(os, base, candidate);
    const real = await files.realPath(path);
    if (real === undefined) continue;
    if (!await mayRead(session, asked.by, real, asked)) return [];
    const status = await files.status(real);
    if (status?.kind === "directory") {
      return await readable(session, asked, await yamlFilesBelow(session, path));
    }
    if (status !== undefined && /\.ya?ml$/i.test(path)) return [path];
  }
  return [];
}

/** The directory where a pattern starts, and the pattern below it. */
function splitGlob(name: string): readonly [string, string] {
  const segments = name.split("/");
  const first = segments.findIndex((segment) => isGlob(segment));
  return [segments.slice(0, first).join("/") + (first > 0 ? "/" : "."), segments.slice(first).join("/")];
}

/** Every YAML file below a directory, deeper ones later; `x.yaml` wins over an `x.yml` beside it. */
export async function yamlFilesBelow(session: Session, directory: string): Promise<readonly string[]> {
  const { os, files } = session.host;
  const found = await expandGlob(files, os, directory, "**/*", session.spent.searches);
  const all = new Set(found);
  return found.filter((path) =>
    /\.yaml$/.test(path) || (/\.yml$/.test(path) && !all.has(path.replace(/yml$/, "yaml")))
  );
}

/** The base directory for the imports of one file. */
async function baseDirectoryOf(session: Session, source: Source, surrounding: Surrounding): Promise<string> {
  const node = nodeAt(source.root, ["base_path"]);
  const value = node === undefined ? undefined : resolveEnvTags(node, session.host.env);
  const written = value?.type === "scalar" ? value.text : "";
  const beside = parentOf(session.host.os, source.file.path);
  return await resolveBasePath(session, written, beside, surrounding.baseDirectory);
}

/**
 * Atmos's rules for `base_path`: from the command line or the variable it is relative to the working directory; in a
 * file, `.` and `..` are relative to that file, any other path to the root of the repository if it is there, else to
 * the working directory; without one it is the importing file's, else the root of the repository, else beside the file.
 *
 * @param written empty: there is none
 * @param beside the directory of the file
 * @param inherited the importing file's
 */
export async function resolveBasePath(
  session: Session,
  written: string,
  beside: string,
  inherited?: string,
): Promise<string> {
  const { os, files, workingDirectory } = session.host;
  if (session.basePath !== undefined) return resolvePath(os, workingDirectory(), session.basePath);
  if (written === "") return inherited ?? await gitRootAbove(session, beside) ?? beside;
  if (isAbsolutePath(os, written) || /^\.{1,2}(?:[\\/]|$)/.test(written)) {
    return resolvePath(os, beside, written);
  }
  const atRoot = joinPath(os, await gitRootAbove(session, beside) ?? beside, written);
  return await files.realPath(atRoot) === undefined ? resolvePath(os, workingDirectory(), written) : atRoot;
}

function warn(session: Session, item: Raw, code: string, reason: string): void {
  session.problems.push({
    severity: "warning",
    code,
    path: "import",
    at: item.at,
    reason,
    hint: undefined,
    blocks: false,
    about: undefined,
  });
}
