/**
 * Whose a configuration file is: the user's own, by where it lies and who could have written it, or anybody's.
 *
 * @module
 */
import { isCi } from "../ci.ts";
import { isAuthError } from "../errors.ts";
import type { FileStatus, Host } from "../host.ts";
import {
  cacheHome,
  configHome,
  dataHome,
  isAbsolutePath,
  isInside,
  joinPath,
  knownHome,
  parentOf,
  stateHome,
  type Surroundings,
} from "../paths.ts";

/** What is looked at. */
export interface OwnershipHost extends Surroundings {
  readonly files: Pick<Host["files"], "realPath" | "status">;
  readonly workingDirectory: Host["workingDirectory"];
}

/**
 * Directories of the user, and of the system, whose files count as the user's own. Links on the way to a base directory
 * are followed; a link in the place of one of these leads out of it.
 */
function ownPlaces(host: OwnershipHost): readonly (readonly [base: string, below: readonly string[]])[] {
  const { os, env } = host;
  const [home] = optional(() => [knownHome(host)]);
  const config = optional(() => [configHome(host)])[0];
  const isBelowHome = home !== undefined && config !== undefined && isInside(os, config, home);
  const users: (readonly [string, readonly string[]])[] = [
    ...(config === undefined
      ? []
      : isBelowHome
      ? [[home, [config.slice(home.length), "atmos"]] as const]
      : [[config, ["atmos"]] as const]),
    ...(home === undefined ? [] : [[home, [".atmos"]] as const]),
  ];
  if (os !== "windows") return [...users, ["/etc", ["atmos"]], ["/usr/local/etc", ["atmos"]]];
  const folders = ["APPDATA", "LOCALAPPDATA", "PROGRAMDATA"].flatMap((name) =>
    optional(() => [env(name) ?? ""])
  );
  return [
    ...users,
    ...folders.filter((path) => isAbsolutePath(os, path)).map((path) => [path, ["atmos"]] as const),
  ];
}

/** Stores whose files only root, or its build users, can write; what lies there was installed. */
const STORES: readonly string[] = ["/nix/store", "/gnu/store"];

/**
 * Whether a file is the user's own: in one of their places by its real path, and neither it nor a directory up to that
 * place can be written by anybody else. What may not be looked at is not.
 *
 * @param path as found, absolute
 */
export async function isOwnFile(host: OwnershipHost, path: string): Promise<boolean> {
  const real = await lookedAt(() => host.files.realPath(path));
  if (real === undefined) return false;
  const place = await ownPlaceOf(host, real);
  if (place !== undefined) return await isClosed(host, real, place, isTheUsers);
  return isInOwnPlace(host, path) && await isInstalled(host, real);
}

/** The one of the user's places that a real path is in. */
export async function ownPlaceOf(host: OwnershipHost, real: string): Promise<string | undefined> {
  for (const [base, below] of ownPlaces(host)) {
    const realBase = await lookedAt(() => host.files.realPath(base)) ?? base;
    const place = joinPath(host.os, realBase, ...below);
    if (isInside(host.os, real, place)) return place;
  }
  return undefined;
}

/** Whether a path is in one of the user's places, whoever could have written what is there. */
export const isInOwnPlace = (host: OwnershipHost, path: string): boolean =>
  ownPlaces(host).some(([base, below]) => isInside(host.os, path, joinPath(host.os, base, ...below)));

/** A link of the user's that leads to a store: a file that root alone can write, and that no checkout brought. */
async function isInstalled(host: OwnershipHost, real: string): Promise<boolean> {
  if (host.os === "windows") return false;
  if (STORES.some((store) => isInside(host.os, real, store))) return true;
  const here = await lookedAt(() => host.files.realPath(host.workingDirectory()));
  if (here === undefined || isInside(host.os, real, here)) return false;
  for (let at = parentOf(host.os, real);; at = parentOf(host.os, at)) {
    if (await hasRepositoryMark(host, at)) return false;
    if (parentOf(host.os, at) === at) break;
  }
  return await isClosed(host, real, "/", ({ uid }) => uid === 0);
}

