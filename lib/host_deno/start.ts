/**
 * The real world as far as a start needs it: few words, since each of them is read at every start.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { Os, StartHost } from "../host.ts";
import { failureOf } from "./failures.ts";
import { AT_ONCE, denoReading } from "./reading.ts";
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
    files: denoReading(os, AT_ONCE),
    write: (text) => writeFully(Deno.stdout, "standard output", text),
  };
}

/** Systems that we do not know the conventions of are taken for what they resemble. */
export function systemOf(os: typeof Deno.build.os): Os {
  return os === "windows" || os === "darwin" ? os : "linux";
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
