/**
 * Files for real. A write is atomic and durable, new files have their mode from the first byte, links at the end of
 * a path are refused, and nothing is ever changed below `~/.aws` and `~/.ssh`.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import { baseName, isInside, joinPath, parentOf, resolvePath } from "../paths.ts";
import type { Files, Os } from "../host.ts";
import { attemptOnFile, attemptUnlessAbsent, systemCodeOf } from "./failures.ts";
import { mayRead } from "./grants.ts";
import { lockKeeper } from "./locks.ts";
import { denoReading } from "./reading.ts";

const encoder = new TextEncoder();

/** A temporary file older than this was left by a writer that died: writing takes milliseconds. */
const LEFTOVER_MILLIS = 10 * 60_000;

/** The directories of others that we read at most. */
const PROTECTED = [".aws", ".ssh"];

/**
 * The real file system.
 *
 * @param home the person's home directory; `undefined` when unknown, then nothing is known to be protected
 */
export function denoFiles(os: Os, home: () => string | undefined): Files {
  const guard = (path: string) => refuseProtected(os, home(), path);
  return {
    ...denoReading(os),
    writeText: async (path, text, mode) => {
      await guard(path);
      await writeAtomically(os, path, encoder.encode(text), mode);
    },
    appendText: async (path, text, mode) => {
      await guard(path);
      await append(os, path, encoder.encode(text), mode);
    },
    remove: async (path) => {
      await guard(path);
      return await removeAt(path, false);
    },
    removeTree: async (path) => {
      await guard(path);
      return await removeAt(path, true);
    },
    lock: lockKeeper(async (path) => {
      await guard(path);
      await makeParents(os, path);
      await refuseLink("lock", path);
    }),
  };
}

function removeAt(path: string, recursive: boolean): Promise<boolean> {
  return attemptUnlessAbsent(`remove ${path}`, false, async () => {
    await Deno.remove(path, { recursive });
    return true;
  });
}

/** Refuses a link at the end of a path: whoever put it there would choose what we overwrite. */
async function refuseLink(action: string, path: string): Promise<Deno.FileInfo | undefined> {
  const info = await attemptUnlessAbsent(`${action} ${path}`, undefined, () => Deno.lstat(path));
  if (info?.isSymlink) throw new AuthError("file-failed", `Cannot ${action} ${path}: it is a symbolic link`);
  if (info?.isDirectory) throw new AuthError("file-failed", `Cannot ${action} ${path}: it is a directory`);
  return info;
}

/** Makes the directory of a path with those above it, 0700 each; directories that exist stay as they are. */
async function makeParents(os: Os, path: string): Promise<void> {
  const directory = parentOf(os, path);
  await attemptOnFile(
    `create the directory ${directory}`,
    () => Deno.mkdir(directory, { recursive: true, mode: 0o700 }),
  );
}

/** Refuses what is below a protected directory, by name or, through links, in truth. */
async function refuseProtected(os: Os, home: string | undefined, path: string): Promise<void> {
  if (home === undefined) return;
  const fold = (text: string) => (os === "darwin" ? text.toLowerCase() : text);
  const absolute = resolvePath(os, Deno.cwd(), path);
  const real = await realOfExisting(os, absolute);
  for (const name of PROTECTED) {
    const place = joinPath(os, home, name);
    const places = [place, await realOfExisting(os, place)];
    if (places.some((one) => [absolute, real].some((each) => isInside(os, fold(each), fold(one))))) {
      throw new AuthError("file-failed", `Cannot change ${path}: it is below ${place}, which is left alone`);
    }
  }
}

/** A path with the links of its existing part resolved, as far as we are granted to look. */
async function realOfExisting(os: Os, path: string): Promise<string> {
  if (!mayRead(path)) return path;
  const real = await attemptUnlessAbsent(`resolve ${path}`, undefined, () => Deno.realPath(path));
  const parent = parentOf(os, path);
  if (real !== undefined || parent === path) return real ?? path;
  return joinPath(os, await realOfExisting(os, parent), baseName(os, path));
}

async function writeAtomically(os: Os, path: string, bytes: Uint8Array, mode: number): Promise<void> {
  await refuseLink("write", path);
  await makeParents(os, path);
  await removeLeftovers(os, path);
  const suffix = crypto.randomUUID().replaceAll("-", "");
  const temporary = joinPath(os, parentOf(os, path), `${temporaryPrefix(os, path)}${suffix}.tmp`);
  await attemptOnFile(`write ${path}`, async () => {
    try {
      await writeDurably(temporary, bytes, mode);
      await Deno.rename(temporary, path);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw directoryMissing(os, path, error);
      await attemptUnlessAbsent(`remove ${temporary}`, undefined, () => Deno.remove(temporary));
      throw error;
    }
    await syncDirectory(os, parentOf(os, path));
  });
}

/** A grant for one file is not enough to replace it. */
function directoryMissing(os: Os, path: string, cause: Error): AuthError {
  const directory = parentOf(os, path);
  return new AuthError("permission-missing", `Cannot write ${path}: a file is made beside it and renamed`, {
    hints: [`Run with --allow-read=${directory} --allow-write=${directory}`],
    cause,
  });
}

const temporaryPrefix = (os: Os, path: string) => `.${baseName(os, path)}.`;

async function writeDurably(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode });
  await writeAll(file, bytes);
  await file.sync();
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}

/** Without it a rename may be lost with the power. Windows has no such thing, some file systems refuse it. */
async function syncDirectory(os: Os, path: string): Promise<void> {
  if (os === "windows") return;
  try {
    using directory = await Deno.open(path, { read: true });
    await directory.sync();
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EACCES"].includes(systemCodeOf(error) ?? "")) throw error;
  }
}

/** Removes temporary files of the same path whose writers died, so that they cannot pile up. */
async function removeLeftovers(os: Os, path: string): Promise<void> {
  const directory = parentOf(os, path);
  const prefix = temporaryPrefix(os, path);
  const entries = await denoReading(os).list(directory) ?? [];
  const leftovers = entries.filter(({ name }) =>
    name.startsWith(prefix) && /^[0-9a-f]{32}\.tmp$/.test(name.slice(prefix.length))
  );
  for (const { name } of leftovers) {
    const leftover = joinPath(os, directory, name);
    const info = await attemptUnlessAbsent(`look at ${leftover}`, undefined, () => Deno.lstat(leftover));
    const changedAt = info?.mtime?.getTime();
    if (changedAt !== undefined && changedAt < Date.now() - LEFTOVER_MILLIS) await removeAt(leftover, false);
  }
}

async function append(os: Os, path: string, bytes: Uint8Array, mode: number): Promise<void> {
  // A grant for one file is enough where its directory is there: CI systems name files to add to.
  if (await refuseLink("append to", path) === undefined) await makeParents(os, path);
  await attemptOnFile(`append to ${path}`, async () => {
    using file = await Deno.open(path, { append: true, create: true, mode });
    // Deno cannot open without following a link (O_NOFOLLOW): look again at what was opened.
    const [opened, named] = [await file.stat(), await refuseLink("append to", path)];
    if (opened.ino !== named?.ino || opened.dev !== named?.dev) {
      throw new AuthError("file-failed", `Cannot append to ${path}: it was replaced meanwhile`);
    }
    await writeAll(file, bytes);
  });
}
