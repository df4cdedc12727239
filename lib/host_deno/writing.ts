/**
 * Writes complete texts to stdout and stderr.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import { reasonOf } from "./failures.ts";

const encoder = new TextEncoder();

/** Writes all of a text. A closed reader (`| head`) has read enough, so that is not an error. */
export function writeFully(stream: typeof Deno.stdout, name: string, text: string): void {
  const bytes = encoder.encode(text);
  for (let done = 0; done < bytes.length;) {
    try {
      done += stream.writeSync(bytes.subarray(done));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return;
      if (!(error instanceof Deno.errors.WouldBlock)) {
        throw new AuthError("file-failed", `Cannot write to ${name}: ${reasonOf(error)}`, { cause: error });
      }
      // Our parent made the pipe non-blocking, and it is full: give its reader a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
