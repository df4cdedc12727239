/**
 * Reads files and their status. Reads only regular files, up to the size limit: a device has no end, and
 * opening a pipe blocks until it has a writer.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { DirectoryEntry, Os, ReadingFiles } from "../host.ts";
import { LIMITS, overLimit } from "../limits.ts";
import { readAll, refused, whatIs } from "./bounded.ts";
import { attemptUnlessAbsent } from "./failures.ts";
import { sortedEntries, statusOf } from "./status.ts";

/** The part of `Files` that changes nothing. */
export function denoReading(os: Os): ReadingFiles {
  return {
    readText: (path) =>
      attemptUnlessAbsent(`read ${path}`, undefined, async () => decode(path, await content(path))),
    readBytes: (path) => attemptUnlessAbsent(`read ${path}`, undefined, () => content(path)),
    list: (path) => attemptUnlessAbsent(`list ${path}`, undefined, () => listed(path)),
    status: (path) =>
      attemptUnlessAbsent(`look at ${path}`, undefined, async () => statusOf(os, await Deno.lstat(path))),
    realPath: (path) => attemptUnlessAbsent(`resolve ${path}`, undefined, () => Deno.realPath(path)),
  };
}

/** The bytes of a regular file. Check its type before opening it: opening alone may block forever. */
async function content(path: string): Promise<Uint8Array> {
  refuseUnlessReadable(path, await Deno.stat(path));
  using file = await Deno.open(path);
  // Another file may have replaced it meanwhile.
  const { size } = refuseUnlessReadable(path, await file.stat());
  return await readAll((into) => file.read(into), path, size);
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

async function listed(path: string): Promise<readonly DirectoryEntry[]> {
  return sortedEntries(await Array.fromAsync(Deno.readDir(path)));
}
