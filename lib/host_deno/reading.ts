/**
 * Reading files, and looking at what is there. Only regular files are read, and only up to the limit: a device has no
 * end, and opening a pipe waits for whoever writes to it.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { DirectoryEntry, FileStatus, Os, ReadingFiles } from "../host.ts";
import { LIMITS, overLimit } from "../limits.ts";
import { readAll, refused, whatIs } from "./bounded.ts";
import { attemptUnlessAbsent } from "./failures.ts";
import { readPipe } from "./pipe.ts";

/** Deno's calls behind the reading. */
interface Calls {
  readonly stat: (path: string) => Promise<Deno.FileInfo> | Deno.FileInfo;
  readonly open: (path: string) => Promise<Deno.FsFile> | Deno.FsFile;
  readonly statOf: (file: Deno.FsFile) => Promise<Deno.FileInfo> | Deno.FileInfo;
  readonly read: (file: Deno.FsFile, into: Uint8Array) => Promise<number | null> | number | null;
  readonly readDir: (path: string) => AsyncIterable<Deno.DirEntry> | Iterable<Deno.DirEntry>;
  readonly lstat: (path: string) => Promise<Deno.FileInfo> | Deno.FileInfo;
  readonly realPath: (path: string) => Promise<string> | string;
}

/** On threads of their own, while the program goes on. */
const ASIDE: Calls = {
  stat: Deno.stat,
  open: (path) => Deno.open(path),
  statOf: (file) => file.stat(),
  read: (file, into) => file.read(into),
  readDir: Deno.readDir,
  lstat: Deno.lstat,
  realPath: Deno.realPath,
};

/** At once: quicker by a millisecond or two, for a start, when there is nothing that could go on. */
export const AT_ONCE: Calls = {
  stat: Deno.statSync,
  open: (path) => Deno.openSync(path),
  statOf: (file) => file.statSync(),
  read: (file, into) => file.readSync(into),
  readDir: Deno.readDirSync,
  lstat: Deno.lstatSync,
  realPath: Deno.realPathSync,
};

/** The part of `Files` that changes nothing. */
export function denoReading(os: Os, calls = ASIDE): ReadingFiles {
  const pipes = new Map<string, Promise<Uint8Array | undefined>>();
  return {
    readText: (path) =>
      attemptUnlessAbsent(`read ${path}`, undefined, async () => decode(path, await content(calls, path))),
    readBytes: (path) => attemptUnlessAbsent(`read ${path}`, undefined, () => content(calls, path)),
    readPipe: (path) => {
      const bytes = pipes.get(path) ??
        attemptUnlessAbsent(`read ${path}`, undefined, () => readPipe(os, path));
      pipes.set(path, bytes);
      return bytes;
    },
    list: (path) => attemptUnlessAbsent(`list ${path}`, undefined, () => listed(calls.readDir(path))),
    status: (path) =>
      attemptUnlessAbsent(`look at ${path}`, undefined, async () => statusOf(os, await calls.lstat(path))),
    realPath: (path) => attemptUnlessAbsent(`resolve ${path}`, undefined, () => calls.realPath(path)),
  };
}

/** The bytes of a regular file. What it is must be known before it is opened: that alone may wait forever. */
async function content(calls: Calls, path: string): Promise<Uint8Array> {
  refuseUnlessReadable(path, await calls.stat(path));
  using file = await calls.open(path);
  // Another file may have taken its place meanwhile.
  const { size } = refuseUnlessReadable(path, await calls.statOf(file));
  return await readAll((into) => calls.read(file, into), path, size);
}

function refuseUnlessReadable(path: string, info: Deno.FileInfo): Deno.FileInfo {
  if (!info.isFile) throw refused(path, `it is ${whatIs(info)}, not a regular file`);
  if (info.size > LIMITS.fileBytes.most) throw refused(path, overLimit("fileBytes"));
  return info;
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
