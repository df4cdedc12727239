/**
 * Where Atmos looks for its configuration, lowest priority first.
 *
 * @module
 */
import { AuthError, type ErrorCode, isAuthError } from "../errors.ts";
import { configHome, isStandardInput, joinPath, parentOf, resolvePath } from "../paths.ts";
import { listDirectory } from "./glob.ts";
import { yamlFilesBelow } from "./imports.ts";
import {
  type Circumstances,
  type ConfigHost,
  gitRootAbove,
  homeOf,
  optional,
  type Session,
} from "./sources.ts";

/** A place with configuration: one file, or a directory where several may be. */
export interface Location {
  /** The configuration's directory. */
  readonly directory: string;
  /** In the order of merging; those that are not there are passed over. */
  readonly files: readonly string[];
  readonly circumstances: Circumstances;
}

/** What the command line says about where configuration is. */
export interface Wishes {
  readonly configFiles: readonly string[];
  readonly configPaths: readonly string[];
}

const FILE_NAMES = ["atmos.yaml", "atmos.yml"];
const DOT_FILE_NAMES = [".atmos.yaml", ".atmos.yml"];
const DROP_IN_DIRECTORIES = ["atmos.d", ".atmos.d"];
/** What a directory may have of Atmos: configuration files, and directories of them. */
export const CONFIG_NAMES: readonly string[] = [
  ...FILE_NAMES,
  ...DOT_FILE_NAMES,
  ".atmos",
  ...DROP_IN_DIRECTORIES,
];

/**
 * The places to read, lowest priority first.
 *
 * @throws AuthError `config-invalid` when a file or directory that was named is not there
 */
export async function findLocations(session: Session, wishes: Wishes): Promise<readonly Location[]> {
  const { host } = session;
  const files = wanted(host, wishes.configFiles, "ATMOS_CONFIG");
  const directories = wanted(host, wishes.configPaths, "ATMOS_CONFIG_PATH");
  if (files.length + directories.length > 0) {
    return await named(session, files, directories, wishes.configFiles.length > 0);
  }
  const working = host.workingDirectory();
  const set = host.env("ATMOS_CLI_CONFIG_PATH") ?? "";
  const above = set === "" && !await hasLocal(session, working) ? await findAbove(session, working) : [];
  const own = [
    ...systemDirectories(host),
    ...above,
    working,
    ...(set === "" ? [] : [resolvePath(host.os, working, set)]),
  ];
  const locations: Location[] = [];
  // Named twice, a directory counts where it beats more.
  for (const directory of own.filter((path, index) => own.lastIndexOf(path) === index)) {
    const location = await locationAt(session, directory, {});
    if (location !== undefined) locations.push(location);
  }
  return await withRootDropIns(session, locations, working);
}

/** Flags beat the variable; both take several, with commas. */
function wanted(host: ConfigHost, flags: readonly string[], variable: string): readonly string[] {
  const words = flags.length > 0 ? flags : [host.env(variable) ?? ""];
  const paths = words.flatMap((word) => word.split(",")).map((word) => word.trim()).filter((word) =>
    word !== ""
  );
  return paths.map((path) => resolvePath(host.os, host.workingDirectory(), path));
}

async function named(
  session: Session,
  files: readonly string[],
  directories: readonly string[],
  isOnLine: boolean,
): Promise<readonly Location[]> {
  const { host } = session;
  const locations: Location[] = [];
  for (const path of files) {
    const isPipe = isOnLine && await isPipeAt(session, path);
    if (!isPipe && !await isFile(session, path)) throw missing(path, "there is no such file");
    const circumstances = isPipe ? { isPipe } : {};
    locations.push({ directory: parentOf(host.os, path), files: [path], circumstances });
  }
  for (const path of directories) {
    const location = await locationAt(session, path, {});
    if (location === undefined) throw missing(path, "there is no atmos.yaml or .atmos.yaml in it");
    locations.push(location);
  }
  return locations;
}

function missing(path: string, reason: string): AuthError {
  return new AuthError("config-invalid", `Cannot read the configuration ${path}: ${reason}`, {
    hints: ["Check --config, --config-path, ATMOS_CONFIG and ATMOS_CONFIG_PATH"],
  });
}

/** Whether a pipe can be read at a path: `<(command)`, `/dev/stdin`. What such a path leads to has no name. */
async function isPipeAt({ host: { files } }: Session, path: string): Promise<boolean> {
  // Of standard input a sandbox does not tell what it is.
  const real = isStandardInput(path) ? undefined : await files.realPath(path);
  const status = real === undefined ? undefined : await files.status(real);
  if (status !== undefined && status.kind !== "other") return false;
  try {
    return await files.readPipe(path) !== undefined;
  } catch (error) {
    if (!isAuthError(error, "file-failed")) throw error;
    const code = "config-invalid";
    throw error.with({ code, cause: error });
  }
}

