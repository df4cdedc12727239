/**
 * Child processes: started from an argv, with our environment plus changes.
 *
 * @module
 */
import { AuthError, isAuthError, messageOf } from "../errors.ts";
import { isAbsolutePath, joinPath } from "../paths.ts";
import type { Command, Exit, Host, Os } from "../host.ts";
import { permissionMissing } from "../grants.ts";
import { reasonOf } from "./failures.ts";
import { mayRead, softVariable } from "./grants.ts";
import { assertNotStopped, type Family, passingOn, send, withTraps } from "./passing_on.ts";
import { spawnChild } from "./spawning.ts";
import { sleep } from "./timing.ts";

type Surroundings = Pick<Host, "os" | "env">;

/** A Ctrl-C that ended the child may reach us after the child's exit; it was still meant for the child. */
const LATE_SIGNAL_MILLIS = 50;

/** `Host.run`. */
export function processRunner(host: Surroundings, family: Family): Host["run"] {
  return async (command) => {
    assertNotStopped(family);
    using passing = passingOn(host.os, command, family);
    const child = await start(host, command);
    passing.to(child);
    const exit = await (command.stdio === "inherit" ? awaited : captured)(host.os, command, child);
    if (exit.code !== 0) await sleep(LATE_SIGNAL_MILLIS);
    await passing.settled();
    const { stopped } = family;
    if (command.stdio === "capture") assertNotStopped(family);
    return stopped === undefined ? exit : { ...exit, stopped };
  };
}

async function awaited(os: Os, command: Command, child: Deno.ChildProcess): Promise<Exit> {
  using deadline = deadlineOf(os, command, child, () => {});
  const { code } = await child.status;
  return deadline.exit({ code, stdout: "" });
}

async function captured(os: Os, command: Command, child: Deno.ChildProcess): Promise<Exit> {
  const reader = child.stdout.getReader();
  // A grandchild may keep the pipe open after the child exits, so stop reading too.
  using deadline = deadlineOf(os, command, child, () => void reader.cancel());
  const decoder = new TextDecoder();
  let stdout = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    stdout += decoder.decode(part.value, { stream: true });
  }
  const { code } = await child.status;
  return deadline.exit({ code, stdout: stdout + decoder.decode() });
}

const GRACE_MILLIS = 1000;

/** Ends the child at its deadline; kills it if it does not exit by itself. */
function deadlineOf(
  os: Os,
  { program, timeoutMillis, isScript = false }: Command,
  child: Deno.ChildProcess,
  stop: () => void,
): Disposable & { readonly exit: (exit: Exit) => Exit } {
  const state: { expired: boolean; timer?: ReturnType<typeof setTimeout> } = { expired: false };
  const expire = () => {
    state.expired = true;
    const end = (signal: Deno.Signal) => send(os, child, signal, isScript);
    state.timer = setTimeout(() => void end("SIGKILL"), GRACE_MILLIS);
    end("SIGTERM").finally(stop);
  };
  if (timeoutMillis !== undefined) state.timer = setTimeout(expire, timeoutMillis);
  return {
    exit: (exit) => {
      if (!state.expired) return exit;
      throw new AuthError("failed", `Cannot run ${program}: it did not end within ${timeoutMillis} ms`);
    },
    [Symbol.dispose]: () => clearTimeout(state.timer),
  };
}

async function start(host: Surroundings, command: Command): Promise<Deno.ChildProcess> {
  try {
    return spawn(host, command);
  } catch (error) {
    throw await startFailure(host, command, error);
  }
}

function spawn({ os, env }: Surroundings, command: Command): Deno.ChildProcess {
  const { program, args, environment, withheld = [], directory, stdio, isScript } = command;
  const stream = stdio === "inherit" ? "inherit" : undefined;
  return spawnChild(program, { ...environment, withheld }, env, {
    args: [...(isScript === true ? withTraps(os, program, args) : args)],
    ...(directory === undefined ? {} : { cwd: directory }),
    stdin: stream ?? "null",
    stdout: stream ?? "piped",
    stderr: "inherit",
  });
}

async function startFailure(host: Surroundings, command: Command, error: unknown): Promise<AuthError> {
  if (isAuthError(error)) return error;
  const attempt = `run ${command.program}`;
  if (error instanceof Deno.errors.NotCapable) return permissionMissing(attempt, error);
  if (command.directory !== undefined && await isNoDirectory(command.directory)) {
    return new AuthError("file-failed", `Cannot ${attempt}: no directory ${command.directory}`, {
      cause: error,
    });
  }
  const found = await foundProgram(host.os, command);
  if (found !== undefined) {
    const reason = error instanceof Deno.errors.NotFound ? foundButNotStarted(found) : reasonOf(error);
    return new AuthError("command-not-executable", `Cannot ${attempt}: ${reason}`, { cause: error });
  }
  if (error instanceof Deno.errors.NotFound) {
    const where = hasDirectory(host.os, command.program) ? "no such file" : "no such program on PATH";
    return new AuthError("command-not-found", `Cannot ${attempt}: ${where}`, { cause: error });
  }
  return new AuthError("failed", `Cannot ${attempt}: ${messageOf(error)}`, { cause: error });
}

/** Why execve(2) reports "not found" for an existing file. */
const foundButNotStarted = (path: string) =>
  `${path} is not executable, or the interpreter in its first line does not exist`;

const hasDirectory = (os: Os, program: string) =>
  program.includes("/") || (os === "windows" && program.includes("\\"));

/** Where a program that did not start is: as written if it has a directory, else the first on PATH. */
async function foundProgram(os: Os, command: Command): Promise<string | undefined> {
  if (hasDirectory(os, command.program)) {
    const relative = command.directory !== undefined && !isAbsolutePath(os, command.program);
    const path = relative ? joinPath(os, command.directory ?? "", command.program) : command.program;
    return await exists(path) ? path : undefined;
  }
  const path = command.environment.set["PATH"] ?? softVariable("PATH") ?? "";
  for (const directory of path.split(os === "windows" ? ";" : ":").filter((each) => each !== "")) {
    const candidate = joinPath(os, directory, command.program);
    if (await isFile(candidate)) return candidate;
  }
  return undefined;
}

const exists = async (path: string) => await kindAt(path) !== undefined;
const isFile = async (path: string) => (await kindAt(path))?.isFile === true;
const isNoDirectory = async (path: string) => mayRead(path) && (await kindAt(path))?.isDirectory !== true;

/** Explaining a failure must not fail itself: an unreadable path counts as missing. */
async function kindAt(path: string): Promise<Deno.FileInfo | undefined> {
  if (!mayRead(path)) return undefined;
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
