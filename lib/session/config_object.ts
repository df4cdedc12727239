/**
 * A configuration that is a value: it takes the same way as a file, but from memory.
 *
 * @module
 */
import { AuthError, isAuthError } from "../errors.ts";
import type { Files, FileStatus, Host } from "../host.ts";
import { derived } from "./derive.ts";

/** Where the configuration is said to stand, in problems and errors. */
export const OBJECT_PATH = "/config";

/**
 * A world whose only file is the configuration, in which a variable that may not be read is not set: a script
 * works with `--allow-net` alone.
 *
 * @param config what stands below `auth:`; without a keyring of its own it gets the one in memory
 */
export function configurationHost(world: Host, config: Readonly<Record<string, unknown>>): Host {
  const text = JSON.stringify({ auth: { keyring: { type: "memory" }, ...config } }, null, 2);
  const onDisk = config.keyring !== undefined;
  const readable = derived(world, { env: (name) => softVariable(world, name), workingDirectory: () => "/" });
  return derived(readable, { files: onDisk ? withObject(world.files, text) : memoryFiles(text) });
}

/** A variable; one that may not be read counts as not set. */
export function softVariable(world: Pick<Host, "env">, name: string): string | undefined {
  try {
    return world.env(name);
  } catch (error) {
    if (isAuthError(error, "permission-missing")) return undefined;
    throw error;
  }
}

/** The files as they are, with the configuration among them. */
function withObject(files: Files, text: string): Files {
  const own = memoryFiles(text);
  return {
    ...files,
    readText: (path) => (path === OBJECT_PATH ? own : files).readText(path),
    readBytes: (path) => (path === OBJECT_PATH ? own : files).readBytes(path),
    status: (path) => (path === OBJECT_PATH ? own : files).status(path),
    realPath: (path) => (path === OBJECT_PATH ? own : files).realPath(path),
  };
}

/** Nothing but the configuration; locks are of this process, and nothing can be written. */
function memoryFiles(text: string): Files {
  const bytes = new TextEncoder().encode(text);
  const refuse = (path: string) =>
    Promise.reject(
      new AuthError("file-failed", `Cannot write ${path}: the configuration is a value, without files`),
    );
  const status: FileStatus = {
    kind: "file",
    mode: 0o600,
    size: bytes.length,
    owned: true,
    uid: undefined,
    writableByOthers: false,
    links: 1,
  };
  const found = <Value>(path: string, value: Value) =>
    Promise.resolve(path === OBJECT_PATH ? value : undefined);
  return {
    readText: (path) => found(path, text),
    readBytes: (path) => found(path, bytes),
    readPipe: () => Promise.resolve(undefined),
    status: (path) => found(path, status),
    realPath: (path) => found(path, path),
    list: () => Promise.resolve(undefined),
    remove: () => Promise.resolve(false),
    removeIfEmpty: () => Promise.resolve(false),
    removeTree: () => Promise.resolve(false),
    leftovers: () => Promise.resolve([]),
    writeText: refuse,
    appendText: refuse,
    sink: refuse,
    lock: () => Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() }),
  };
}
