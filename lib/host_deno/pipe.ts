/**
 * Reads a pipe named on the command line: `--config <(command)`, `--config /dev/stdin`.
 *
 * @module
 */
import type { Os } from "../host.ts";
import { LIMITS, overLimit } from "../limits.ts";
import { isStandardInput, isSystemPath } from "../paths.ts";
import { readAll, refused, whatIs } from "./bounded.ts";
import { openForReading } from "./named_pipe.ts";
import { sleep } from "./timing.ts";
import { within } from "../deadline.ts";

/**
 * Reads all bytes of a pipe. Also accepts a regular file, because stdin may be one without a name.
 *
 * @throws AuthError `file-failed` for anything else, beyond the size limit, and at the deadline
 */
export async function readPipe(
  os: Os,
  path: string,
  deadlineMillis = LIMITS.pipeSeconds.most * 1000,
): Promise<Uint8Array> {
  // It is open already, and needs no grant, unlike its name.
  if (isStandardInput(path)) return await readStandardInput(path, deadlineMillis);
  const info = await Deno.stat(path);
  if (info.isFile) {
    using file = await Deno.open(path);
    return await readAll((into) => file.read(into), path, 0);
  }
  if (info.isFifo !== true) throw refused(path, `it is ${whatIs(info)}, not a file or a pipe`);
  await using pipe = await openForReading(path, {
    // A pipe opened by the shell, such as `<(command)`, has already had its writer.
    hasWriter: isSystemPath(os, path),
    until: performance.now() + deadlineMillis,
    late: () => refused(path, overLimit("pipeSeconds")),
  });
  return await readAll(pipe.read, path, 0);
}

async function readStandardInput(path: string, deadlineMillis: number): Promise<Uint8Array> {
  if (Deno.stdin.isTerminal()) throw refused(path, "it is a terminal, not a file or a pipe");
  const reading = readAll((into) => Deno.stdin.read(into), path, 0);
  const bytes = await within({ sleep }, deadlineMillis, reading, () => undefined);
  if (bytes !== undefined) return bytes;
  throw refused(path, overLimit("pipeSeconds"));
}
