/**
 * Pipes without waiting in the system: an open or a read that waits there cannot be called off, and stops the whole
 * program with Deno before 2.9. `open(2)` with `O_NONBLOCK` returns at once, so we wait ourselves.
 *
 * @module
 */
import type { FileHandle } from "node:fs/promises";
import { systemCodeOf } from "./failures.ts";
import { sleep } from "./timing.ts";

/** How long to wait between two looks at a pipe. */
const LOOK_MILLIS = 10;

/** POSIX's least `PIPE_BUF`: a write of so much is done wholly or not at all. */
const WHOLE_WRITE_BYTES = 512;

/** Node's API is the only way to the flag; it takes 30 ms to load, so only pipes pay for it. */
async function openWithoutWaiting(path: string, access: "O_RDONLY" | "O_WRONLY"): Promise<FileHandle> {
  const { constants, open } = await import("node:fs/promises");
  return await open(path, constants[access] | constants.O_NONBLOCK);
}

/**
 * Opens a pipe for writing, once it has a reader.
 *
 * @param until in milliseconds, as `performance.now()`
 * @returns `undefined` when nothing had it open for reading until then
 */
export async function openForWriting(path: string, until: number): Promise<FileHandle | undefined> {
  while (true) {
    try {
      return await openWithoutWaiting(path, "O_WRONLY");
    } catch (error) {
      if (systemCodeOf(error) !== "ENXIO") throw error;
    }
    if (performance.now() >= until) return undefined;
    await sleep(LOOK_MILLIS);
  }
}

/** Writes all bytes; `false` when the reader did not take them until then. */
export async function writeUntil(pipe: FileHandle, bytes: Uint8Array, until: number): Promise<boolean> {
  for (let done = 0; done < bytes.length;) {
    const part = bytes.subarray(done, done + WHOLE_WRITE_BYTES);
    if (await unlessBlocked(() => pipe.write(part)) !== undefined) done += part.length;
    else if (performance.now() >= until) return false;
    else await sleep(LOOK_MILLIS);
  }
  return true;
}

/** A pipe that is open for reading. */
export interface Reading extends AsyncDisposable {
  /** As `Deno.FsFile.read`: `null` at the end, which is when the last writer has closed it. */
  readonly read: (into: Uint8Array) => Promise<number | null>;
}

/**
 * Opens a pipe for reading.
 *
 * @param hasWriter whether a writer was there before: without one the first is waited for
 * @param late what to throw when the next byte or the end does not come until then
 */
export async function openForReading(
  path: string,
  { hasWriter, until, late }: { hasWriter: boolean; until: number; late: () => Error },
): Promise<Reading> {
  const pipe = await openWithoutWaiting(path, "O_RDONLY");
  const state = { hasWriter };
  return {
    read: async (into) => {
      while (true) {
        const read = await unlessBlocked(() => pipe.read(into, 0, into.length, null));
        // Without a writer a pipe reads as one that has ended.
        if (read?.bytesRead === 0 && state.hasWriter) return null;
        if (read === undefined || read.bytesRead > 0) state.hasWriter = true;
        if (read !== undefined && read.bytesRead > 0) return read.bytesRead;
        if (performance.now() >= until) throw late();
        await sleep(LOOK_MILLIS);
      }
    },
    [Symbol.asyncDispose]: () => pipe.close(),
  };
}

/** `undefined` when the pipe is full, or empty: `EAGAIN`. */
async function unlessBlocked<T>(operation: () => Promise<T>): Promise<T | undefined> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof Deno.errors.WouldBlock || systemCodeOf(error) === "EAGAIN") return undefined;
    throw error;
  }
}
