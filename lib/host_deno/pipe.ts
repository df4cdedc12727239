/**
 * Reading a pipe that the person named: `--config <(command)`, `--config /dev/stdin`.
 *
 * @module
 */
import { LIMITS, overLimit } from "../limits.ts";
import { isStandardInput } from "../paths.ts";
import { readAll, refused, whatIs } from "./bounded.ts";
import { within } from "./timing.ts";

/**
 * All bytes of a pipe. A regular file is read, too: standard input may be one that has no name any more.
 *
 * @throws AuthError `file-failed` for anything else, beyond the limit of a file, and at the deadline
 */
export async function readPipe(
  path: string,
  deadlineMillis = LIMITS.pipeSeconds.most * 1000,
): Promise<Uint8Array> {
  // It is open already, and needs no grant as its name does.
  if (isStandardInput(path)) return await readStandardInput(path, deadlineMillis);
  const info = await Deno.stat(path);
  if (info.isFifo !== true && !info.isFile) {
    throw refused(path, `it is ${whatIs(info)}, not a file or a pipe`);
  }
  const deadline = performance.now() + deadlineMillis;
  const opening = Deno.open(path);
  const opened = await within(deadlineMillis, opening, undefined);
  if (opened === undefined) throw await unopened(path, opening);
  // Closing the file ends a read that still waits.
  using file = opened;
  const reading = readAll((into) => file.read(into), path, 0);
  const bytes = await within(deadline - performance.now(), reading, undefined);
  if (bytes !== undefined) return bytes;
  throw refused(path, overLimit("pipeSeconds"));
}

async function readStandardInput(path: string, deadlineMillis: number): Promise<Uint8Array> {
  if (Deno.stdin.isTerminal()) throw refused(path, "it is a terminal, not a file or a pipe");
  const reading = readAll((into) => Deno.stdin.read(into), path, 0);
  const bytes = await within(deadlineMillis, reading, undefined);
  if (bytes !== undefined) return bytes;
  throw refused(path, overLimit("pipeSeconds"));
}

/** Opening a pipe waits for whoever writes to it: we do that ourselves for a moment, so that nothing goes on waiting. */
async function unopened(path: string, opening: Promise<Deno.FsFile>): Promise<Error> {
  opening.then((file) => file.close(), () => {});
  try {
    (await Deno.open(path, { read: true, write: true })).close();
  } catch (cause) {
    // Without the grant, or the right, to write it the wait ends with the process.
    return refused(path, overLimit("pipeSeconds"), cause);
  }
  return refused(path, overLimit("pipeSeconds"));
}
