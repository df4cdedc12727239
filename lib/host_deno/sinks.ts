/**
 * Writes to devices and pipes, without replacing them or changing their mode.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { Os, Sink } from "../host.ts";
import { descriptorOf, isSystemPath } from "../paths.ts";
import { attemptOnFile, attemptUnlessAbsent } from "./failures.ts";
import { openForWriting, writeUntil } from "./named_pipe.ts";
import { writeAll } from "./replacing.ts";

const encoder = new TextEncoder();

/** Describes what is at a path, for a sentence; `undefined` for a regular file. */
export function oddKind(info: Deno.FileInfo): string | undefined {
  if (info.isSymlink) return "it is a symbolic link";
  if (info.isDirectory) return "it is a directory";
  if (info.isSocket === true) return "it is a socket";
  if (info.isFifo === true) return "it is a pipe";
  if (info.isBlockDevice === true) return "it is a block device";
  return info.isFile ? undefined : "it is a device";
}

/**
 * A character device or a pipe, including the system's own links such as `/dev/fd/3`. The first write opens
 * it.
 *
 * @param deadlineMillis how long to wait for a pipe's reader, and for it to read
 * @returns `undefined` for a regular file or a missing path
 */
export async function openSink(os: Os, path: string, deadlineMillis: number): Promise<Sink | undefined> {
  const attempt = `write to ${path}`;
  if (descriptorOf(os, path) === 0) throw refused(path, "it is for reading");
  const named = await attemptUnlessAbsent(attempt, undefined, () => Deno.lstat(path));
  if (named === undefined) return undefined;
  const isSystems = named.isSymlink && isSystemPath(os, path);
  const info = isSystems ? await attemptOnFile(attempt, () => Deno.stat(path)) : named;
  if (info.isFile && !isSystems) return undefined;
  const isPipe = info.isFifo === true;
  if (!isPipe && !info.isFile && info.isCharDevice !== true) {
    throw refused(path, oddKind(info) ?? "it is not a file");
  }
  // Its creator could read what we write.
  if (isPipe && !isSystems && os !== "windows" && info.uid !== 0 && info.uid !== Deno.uid()) {
    throw refused(path, "the pipe belongs to another user");
  }
  const opened: { file?: Promise<Opened> } = {};
  const open = async () => {
    const file = await (isPipe ? openPipe(path, deadlineMillis) : openDevice(path));
    const { ino, dev } = await file.stat();
    if (ino === info.ino && dev === info.dev) return file;
    await file.close();
    throw new AuthError("file-failed", `Cannot write to ${path}: it was replaced meanwhile`);
  };
  return {
    write: (text) =>
      attemptOnFile(attempt, async () => {
        const file = await (opened.file ??= open());
        await file.write(encoder.encode(text));
      }),
    [Symbol.asyncDispose]: async () => {
      // If opening failed, so did its write.
      const file = await opened.file?.catch((error: unknown) => void error);
      await file?.close();
    },
  };
}

/** An open device or pipe. */
interface Opened {
  readonly stat: () => Promise<{ readonly ino: number | null; readonly dev: number }>;
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly close: () => Promise<void>;
}

async function openDevice(path: string): Promise<Opened> {
  const file = await Deno.open(path, { append: true });
  return {
    stat: () => file.stat(),
    write: (bytes) => writeAll(file, bytes),
    close: () => Promise.resolve(file.close()),
  };
}

async function openPipe(path: string, deadlineMillis: number): Promise<Opened> {
  const until = () => performance.now() + deadlineMillis;
  const pipe = await openForWriting(path, until());
  if (pipe === undefined) throw unread(path, deadlineMillis, "nothing reads from this pipe");
  return {
    stat: () => pipe.stat(),
    write: async (bytes) => {
      if (await writeUntil(pipe, bytes, until())) return;
      throw unread(path, deadlineMillis, "the reader of this pipe does not read on");
    },
    close: () => pipe.close(),
  };
}

function refused(path: string, reason: string): AuthError {
  return new AuthError("usage", `Cannot write to ${path}: ${reason}`, {
    hints: ["Name a file, a pipe or a terminal"],
  });
}

function unread(path: string, deadlineMillis: number, reason: string): AuthError {
  return new AuthError(
    "file-failed",
    `Cannot write to ${path}: ${reason}, after waiting for ${deadlineMillis / 1000} seconds`,
    { hints: ["Start the program that reads from it first"] },
  );
}
