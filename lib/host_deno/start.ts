/**
 * The real world as far as a start needs it: few words, since each of them is read at every start.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { Os, StartFiles, StartHost } from "../host.ts";
import { failureOf, isAbsence } from "./failures.ts";
import { sortedEntries, statusOf } from "./status.ts";
import { writeFully } from "./writing.ts";

/** Making it does nothing and reads nothing. */
export function startHost(): StartHost {
  const os = systemOf(Deno.build.os);
  return {
    os,
    env: variable,
    workingDirectory: () => Deno.cwd(),
    calledBy,
    now: () => Date.now(),
    files: filesAtOnce(os),
    write: (text) => writeFully(Deno.stdout, "standard output", text),
  };
}

/** Systems that we do not know the conventions of are taken for what they resemble. */
export function systemOf(os: typeof Deno.build.os): Os {
  return os === "windows" || os === "darwin" ? os : "linux";
}

/** Files that are looked at at once: a start has nothing else to do meanwhile. Failures are Deno's own errors. */
export function filesAtOnce(os: Os): StartFiles {
  return {
    readBytes: (path, most) => unlessAbsent(() => contentOf(path, most)),
    list: (path) => unlessAbsent(() => sortedEntries([...Deno.readDirSync(path)])),
    status: (path) => unlessAbsent(() => statusOf(os, Deno.lstatSync(path))),
    realPath: (path) => unlessAbsent(() => Deno.realPathSync(path)),
  };
}

function unlessAbsent<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** The bytes of a regular file. What it is must be known before it is opened: that alone may wait forever. */
function contentOf(path: string, most: number): Uint8Array | undefined {
  const isReadable = ({ isFile, size }: Deno.FileInfo) => isFile && size <= most;
  if (!isReadable(Deno.statSync(path))) return undefined;
  using file = Deno.openSync(path);
  // Another file may have taken its place meanwhile, and it may grow.
  if (!isReadable(file.statSync())) return undefined;
  const bytes = new Uint8Array(most + 1);
  for (let length = 0; length <= most;) {
    const count = file.readSync(bytes.subarray(length));
    if (count === null) return bytes.subarray(0, length);
    length += count;
  }
  return undefined;
}

function variable(name: string): string | undefined {
  const attempt = `read the variable ${name}`;
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.InvalidData)) throw failureOf("failed", attempt, error);
    // Deno's own message shows the value, which may be a secret.
    throw new AuthError("config-invalid", `Cannot ${attempt}: its value is not UTF-8 text`, { cause: error });
  }
}

/**
 * Only the first word of our own argv knows the name of a link that we were started through, and only Node's `process`,
 * which is there without an import, knows that word.
 */
function calledBy(): string {
  const program: unknown = Reflect.get(globalThis, "process");
  const known = typeof program === "object" && program !== null && "argv0" in program;
  return known && typeof program.argv0 === "string" ? program.argv0 : Deno.execPath();
}
