/**
 * Pipes without blocking system calls: a blocked open or read cannot be canceled, and stops the whole program
 * with Deno before 2.9. `open(2)` with `O_NONBLOCK` returns at once, so we wait ourselves.
 *
 * @module
 */
import type { FileHandle } from "node:fs/promises";
import { systemCodeOf } from "./failures.ts";
import { sleep } from "./timing.ts";

/** How often to poll a pipe. */
const LOOK_MILLIS = 10;

/** POSIX's minimum `PIPE_BUF`: a write of up to this size is atomic. */
const WHOLE_WRITE_BYTES = 512;

/** Only Node's API offers the flag; it takes 30 ms to load, so load it only for pipes. */
async function openWithoutWaiting(path: string, access: "O_RDONLY" | "O_WRONLY"): Promise<FileHandle> {
  const { constants, open } = await import("node:fs/promises");
  return await open(path, constants[access] | constants.O_NONBLOCK);
}

/**
 * Opens a pipe for writing, once it has a reader.
 *
 * @param until in milliseconds, as `performance.now()`
 * @returns `undefined` when nothing opened it for reading by then
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

/** Writes all bytes; `false` when the reader did not take them in time. */
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
  /** Like `Deno.FsFile.read`: `null` at the end, when the last writer has closed the pipe. */
  readonly read: (into: Uint8Array) => Promise<number | null>;
}

/**
 * Opens a pipe for reading.
 *
 * @param hasWriter whether it already had a writer; if not, waits for one
 * @param late what to throw when neither a byte nor the end arrives in time
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
        // A pipe without a writer reads as ended.
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

/** `undefined` when the pipe is full or empty: `EAGAIN`. */
async function unlessBlocked<T>(operation: () => Promise<T>): Promise<T | undefined> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof Deno.errors.WouldBlock || systemCodeOf(error) === "EAGAIN") return undefined;
    throw error;
  }
}
