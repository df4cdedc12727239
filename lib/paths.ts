/**
 * Where our files are: the XDG Base Directory rules, Atmos's overrides of them and Windows's folders, and the few
 * functions on path texts that need no file system.
 *
 * @module
 */
import { AuthError } from "./errors.ts";
import type { Host, Os } from "./host.ts";

/** What paths depend on. */
export type Surroundings = Pick<Host, "env" | "os">;

const separatorOf = (os: Os): "/" | "\\" => (os === "windows" ? "\\" : "/");

/** The names that standard input has among the files. */
export function isStandardInput(path: string): boolean {
  return path === "/dev/stdin" || path === "/dev/fd/0";
}

/** Whether a name is the system's own, which no other user could have put there. */
export function isSystemPath(os: Os, path: string): boolean {
  return os !== "windows" && ["/dev", "/proc", "/sys"].some((directory) => isInside(os, path, directory)) &&
    !isInside(os, path, "/dev/shm");
}

/** Whether a path starts at a root: `/x`, on Windows `C:\x`, `C:/x` and `\\server\share`. */
export function isAbsolutePath(os: Os, path: string): boolean {
  return os === "windows" ? /^(?:[A-Za-z]:[\\/]|[\\/]{2})/.test(path) : path.startsWith("/");
}

/** The root of a path (`/`, `C:\`, `\\server\share\`, or empty for a relative one) and the names below it. */
function splitPath(os: Os, path: string): { readonly root: string; readonly names: readonly string[] } {
  const text = os === "windows" ? path.replaceAll("/", "\\") : path;
  const root = os === "windows" ? windowsRoot(text) : text.startsWith("/") ? "/" : "";
  return { root, names: text.slice(root.length).split(separatorOf(os)).filter((name) => name !== "") };
}

const windowsRoot = (path: string): string =>
  /^(?:[A-Za-z]:\\|\\\\[^\\]+\\[^\\]+(?:\\|$)|\\)/.exec(path)?.[0] ?? "";

/** Joins names to a path without `.`, `..` (where it can be told) and doubled separators; later roots do not count. */
export function joinPath(os: Os, first: string, ...more: readonly string[]): string {
  const separator = separatorOf(os);
  const { root, names } = splitPath(os, [first, ...more].join(separator));
  const kept: string[] = [];
  for (const name of names) {
    if (name === ".") continue;
    if (name !== ".." || (root === "" && (kept.length === 0 || kept.at(-1) === ".."))) kept.push(name);
    else kept.pop();
  }
  const ended = root === "" || root.endsWith(separator) ? root : root + separator;
  return ended + kept.join(separator) || ".";
}

/** The directory that holds a path; a root holds itself, and `.` holds a lone name. */
export function parentOf(os: Os, path: string): string {
  const { root, names } = splitPath(os, joinPath(os, path));
  return names.length === 0 || (root === "" && names.length === 1)
    ? root || "."
    : joinPath(os, root + names.slice(0, -1).join(separatorOf(os)));
}

/** The last name of a path; empty for a root. */
export function baseName(os: Os, path: string): string {
  return splitPath(os, path).names.at(-1) ?? "";
}

/** `path` as seen from `base`: itself when it is absolute. On Windows `\x` is on the drive of `base`. */
export function resolvePath(os: Os, base: string, path: string): string {
  if (isAbsolutePath(os, path)) return joinPath(os, path);
  const onDrive = os === "windows" && /^[\\/]/.test(path);
  return joinPath(os, onDrive ? splitPath(os, base).root : base, path);
}

/** Whether a path is a directory or below it, by their texts alone: resolve links first where that matters. */
export function isInside(os: Os, path: string, directory: string): boolean {
  const fold = (text: string) => (os === "windows" ? text.toLowerCase() : text);
  const [inner, outer] = [splitPath(os, joinPath(os, path)), splitPath(os, joinPath(os, directory))];
  return fold(inner.root) === fold(outer.root) && inner.names.length >= outer.names.length &&
    outer.names.every((name, index) => fold(name) === fold(inner.names[index] ?? ""));
}

/** The number of the descriptor of this process that a path stands for: `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/3`. */
export function descriptorOf(os: Os, path: string): number | undefined {
  if (os === "windows") return undefined;
  const stream = ["/dev/stdin", "/dev/stdout", "/dev/stderr"].indexOf(path);
  if (stream >= 0) return stream;
  const number = /^\/(?:dev|proc\/(?:self|thread-self))\/fd\/(\d{1,9})$/.exec(path)?.[1];
  return number === undefined ? undefined : Number(number);
}

const homeVariable = (os: Os) => (os === "windows" ? "USERPROFILE" : "HOME");

