/**
 * Files for real. A write is atomic and durable, new files have their mode from the first byte, links at the end of
 * a path are refused, devices and pipes are never replaced, and nothing is ever changed below `~/.aws` and `~/.ssh`.
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

/** The directories of others that we read at most. */
const PROTECTED = [".aws", ".ssh"];

/**
 * The real file system.
 *
 * @param home the person's home directory; `undefined` when unknown, then nothing is known to be protected
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

/** `false`: something is in it, perhaps since a moment ago. */
async function removedUnlessFull(path: string, recursive: boolean): Promise<boolean> {
  try {
    return await removed(path, recursive);
  } catch (error) {
    if (systemCodeOf(error) === "ENOTEMPTY") return false;
    throw error;
  }
}

/** Another process that writes into a directory while it is removed must win this often, one time after the other. */
const REMOVALS = 20;

/** What is put into a directory between its emptying and its removal is removed, too. */
async function removedTree(path: string): Promise<boolean> {
  for (let left = REMOVALS; left > 1; left--) {
    if (await removedUnlessFull(path, true)) return true;
    await sleep(Math.random() * (REMOVALS - left));
  }
  return await removed(path, true);
}

/**
 * Refuses what is not a regular file at the end of a path: whoever put a link there would choose what we overwrite, and
 * a device or a pipe that is replaced is gone for everybody.
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
  const real = await attemptUnlessAbsent(`resolve ${path}`, undefined, () => realPathIfGranted(path));
  const parent = parentOf(os, path);
  if (real !== undefined || parent === path) return real ?? path;
  return joinPath(os, await realOfExisting(os, parent), baseName(os, path));
}

/** Below `/dev` and `/proc` Deno hides most, even from a program that may read all files. */
async function realPathIfGranted(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return path;
    throw error;
  }
}

async function append(os: Os, path: string, bytes: Uint8Array, mode: number): Promise<void> {
  // A grant for one file is enough where its directory is there: CI systems name files to add to.
  if (await refuseOdd("append to", path, true) === undefined) await makeParents(os, path);
  await attemptOnFile(`append to ${path}`, async () => {
    using file = await Deno.open(path, { append: true, create: true, mode });
    // Deno cannot open without following a link (O_NOFOLLOW): look again at what was opened.
    const [opened, named] = [await file.stat(), await refuseOdd("append to", path, true)];
    if (opened.ino !== named?.ino || opened.dev !== named?.dev) {
      throw new AuthError("file-failed", `Cannot append to ${path}: it was replaced meanwhile`);
    }
    await writeAll(file, bytes);
  });
}