/** Directories of the system and of the person. */
function systemDirectories(host: ConfigHost): readonly string[] {
  const system = host.os === "windows" ? host.env("LOCALAPPDATA") : "/usr/local/etc/atmos";
  const home = homeOf(host);
  return [
    ...(system === undefined ? [] : [system]),
    ...(home === undefined ? [] : [joinPath(host.os, home, ".atmos")]),
  ];
}

/**
 * Whether a directory has anything of Atmos, so that nothing above it is looked for. What a sandbox withholds here is
 * not passed over: another configuration would be taken in its place.
 */
async function hasLocal({ host }: Session, directory: string): Promise<boolean> {
  for (const name of CONFIG_NAMES) {
    if (await exists(host, joinPath(host.os, directory, name), ["permission-missing"])) return true;
  }
  return false;
}

async function hasAny({ host }: Session, directory: string, names: readonly string[]): Promise<boolean> {
  for (const name of names) {
    if (await exists(host, joinPath(host.os, directory, name), [])) return true;
  }
  return false;
}

/** A directory that may not be looked into holds nothing for us, but for these failures. */
async function exists(host: ConfigHost, path: string, failures: readonly ErrorCode[]): Promise<boolean> {
  try {
    return await host.files.status(path) !== undefined;
  } catch (error) {
    if (isAuthError(error) && !failures.includes(error.code)) return false;
    throw error;
  }
}

/** The nearest directory above with a configuration, then the root of the repository. */
async function findAbove(session: Session, working: string): Promise<readonly string[]> {
  const { os, env } = session.host;
  const found: string[] = [];
  for (let current = working; parentOf(os, current) !== current && found.length === 0;) {
    current = parentOf(os, current);
    if (await hasAny(session, current, [...FILE_NAMES, ...DOT_FILE_NAMES])) found.push(current);
  }
  const root = env("ATMOS_GIT_ROOT_BASEPATH")?.toLowerCase() === "false"
    ? undefined
    : await gitRootAbove(session, working);
  return root === undefined || root === working ? found : [...new Set([...found, root])];
}

/** What a directory holds: drop-ins first, then `atmos.yaml`, then `.atmos.yaml`. */
async function locationAt(
  session: Session,
  directory: string,
  circumstances: Circumstances,
): Promise<Location | undefined> {
  const dropIns = await dropInsOf(session, directory);
  const own: string[] = [];
  for (const names of [FILE_NAMES, DOT_FILE_NAMES]) {
    const path = await firstFile(session, directory, names);
    if (path !== undefined) own.push(path);
  }
  const files = [...dropIns, ...own];
  return files.length === 0 ? undefined : { directory, files, circumstances };
}

async function firstFile(
  session: Session,
  directory: string,
  names: readonly string[],
): Promise<string | undefined> {
  for (const name of names) {
    const path = joinPath(session.host.os, directory, name);
    if (await isFile(session, path)) return path;
  }
  return undefined;
}

async function isFile({ host }: Session, path: string): Promise<boolean> {
  const real = await host.files.realPath(path);
  const status = real === undefined ? undefined : await host.files.status(real);
  return status !== undefined && status.kind !== "directory";
}

/** The files of `atmos.d`, then those of `.atmos.d`. */
async function dropInsOf(session: Session, directory: string): Promise<readonly string[]> {
  const paths = DROP_IN_DIRECTORIES.map((name) => joinPath(session.host.os, directory, name));
  return (await Promise.all(paths.map((path) => yamlFilesBelow(session, path)))).flat();
}

/** Drop-ins at the root of the repository count from anywhere in it: below the own content of the nearest place. */
async function withRootDropIns(
  session: Session,
  locations: readonly Location[],
  working: string,
): Promise<readonly Location[]> {
  const root = await gitRootAbove(session, working);
  if (root === undefined || locations.some(({ directory }) => directory === root)) return locations;
  const files = await dropInsOf(session, root);
  if (files.length === 0) return locations;
  const dropIns: Location = { directory: root, files, circumstances: {} };
  return [...locations.slice(0, -1), dropIns, ...locations.slice(-1)];
}

/**
 * The directory of a profile: below `profiles.base_path`, `<config>/.atmos/profiles`, `<config home>/atmos/profiles` or
 * `<config>/profiles`, the first that has it.
 */
export async function findProfile(
  session: Session,
  name: string,
  directory: string,
  basePath: string | undefined,
): Promise<string | undefined> {
  const { host } = session;
  const shared = optional(() => joinPath(host.os, configHome(host), "atmos", "profiles"));
  const candidates = [
    ...(basePath === undefined || basePath === "" ? [] : [resolvePath(host.os, directory, basePath)]),
    joinPath(host.os, directory, ".atmos", "profiles"),
    ...(shared === undefined ? [] : [shared]),
    joinPath(host.os, directory, "profiles"),
  ];
  for (const candidate of candidates) {
    const path = joinPath(host.os, candidate, name);
    if (await listDirectory(host.files, path) !== undefined) return path;
  }
  return undefined;
}
