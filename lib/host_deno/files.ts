/**
 * Real files. Writes are atomic and durable, and new files have their mode from the first byte. Refuses links
 * at the end of a path, never replaces devices and pipes, and never changes anything in `~/.aws` and
 * `~/.ssh`.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import { baseName, isInside, joinPath, parentOf, resolvePath } from "../paths.ts";
import type { Files, Os } from "../host.ts";
import { attemptOnFile, attemptUnlessAbsent, systemCodeOf } from "./failures.ts";
import { mayRead } from "./grants.ts";
import { lockKeeper } from "./locks.ts";
import { readPipe } from "./pipe.ts";
import { denoReading } from "./reading.ts";
import { leftoversIn, makeParents, replaceFile, writeAll } from "./replacing.ts";
import { oddKind, openSink } from "./sinks.ts";
import { sleep } from "./timing.ts";

const encoder = new TextEncoder();

/** Other programs' directories, which we never write to. */
const PROTECTED = [".aws", ".ssh"];

/**
 * The real file system.
 *
 * @param home the user's home directory; `undefined` when unknown: then nothing is protected
 */
export function denoFiles(os: Os, home: () => string | undefined): Files {
  const guard = (path: string) => refuseProtected(os, home(), path);
  const pipes = new Map<string, Promise<Uint8Array | undefined>>();
  return {
    ...denoReading(os),
    readPipe: (path) => {
      const bytes = pipes.get(path) ??
        attemptUnlessAbsent(`read ${path}`, undefined, () => readPipe(os, path));
      pipes.set(path, bytes);
      return bytes;
    },
    writeText: async (path, text, mode) => {
      await guard(path);
      await refuseOdd("write", path);
      await attemptOnFile(`write ${path}`, () => replaceFile(os, path, encoder.encode(text), mode));
    },
    appendText: async (path, text, mode) => {
      await guard(path);
      await append(os, path, encoder.encode(text), mode);
    },
    remove: async (path) => {
      await guard(path);
      return await attemptUnlessAbsent(`remove ${path}`, false, () => removed(path));
    },
    removeIfEmpty: async (path) => {
      await guard(path);
      return await attemptUnlessAbsent(`remove ${path}`, false, () => removedUnlessFull(path, false));
    },
    removeTree: async (path) => {
      await guard(path);
      return await attemptUnlessAbsent(`remove ${path}`, false, () => removedTree(path));
    },
    lock: lockKeeper(async (path) => {
      await guard(path);
      await makeParents(os, path);
      await refuseOdd("lock", path);
    }),
    sink: async (path, deadlineMillis) => {
      await guard(path);
      return await openSink(os, path, deadlineMillis);
    },
    leftovers: (directory) => attemptOnFile(`list ${directory}`, () => leftoversIn(os, directory)),
  };
}

async function removed(path: string, recursive = false): Promise<true> {
  await Deno.remove(path, { recursive });
  return true;
}

/** `false`: it is not empty, perhaps only since a moment ago. */
async function removedUnlessFull(path: string, recursive: boolean): Promise<boolean> {
  try {
    return await removed(path, recursive);
  } catch (error) {
    if (systemCodeOf(error) === "ENOTEMPTY") return false;
    throw error;
  }
}

/** How many times in a row another process may add files to a directory before its removal fails. */
const REMOVALS = 20;

/** Also removes what is added to a directory between emptying and removing it. */
async function removedTree(path: string): Promise<boolean> {
  for (let left = REMOVALS; left > 1; left--) {
    if (await removedUnlessFull(path, true)) return true;
    await sleep(Math.random() * (REMOVALS - left));
  }
  return await removed(path, true);
}

/**
 * Refuses anything but a regular file at the end of a path: a link would let its creator choose what we
 * overwrite, and replacing a device or pipe would break it for everyone.
 */
async function refuseOdd(
  action: string,
  path: string,
  isWritten = false,
): Promise<Deno.FileInfo | undefined> {
  const info = await attemptUnlessAbsent(`${action} ${path}`, undefined, () => Deno.lstat(path));
  if (info === undefined || (isWritten && info.isCharDevice === true)) return info;
  const odd = oddKind(info);
  if (odd === undefined) return info;
  throw new AuthError("file-failed", `Cannot ${action} ${path}: ${odd}`);
}

/** Refuses a path in a protected directory, by name or through links. */
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

/** Resolves the links in the existing part of a path, as far as grants allow. */
async function realOfExisting(os: Os, path: string): Promise<string> {
  if (!mayRead(path)) return path;
  const real = await attemptUnlessAbsent(`resolve ${path}`, undefined, () => realPathIfGranted(path));
  const parent = parentOf(os, path);
  if (real !== undefined || parent === path) return real ?? path;
  return joinPath(os, await realOfExisting(os, parent), baseName(os, path));
}

/** Deno hides most of `/dev` and `/proc`, even from a program that may read all files. */
async function realPathIfGranted(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return path;
    throw error;
  }
}

async function append(os: Os, path: string, bytes: Uint8Array, mode: number): Promise<void> {
  // If its directory exists, a grant for the file is enough: CI systems name files to append to.
  if (await refuseOdd("append to", path, true) === undefined) await makeParents(os, path);
  await attemptOnFile(`append to ${path}`, async () => {
    using file = await Deno.open(path, { append: true, create: true, mode });
    // Deno cannot open without following a link (O_NOFOLLOW), so check again what was opened.
    const [opened, named] = [await file.stat(), await refuseOdd("append to", path, true)];
    if (opened.ino !== named?.ino || opened.dev !== named?.dev) {
      throw new AuthError("file-failed", `Cannot append to ${path}: it was replaced meanwhile`);
    }
    await writeAll(file, bytes);
  });
}
