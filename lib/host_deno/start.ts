/**
 * The part of the real host that startup needs. Keep it small: all of it is loaded at every start.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { Os, StartFiles, StartHost } from "../host.ts";
import { failureOf, isAbsence } from "./failures.ts";
import { sortedEntries, statusOf } from "./status.ts";
import { writeFully } from "./writing.ts";

/** Creating it does and reads nothing. */
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

/** Treats unknown systems as the most similar known one. */
export function systemOf(os: typeof Deno.build.os): Os {
  return os === "windows" || os === "darwin" ? os : "linux";
}

/** Reads files synchronously: nothing else happens during startup. Failures are Deno's own errors. */
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

/** The bytes of a regular file. Check its type before opening it: opening alone may block forever. */
function contentOf(path: string, most: number): Uint8Array | undefined {
  const isReadable = ({ isFile, size }: Deno.FileInfo) => isFile && size <= most;
  if (!isReadable(Deno.statSync(path))) return undefined;
  using file = Deno.openSync(path);
  // Another file may have replaced it meanwhile, and it may grow.
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

/** Only argv[0] has the name of a link that started us, and only Node's `process`, a global, provides it. */
function calledBy(): string {
  const program: unknown = Reflect.get(globalThis, "process");
  const known = typeof program === "object" && program !== null && "argv0" in program;
  return known && typeof program.argv0 === "string" ? program.argv0 : Deno.execPath();
}
