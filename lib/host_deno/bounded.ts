/**
 * Reads of any file up to the size limit.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import { LIMITS, overLimit } from "../limits.ts";

/** Describes what is at a path that is not a regular file, for a sentence. */
export function whatIs(info: Deno.FileInfo): string {
  if (info.isDirectory) return "a directory";
  if (info.isFifo === true) return "a pipe";
  return info.isSocket === true ? "a socket" : "a device";
}

/**
 * Reads to the end whatever the reported size: kernel files report none, and other files may grow meanwhile.
 *
 * @throws AuthError `file-failed` beyond the limit
 */
export async function readAll(
  read: (into: Uint8Array) => Promise<number | null> | number | null,
  path: string,
  size: number,
): Promise<Uint8Array> {
  let bytes = new Uint8Array(size + 1);
  let length = 0;
  while (true) {
    const count = await read(bytes.subarray(length));
    if (count === null) return bytes.subarray(0, length);
    length += count;
    if (length > LIMITS.fileBytes.most) throw refused(path, overLimit("fileBytes"));
    if (length === bytes.length) bytes = enlarged(bytes);
  }
}

function enlarged(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(Math.max(2 * bytes.length, 4096), LIMITS.fileBytes.most + 1));
  larger.set(bytes);
  return larger;
}

/** Creates the error for a file that is not read. */
export function refused(path: string, reason: string, cause?: unknown): AuthError {
  return new AuthError("file-failed", `Cannot read ${path}: ${reason}`, { where: path, cause });
}
