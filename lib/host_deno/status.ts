/**
 * Converts Deno's file status and directory entries to ours.
 *
 * @module
 */
import type { DirectoryEntry, FileStatus, Os } from "../host.ts";

/** The entries of a directory, sorted by name. */
export function sortedEntries(entries: readonly Deno.DirEntry[]): readonly DirectoryEntry[] {
  return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The status of a file, directory or link. */
export function statusOf(os: Os, info: Deno.FileInfo): FileStatus {
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
