/**
 * Reading no more than the limit, whatever is read.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import { LIMITS, overLimit } from "../limits.ts";

/** What stands at a path that is no regular file, for a sentence. */
export function whatIs(info: Deno.FileInfo): string {
  if (info.isDirectory) return "a directory";
  if (info.isFifo === true) return "a pipe";
  return info.isSocket === true ? "a socket" : "a device";
}

/**
 * Reads up to the end, whatever size was reported: files of the kernel have none, and others grow while they are read.
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

/** Why a file is not read. */
export function refused(path: string, reason: string, cause?: unknown): AuthError {
  return new AuthError("file-failed", `Cannot read ${path}: ${reason}`, { where: path, cause });
}