async function hasRepositoryMark(host: OwnershipHost, directory: string): Promise<boolean> {
  for (const mark of [".git", ".hg", ".jj", ".svn"]) {
    if (await lookedAt(() => host.files.status(joinPath(host.os, directory, mark))) !== undefined) {
      return true;
    }
  }
  return false;
}

const isTheUsers = ({ owned, uid }: FileStatus) => owned !== false || uid === 0;

/**
 * Whether a path and every directory up to another one are of the right owner, and closed to all others. A directory
 * in which everybody may make files, but change only their own (`/tmp`), is closed where its owner's files are meant.
 */
async function isClosed(
  host: OwnershipHost,
  path: string,
  top: string,
  isRightOwner: (status: FileStatus) => boolean,
): Promise<boolean> {
  for (let at = path;; at = parentOf(host.os, at)) {
    const status = await lookedAt(() => host.files.status(at));
    if (status === undefined || !isRightOwner(status)) return false;
    const isSticky = at !== top && top === "/" && status.kind === "directory" &&
      ((status.mode ?? 0) & 0o1000) !== 0;
    if (status.writableByOthers === true && !isSticky) return false;
    if (at === top || parentOf(host.os, at) === at) return true;
  }
}

/** What is there; `undefined` for what is not, and for what may not be looked at. */
export async function lookedAt<Value>(look: () => Promise<Value | undefined>): Promise<Value | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isAuthError(error)) return undefined;
    throw error;
  }
}

function optional<Value>(make: () => readonly Value[]): readonly Value[] {
  try {
    return make();
  } catch (error) {
    if (isAuthError(error, "config-invalid", "permission-missing")) return [];
    throw error;
  }
}

/** Base directories of ours. */
export type HomeName = "config" | "state" | "data" | "cache";

/** One that lies in the tree of a file that nobody vouches for: nothing that is found there is used. */
export interface ForeignHome {
  readonly home: HomeName;
  /** `<home>/atmos`, or `~/.atmos`. */
  readonly path: string;
  /** The root of the tree. */
  readonly tree: string;
}

/**
 * The homes in any of the trees: a checkout could have brought along what is found there. Outside of CI the home
 * directory itself is no checkout for this, nor, without Git, a directory above it.
 *
 * @param trees roots, with links resolved, and whether Git says so
 */
export async function foreignHomes(
  host: OwnershipHost,
  trees: readonly { readonly root: string; readonly isGit: boolean }[],
): Promise<readonly ForeignHome[]> {
  const { os } = host;
  const [home] = optional(() => [knownHome(host)]);
  const realHome = home === undefined ? undefined : await realOrSame(host, home);
  const candidates: readonly (readonly [HomeName, string])[] = [
    ...optional(() => [["config", joinPath(os, configHome(host), "atmos")] as const]),
    ...(home === undefined ? [] : [["config", joinPath(os, home, ".atmos")] as const]),
    ...optional(() => [["state", joinPath(os, stateHome(host), "atmos")] as const]),
    ...optional(() => [["data", joinPath(os, dataHome(host), "atmos")] as const]),
    ...optional(() => [["cache", joinPath(os, cacheHome(host), "atmos")] as const]),
  ];
  const found: ForeignHome[] = [];
  for (const [name, path] of candidates) {
    const real = await realOrSame(host, path);
    const tree = trees.find(({ root }) => isInside(os, real, root) || isInside(os, path, root));
    if (tree === undefined || isExempt(host, tree, realHome)) continue;
    found.push({ home: name, path, tree: tree.root });
  }
  return found;
}

function isExempt(
  { os, env }: OwnershipHost,
  { root, isGit }: { readonly root: string; readonly isGit: boolean },
  home: string | undefined,
): boolean {
  if (home === undefined || !isInside(os, home, root)) return false;
  const [isInCi = true] = optional(() => [isCi(env)]);
  if (isInCi) return false;
  return !isGit || isInside(os, root, home);
}

/** A path with the links of the part that exists resolved. */
async function realOrSame(host: OwnershipHost, path: string): Promise<string> {
  const real = await lookedAt(() => host.files.realPath(path));
  if (real !== undefined) return real;
  const parent = parentOf(host.os, path);
  if (parent === path) return path;
  return joinPath(host.os, await realOrSame(host, parent), path.slice(parent.length).replace(/^[\\/]/, ""));
}
