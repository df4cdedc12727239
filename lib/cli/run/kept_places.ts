/**
 * Where no output and no log may lead: keyrings, logs and configuration, of the person and of ours.
 *
 * @module
 */
import type { AuthConfig, LoadedConfig } from "../../config/types.ts";
import { isAuthError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { baseName, dataHome, isInside, joinPath, knownHome, parentOf } from "../../paths.ts";
import { keyringPlace, sessionDirectory } from "../../session/stores.ts";
import { ownHomes } from "./own_files.ts";

type PlacesHost = Pick<Host, "env" | "os" | "files">;

/** What a configuration says of such places. */
export interface Configured {
  readonly auth: AuthConfig;
  readonly files: LoadedConfig["files"];
  /** Of the configuration, for relative paths. */
  readonly directory: string;
  /** The file that is logged to. */
  readonly log: string | undefined;
}

/** Below the home directory, whole directories of programs that keep credentials or settings there. */
const OTHERS = [".aws", ".ssh", ".gnupg", ".docker", ".kube", "Library/Keychains"];
const SYSTEM = ["/etc/atmos", "/usr/local/etc/atmos"];
const CONFIGURATION = /^\.?atmos\.ya?ml$/;
const DROP_INS = /^\.?atmos\.d$/;

/**
 * Why nothing is written to a path, to follow "Cannot write to PATH: "; `undefined` where nothing speaks against it.
 *
 * @param use a log may be kept among our own files, by a name that ends in `.log`
 */
export async function reasonToKeep(
  host: PlacesHost,
  path: string,
  configured: Configured | undefined,
  use: "output" | "log",
): Promise<string | undefined> {
  const names = [path, await realPlace(host, path)];
  const isBelow = (directory: string) =>
    names.some((name) => isInside(host.os, folded(host, name), folded(host, directory)));
  const home = knownHome(host);
  const others = [
    ...(home === undefined ? [] : OTHERS.map((name) => joinPath(host.os, home, name))),
    ...known(() => [joinPath(host.os, dataHome(host), "keyrings")]),
  ];
  const other = await firstBelow(host, others, isBelow);
  if (other !== undefined) return `${other} is left to the programs it belongs to`;
  const isOwnLog = use === "log" && names.every((name) => name.endsWith(".log"));
  const own = isOwnLog ? undefined : await firstBelow(host, ownPlaces(host, home), isBelow);
  if (own !== undefined) return `${own} holds files of atmos itself`;
  if (names.some((name) => isConfiguration(host, name))) return "it is a configuration file of atmos";
  return configured === undefined ? undefined : await configuredReason(host, names, configured, use);
}

/** Each home by itself: one that cannot be told, or may not be asked for, keeps nothing. */
function ownPlaces(host: PlacesHost, home: string | undefined): readonly string[] {
  return [
    ...known(() => ownHomes(host)),
    ...(home === undefined ? [] : [joinPath(host.os, home, ".atmos")]),
    ...(host.os === "windows" ? [] : SYSTEM),
  ];
}

function known(places: () => readonly string[]): readonly string[] {
  try {
    return places();
  } catch (error) {
    if (isAuthError(error, "config-invalid", "permission-missing")) return [];
    throw error;
  }
}

async function firstBelow(
  host: PlacesHost,
  directories: readonly string[],
  isBelow: (directory: string) => boolean,
): Promise<string | undefined> {
  for (const directory of directories) {
    if (isBelow(directory) || isBelow(await realPlace(host, directory))) return directory;
  }
  return undefined;
}

const isConfiguration = ({ os }: PlacesHost, path: string): boolean =>
  CONFIGURATION.test(baseName(os, path)) || DROP_INS.test(baseName(os, parentOf(os, path)));

async function configuredReason(
  host: PlacesHost,
  names: readonly string[],
  { auth, files, directory, log }: Configured,
  use: "output" | "log",
): Promise<string | undefined> {
  const isOneOf = (paths: readonly string[]) =>
    names.some((name) => paths.some((path) => folded(host, path) === folded(host, name)));
  if (isOneOf(files.map(({ path }) => path))) return "it is a file of the configuration";
  if (use === "output" && log !== undefined && isOneOf([log, await realPlace(host, log)])) {
    return "it is the log";
  }
  const { directory: keyrings } = await keyringPlace(host, auth, directory);
  const stores = [keyrings, await realPlace(host, keyrings)];
  const isStore = names.some((name) =>
    name.endsWith(".store") && stores.some((store) => isInside(host.os, name, store))
  );
  if (isStore) return "it is a keyring";
  for (const { name, config } of auth.providers.values()) {
    if (config === undefined || config.kind === "unsupported") continue;
    const sessions = sessionDirectory(host, auth, { provider: { name, config } });
    const own = ["credentials", "config"].map((file) => joinPath(host.os, sessions, file));
    if (isOneOf([...own, ...await Promise.all(own.map((path) => realPlace(host, path)))])) {
      return "it holds the sessions of atmos";
    }
  }
  return undefined;
}

/** Systems whose file names differ in case alone name one file. */
const folded = ({ os }: PlacesHost, path: string): string => os === "linux" ? path : path.toLowerCase();

/** A path with the links of its existing part resolved, as far as we may look. */
export async function realPlace(host: PlacesHost, path: string): Promise<string> {
  const parent = parentOf(host.os, path);
  try {
    const real = await host.files.realPath(path);
    if (real !== undefined || parent === path) return real ?? path;
  } catch (error) {
    if (!isAuthError(error, "permission-missing", "file-failed")) throw error;
    if (parent === path) return path;
  }
  return joinPath(host.os, await realPlace(host, parent), baseName(host.os, path));
}