/** The person's home directory, where the environment tells it. */
export function knownHome({ env, os }: Surroundings): string | undefined {
  const home = env(homeVariable(os)) ?? "";
  return isAbsolutePath(os, home) ? joinPath(os, home) : undefined;
}

/** A path with `~` for the person's home, for a person; the home itself stays as it is. */
export function shortPath(host: Surroundings, path: string): string {
  const { os } = host;
  const home = knownHome(host);
  if (home === undefined || baseName(os, home) === "" || !isInside(os, path, home)) return path;
  const below = joinPath(os, path).slice(home.length);
  return below === "" ? path : `~${below}`;
}

/**
 * The person's home directory.
 *
 * @throws AuthError `config-invalid` when `HOME` (`USERPROFILE` on Windows) is not set or not absolute
 */
export function homeDirectory(host: Surroundings): string {
  const home = knownHome(host);
  if (home !== undefined) return home;
  const name = homeVariable(host.os);
  const reason = (host.env(name) ?? "") === "" ? `${name} is not set` : `${name} is not an absolute path`;
  throw new AuthError("config-invalid", `Cannot tell the home directory: ${reason}`, {
    hints: [`Set ${name} to an absolute path`],
  });
}

/**
 * Replaces a leading `~` by the home directory.
 *
 * @throws AuthError `config-invalid` for the home of somebody else (`~name`)
 */
export function expandHome(host: Surroundings, path: string): string {
  if (!path.startsWith("~")) return path;
  if (path === "~") return homeDirectory(host);
  if (/^~[/\\]/.test(path)) return joinPath(host.os, homeDirectory(host), path.slice(2));
  throw new AuthError(
    "config-invalid",
    `Cannot use the path ${path}: only one's own home, ~/, is understood`,
  );
}

type BaseDirectory = "CONFIG" | "DATA" | "STATE" | "CACHE";

const BELOW_HOME: Readonly<Record<BaseDirectory, readonly string[]>> = {
  CONFIG: [".config"],
  DATA: [".local", "share"],
  STATE: [".local", "state"],
  CACHE: [".cache"],
};
const WINDOWS_FOLDERS: Readonly<Record<BaseDirectory, readonly [string, ...string[]]>> = {
  CONFIG: ["APPDATA"],
  DATA: ["LOCALAPPDATA"],
  STATE: ["LOCALAPPDATA"],
  CACHE: ["LOCALAPPDATA", "cache"],
};

function windowsFolder(host: Surroundings, which: BaseDirectory): string | undefined {
  const [variable, ...names] = WINDOWS_FOLDERS[which];
  const folder = host.env(variable) ?? "";
  return isAbsolutePath(host.os, folder) ? joinPath(host.os, folder, ...names) : undefined;
}

function ownOverride(host: Surroundings, which: BaseDirectory): string | undefined {
  const name = `ATMOS_XDG_${which}_HOME`;
  const value = host.env(name) ?? "";
  if (value === "") return undefined;
  const path = expandHome(host, value);
  if (isAbsolutePath(host.os, path)) return joinPath(host.os, path);
  throw new AuthError("config-invalid", `Cannot use ${name}: ${value} is not an absolute path`);
}

function baseDirectory(host: Surroundings, which: BaseDirectory): string {
  const own = ownOverride(host, which);
  if (own !== undefined) return own;
  // XDG Base Directory Specification 0.8: "If an implementation encounters a relative path in any of these
  // variables it should consider the path invalid and ignore it." Empty counts as not set.
  const xdg = host.env(`XDG_${which}_HOME`) ?? "";
  if (isAbsolutePath(host.os, xdg)) return joinPath(host.os, xdg);
  const folder = host.os === "windows" ? windowsFolder(host, which) : undefined;
  return folder ?? joinPath(host.os, homeDirectory(host), ...BELOW_HOME[which]);
}

/** `ATMOS_XDG_CONFIG_HOME`, `XDG_CONFIG_HOME`, `%APPDATA%`, `~/.config` (macOS too): the first that is set. */
export const configHome = (host: Surroundings): string => baseDirectory(host, "CONFIG");

/** `ATMOS_XDG_DATA_HOME`, `XDG_DATA_HOME`, `%LOCALAPPDATA%`, `~/.local/share`. */
export const dataHome = (host: Surroundings): string => baseDirectory(host, "DATA");

/** `ATMOS_XDG_STATE_HOME`, `XDG_STATE_HOME`, `%LOCALAPPDATA%`, `~/.local/state`. */
export const stateHome = (host: Surroundings): string => baseDirectory(host, "STATE");

/** `ATMOS_XDG_CACHE_HOME`, `XDG_CACHE_HOME`, `%LOCALAPPDATA%\cache`, `~/.cache`. */
export const cacheHome = (host: Surroundings): string => baseDirectory(host, "CACHE");
