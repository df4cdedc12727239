/**
 * Replaces whole files: writes a temporary file beside it, syncs, renames, syncs the directory. A writer
 * locks its temporary file while it lives, so an unlocked one belongs to a writer that was killed.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import { temporaryFor, temporaryName } from "../files/temporary.ts";
import type { Os } from "../host.ts";
import { baseName, joinPath, parentOf } from "../paths.ts";
import { attemptOnFile, attemptUnlessAbsent, systemCodeOf } from "./failures.ts";
import { denoReading } from "./reading.ts";

/**
 * The age of leftovers where locks do not work or the file is not ours to open: writing takes milliseconds.
 */
const LEFTOVER_MILLIS = 10 * 60_000;

/** Between two of our steps, a directory may be removed or a temporary file mistaken for a leftover. */
const TRIES = 8;

/** Creates the directory of a path and its parents with mode 0700; leaves existing ones as they are. */
export async function makeParents(os: Os, path: string): Promise<void> {
  const directory = parentOf(os, path);
  await attemptOnFile(
    `create the directory ${directory}`,
    () => Deno.mkdir(directory, { recursive: true, mode: 0o700 }),
  );
}

/** Replaces a regular or missing file. */
export async function replaceFile(os: Os, path: string, bytes: Uint8Array, mode: number): Promise<void> {
  for (let left = TRIES - 1;; left--) {
    await makeParents(os, path);
    await removeLeftovers(os, path);
    try {
      await replaceOnce(os, path, bytes, mode);
      break;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound && left > 0) continue;
      if (error instanceof Deno.errors.NotCapable) throw directoryMissing(os, path, error);
      throw error;
    }
  }
  await syncDirectory(os, parentOf(os, path));
}

async function replaceOnce(os: Os, path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const name = temporaryName(baseName(os, path), crypto.randomUUID().replaceAll("-", ""));
  const temporary = joinPath(os, parentOf(os, path), name);
  const file = await Deno.open(temporary, { write: true, createNew: true, mode });
  try {
    try {
      await lockIfPossible(file);
      await writeAll(file, bytes);
      await file.sync();
      if (os !== "windows") await Deno.rename(temporary, path);
    } finally {
      file.close();
    }
    // Windows cannot rename an open file.
    if (os === "windows") await Deno.rename(temporary, path);
  } catch (error) {
    await attemptUnlessAbsent(`remove ${temporary}`, undefined, () => Deno.remove(temporary));
    throw error;
  }
}

/** Nobody else knows the file yet, so this never waits. Some file systems have no locks. */
async function lockIfPossible(file: Deno.FsFile): Promise<void> {
  try {
    await (typeof file.tryLock === "function" ? file.tryLock(true) : file.lock(true));
  } catch (error) {
    const code = systemCodeOf(error) ?? "";
    if (!["ENOLCK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL"].includes(code)) throw error;
  }
}

export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}

/** A grant for one file is not enough to replace it. */
function directoryMissing(os: Os, path: string, cause: Error): AuthError {
  const directory = parentOf(os, path);
  return new AuthError("permission-missing", `Cannot write ${path}: a file is made beside it and renamed`, {
    hints: [`Run with --allow-read=${directory} --allow-write=${directory}`],
    cause,
  });
}

/** Without it, a power failure may undo the rename. Unsupported by Windows and some file systems. */
async function syncDirectory(os: Os, path: string): Promise<void> {
  if (os === "windows") return;
  try {
    using directory = await Deno.open(path, { read: true });
    await directory.sync();
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EACCES"].includes(systemCodeOf(error) ?? "")) throw error;
  }
}

/** Paths of the temporary files in a directory whose writers are dead. */
export async function leftoversIn(os: Os, directory: string): Promise<readonly string[]> {
  return await forsaken(os, directory, () => true);
}

/** Removes the leftovers of one file. A failure must not prevent the write. */
async function removeLeftovers(os: Os, path: string): Promise<void> {
  const own = baseName(os, path);
  for (const leftover of await forsaken(os, parentOf(os, path), (name) => name === own)) {
    try {
      await Deno.remove(leftover);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
    }
  }
}

async function forsaken(
  os: Os,
  directory: string,
  isMeant: (name: string) => boolean,
): Promise<readonly string[]> {
  const entries = await denoReading(os).list(directory) ?? [];
  const paths = entries.filter(({ name, kind }) => {
    const target = kind === "file" ? temporaryFor(name) : undefined;
    return target !== undefined && isMeant(target);
  }).map(({ name }) => joinPath(os, directory, name));
  const found: string[] = [];
  for (const path of paths) if (await isForsaken(path)) found.push(path);
  return found;
}

async function isForsaken(path: string): Promise<boolean> {
  try {
    // For reading and writing: opening it then does not block even if it became a pipe meanwhile.
    using file = await Deno.open(path, { read: true, write: true });
    if (typeof file.tryLock !== "function") return await isOld(path);
    return await file.tryLock(true);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return !(error instanceof Deno.errors.NotFound) && await isOld(path);
  }
}

async function isOld(path: string): Promise<boolean> {
  const info = await attemptUnlessAbsent(`look at ${path}`, undefined, () => Deno.lstat(path));
  const changedAt = info?.mtime?.getTime();
  return changedAt !== undefined && changedAt < Date.now() - LEFTOVER_MILLIS;
}
