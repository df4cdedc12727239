/**
 * Where files of ours are on this machine, whatever realm or configuration they belong to.
 *
 * @module
 */
import type { DirectoryEntry, Host } from "../../host.ts";
import { cacheHome, configHome, dataHome, joinPath, stateHome } from "../../paths.ts";

type FilesHost = Pick<Host, "env" | "os" | "files">;

/** A path of ours. */
export interface OwnPath {
  readonly path: string;
  readonly kind: DirectoryEntry["kind"];
}

/** Nothing of ours lies deeper, but for browser profiles, which are the browser's affair. */
const MAX_DEPTH = 6;
const PROFILES: ReadonlySet<string> = new Set(["browser", "console"]);

/** Our directory in each of the person's homes: configuration, data, state, cache. */
export function ownHomes(host: Pick<Host, "env" | "os">): readonly string[] {
  return [configHome(host), dataHome(host), stateHome(host), cacheHome(host)]
    .map((home) => joinPath(host.os, home, "atmos"));
}

/**
 * Everything of ours, directories before what is in them.
 *
 * @param others directories that the configuration names
 */
export async function ownPaths(host: FilesHost, others: readonly string[]): Promise<readonly OwnPath[]> {
  const [config = "", ...homes] = ownHomes(host);
  // What else is in the configuration's home is Atmos's, and no secret.
  const realms = (await host.files.list(config) ?? []).filter(({ kind }) => kind === "directory")
    .map(({ name }) => joinPath(host.os, config, name, "aws"));
  const roots = [joinPath(host.os, config, "aws"), ...realms, ...homes];
  const found = (await Promise.all([
    ...roots.map((root) => walk(host, root, MAX_DEPTH)),
    ...others.map((directory) => ownIn(host, directory)),
  ])).flat();
  return [...new Map(found.map((one) => [one.path, one])).values()];
}

async function walk(host: FilesHost, directory: string, depth: number): Promise<readonly OwnPath[]> {
  const entries = depth === 0 ? undefined : await host.files.list(directory);
  if (entries === undefined) return [];
  const inner = await Promise.all(entries.map(async ({ name, kind }): Promise<readonly OwnPath[]> => {
    const path = joinPath(host.os, directory, name);
    return kind === "directory" && !PROFILES.has(name) ? await walk(host, path, depth - 1) : [{ path, kind }];
  }));
  return [{ path: directory, kind: "directory" }, ...inner.flat()];
}

/** A directory that somebody chose may hold more than what is ours, and its own mode is theirs. */
async function ownIn(host: FilesHost, directory: string): Promise<readonly OwnPath[]> {
  const entries = await host.files.list(directory);
  return (entries ?? []).filter(({ name, kind }) => kind === "file" && OWN_NAME.test(name))
    .map(({ name, kind }) => ({ path: joinPath(host.os, directory, name), kind }));
}

/** AWS files and keyrings. */
const OWN_NAME = /^(?:credentials|config|.+\.store)$/;

/** The directories among paths. */
export function directoriesIn(paths: readonly OwnPath[]): readonly string[] {
  return paths.flatMap(({ path, kind }) => kind === "directory" ? [path] : []);
}
