/**
 * Where a person wants our output: a file, a pipe, a terminal or another device, or a stream of this process.
 *
 * @module
 */
import { AuthError, isAuthError } from "../../errors.ts";
import { isDeviceName } from "../../files/names.ts";
import type { Host } from "../../host.ts";
import { baseName, descriptorOf, expandHome, isSystemPath, resolvePath } from "../../paths.ts";
import { type Configured, reasonToKeep } from "./kept_places.ts";
import { withNote } from "./output_notes.ts";

type OutputHost = Pick<Host, "files" | "env" | "os" | "workingDirectory" | "write" | "tell">;

/** Where something can be written, once. */
export interface Output {
  readonly write: (content: string) => Promise<void>;
}

const FILE_MODE = 0o600;

/** How long to wait for the reader of a pipe. */
const READER_MILLIS = 10_000;

/**
 * Finds out whether something can be written to a file that a person named; nothing is written yet.
 *
 * @param how `replace`: a file is made, or what an earlier run wrote is replaced; `append`: it is added to
 * @param configured what the configuration says of places that are not written to
 * @throws AuthError `usage` for what cannot be written to, or would be lost
 */
export async function openOutput(
  host: OutputHost,
  file: string,
  how: "replace" | "append",
  configured: Configured | undefined,
): Promise<Output> {
  if (file === "") throw refused("a file", "its name is empty");
  if (file === "-") return streamOutput(host, 1);
  const path = resolvePath(host.os, host.workingDirectory(), expandHome(host, file));
  const descriptor = descriptorOf(host.os, path);
  if (descriptor === 0) throw refused(path, "it is for reading");
  if (descriptor === 1 || descriptor === 2) return streamOutput(host, descriptor);
  if (host.os === "windows" && isDeviceName(baseName(host.os, path))) return windowsDevice(host, path);
  if (descriptor !== undefined) return await descriptorOutput(host, path);
  if (isSystemPath(host.os, path)) return await systemOutput(host, path);
  const kind = (await host.files.status(path))?.kind;
  const reason = await reasonToKeep(host, path, configured, "output");
  if (reason !== undefined) throw refused(path, reason);
  switch (kind) {
    case "other":
      return await sinkOutput(host, path);
    case "symlink":
      throw refused(path, "it is a symbolic link");
    case "directory":
      throw refused(path, "it is a directory");
    default:
      return how === "replace" ? await replacedFile(host, path) : await appendedFile(host, path);
  }
}

function refused(path: string, reason: string): AuthError {
  return new AuthError("usage", `Cannot write to ${path}: ${reason}`, {
    hints: ["Name another file with --output-file FILE, or - for standard output"],
  });
}

function streamOutput(host: OutputHost, descriptor: 1 | 2): Output {
  const put = descriptor === 1 ? host.write : host.tell;
  return { write: (content) => Promise.resolve(put(content)) };
}

/** Windows has its devices in every directory. */
function windowsDevice(host: OutputHost, path: string): Output {
  const name = baseName(host.os, path).replace(/\..*/, "").toLowerCase();
  if (name === "con" || name === "conout$") return streamOutput(host, 1);
  if (name === "nul") return { write: () => Promise.resolve() };
  throw refused(path, "it is a device of Windows");
}

async function systemOutput(host: OutputHost, path: string): Promise<Output> {
  const kind = (await host.files.status(path))?.kind;
  if (kind === "other" || kind === "symlink") return await sinkOutput(host, path);
  throw refused(path, kind === undefined ? "there is no such device" : "it belongs to the system");
}

/** What a shell has opened: `3>file`, `>(command)`. */
async function descriptorOutput(host: OutputHost, path: string): Promise<Output> {
  const output = await explained(path, () => systemOutput(host, path));
  return { write: (content) => explained(path, () => output.write(content)) };
}

/** Deno lets only a program with all permissions open a descriptor by its number, unless it is a pipe. */
async function explained<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (!isAuthError(error, "permission-missing")) throw error;
    throw new AuthError(
      "usage",
      `Cannot write to ${path}: in a sandbox, only a pipe can be opened by its number`,
      { hints: ["Name the file itself with --output-file FILE, or redirect standard output to it"] },
    );
  }
}

async function sinkOutput({ files }: OutputHost, path: string): Promise<Output> {
  const sink = await files.sink(path, READER_MILLIS);
  if (sink === undefined) throw refused(path, "it was replaced by a file just now");
  return {
    write: async (content) => {
      await using open = sink;
      await open.write(content);
    },
  };
}

/** Whatever the mode of the file was, it becomes 0600. */
async function replacedFile(host: OutputHost, path: string): Promise<Output> {
  const assertOurs = async () => {
    const before = await host.files.readText(path) ?? "";
    if (before.trim() === "" || OWN_OUTPUT.test(before)) return;
    throw new AuthError(
      "usage",
      `Cannot write to ${path}: it holds something that \`auth env\` did not write`,
      { hints: ["Name another file with --output-file FILE, or append to this one with >>"] },
    );
  };
  await assertOurs();
  return {
    write: (content) =>
      withNote(host, path, async () => {
        // A login may have taken minutes.
        await assertOurs();
        await host.files.writeText(path, content, FILE_MODE);
      }),
  };
}

/** How each format of `auth env` begins. */
const OWN_OUTPUT =
  /^(?:export |set -gx |\$env:|set "|\{\s*")?AWS_(?:ACCESS_KEY_ID|SHARED_CREDENTIALS_FILE)\b/;

/** Files for a job's variables are added to by every step, each in the same form. */
async function appendedFile(host: OutputHost, path: string): Promise<Output> {
  const before = (await host.files.readText(path) ?? "").trimStart();
  if (before !== "" && !/^[A-Za-z_]\w*(?:=|<<)/.test(before)) {
    throw new AuthError("usage", `Cannot append to ${path}: it does not hold variables, NAME=VALUE`, {
      hints: ["Name another file with --output-file FILE"],
    });
  }
  return { write: (content) => host.files.appendText(path, content, FILE_MODE) };
}
