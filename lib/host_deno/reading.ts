/**
 * Reading files, and looking at what is there.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { DirectoryEntry, FileStatus, Os, ReadingFiles } from "../host.ts";
import { attemptUnlessAbsent } from "./failures.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The part of `Files` that changes nothing. */
export function denoReading(os: Os): ReadingFiles {
  return {
    readText: async (path) => {
      const bytes = await readBytes(path);
      return bytes === undefined ? undefined : decode(path, bytes);
    },
    readBytes,
    list: listDirectory,
    status: (path) => statusOf(os, path),
    realPath: (path) => attemptUnlessAbsent(`resolve ${path}`, undefined, () => Deno.realPath(path)),
  };
}

function readBytes(path: string): Promise<Uint8Array | undefined> {
  return attemptUnlessAbsent(`read ${path}`, undefined, () => Deno.readFile(path));
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new AuthError("file-failed", `Cannot read ${path}: it is not UTF-8 text`, { where: path, cause });
  }
}

const kindOf = (entry: Deno.DirEntry | Deno.FileInfo): DirectoryEntry["kind"] =>
  entry.isSymlink ? "symlink" : entry.isDirectory ? "directory" : entry.isFile ? "file" : "other";

/** `Files.list`. */
export function listDirectory(path: string): Promise<readonly DirectoryEntry[] | undefined> {
  return attemptUnlessAbsent(`list ${path}`, undefined, async () => {
    const entries = await Array.fromAsync(Deno.readDir(path), (entry) => ({
      name: entry.name,
      kind: kindOf(entry),
    }));
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  });
}

function statusOf(os: Os, path: string): Promise<FileStatus | undefined> {
  return attemptUnlessAbsent(`look at ${path}`, undefined, async () => {
    const info = await Deno.lstat(path);
    const unix = os !== "windows";
    return {
      kind: kindOf(info),
      mode: unix && info.mode !== null ? info.mode & 0o7777 : undefined,
      size: info.size,
      owned: unix ? info.uid === Deno.uid() : undefined,
    };
  });
}
