/**
 * Reading files, and looking at what is there.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { DirectoryEntry, FileStatus, Os, ReadingFiles } from "../host.ts";
import { attemptUnlessAbsent } from "./failures.ts";

/** What Deno puts in place of what is not UTF-8. */
const REPLACEMENT = "\ufffd";

/** Deno's calls behind the reading. */
interface Calls {
  readonly readTextFile: (path: string) => Promise<string> | string;
  readonly readFile: (path: string) => Promise<Uint8Array> | Uint8Array;
  readonly readDir: (path: string) => AsyncIterable<Deno.DirEntry> | Iterable<Deno.DirEntry>;
  readonly lstat: (path: string) => Promise<Deno.FileInfo> | Deno.FileInfo;
  readonly realPath: (path: string) => Promise<string> | string;
}

/** On threads of their own, while the program goes on. */
const ASIDE: Calls = Deno;

/** At once: quicker by a millisecond or two, for a start, when there is nothing that could go on. */
export const AT_ONCE: Calls = {
  readTextFile: Deno.readTextFileSync,
  readFile: Deno.readFileSync,
  readDir: Deno.readDirSync,
  lstat: Deno.lstatSync,
  realPath: Deno.realPathSync,
};

/** The part of `Files` that changes nothing. */
export function denoReading(os: Os, calls = ASIDE): ReadingFiles {
  return {
    readText: (path) =>
      attemptUnlessAbsent(`read ${path}`, undefined, async () => {
        const text = await calls.readTextFile(path);
        return text.includes(REPLACEMENT) ? decode(path, await calls.readFile(path)) : text;
      }),
    readBytes: (path) => attemptUnlessAbsent(`read ${path}`, undefined, () => calls.readFile(path)),
    list: (path) => attemptUnlessAbsent(`list ${path}`, undefined, () => listed(calls.readDir(path))),
    status: (path) =>
      attemptUnlessAbsent(`look at ${path}`, undefined, async () => statusOf(os, await calls.lstat(path))),
    realPath: (path) => attemptUnlessAbsent(`resolve ${path}`, undefined, () => calls.realPath(path)),
  };
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new AuthError("file-failed", `Cannot read ${path}: it is not UTF-8 text`, { where: path, cause });
  }
}

async function listed(
  directory: AsyncIterable<Deno.DirEntry> | Iterable<Deno.DirEntry>,
): Promise<readonly DirectoryEntry[]> {
  const entries = await Array.fromAsync(directory, (entry) => ({ name: entry.name, kind: kindOf(entry) }));
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function statusOf(os: Os, info: Deno.FileInfo): FileStatus {
  const { mode, uid, nlink } = info;
  if (os === "windows") {
    const unknown = undefined;
    return {
      kind: kindOf(info),
      size: info.size,
      mode: unknown,
      owned: unknown,
      uid: unknown,
      writableByOthers: unknown,
      links: unknown,
    };
  }
  const own = Deno.uid();
  return {
    kind: kindOf(info),
    mode: mode === null ? undefined : mode & 0o7777,
    size: info.size,
    owned: uid === own,
    uid: uid ?? undefined,
    writableByOthers: mode === null ? undefined : isWritableByOthers(mode, info.gid, own),
    links: nlink ?? undefined,
  };
}

function isWritableByOthers(mode: number, gid: number | null, own: number | null): boolean {
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && (gid === null || gid !== own));
}

const kindOf = (entry: Deno.DirEntry | Deno.FileInfo): DirectoryEntry["kind"] =>
  entry.isSymlink ? "symlink" : entry.isDirectory ? "directory" : entry.isFile ? "file" : "other";
