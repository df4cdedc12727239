/** Named pipes, and programs that write to them; these end with the test, read or not. */
import assert from "node:assert/strict";

export interface Pipes extends AsyncDisposable {
  /** Creates a pipe that yields a text once. */
  readonly make: (path: string, text: string) => Promise<void>;
  /**
   * Creates a pipe that a shell command writes to; `:` writes nothing, and leaves the pipe without a writer.
   */
  readonly fill: (path: string, line: string) => Promise<void>;
}

export function startPipes(): Pipes {
  const writers: Deno.ChildProcess[] = [];
  const fill: Pipes["fill"] = async (path, line) => {
    const made = await new Deno.Command("mkfifo", { args: [path] }).output();
    assert.ok(made.success);
    writers.push(new Deno.Command("sh", { args: ["-c", line, "sh", path], stderr: "null" }).spawn());
  };
  return {
    fill,
    make: (path, text) => fill(path, `printf %s '${text.replaceAll("'", "'\\''")}' > "$1"`),
    [Symbol.asyncDispose]: async () => {
      for (const writer of writers) {
        try {
          writer.kill("SIGKILL");
        } catch (error) {
          assert.ok(error instanceof TypeError, "a writer that has ended cannot be ended");
        }
        await writer.status;
      }
    },
  };
}
