/**
 * A browser controlled with the DevTools protocol.
 *
 * On Unix the protocol uses a pair of pipes (`--remote-debugging-pipe`: descriptors 3 and 4): no other
 * program can reach it, and the browser exits whenever we do. `Deno.Command` passes only three descriptors,
 * and Node's `spawn` needs the whole environment, so the shell moves two of the three; tested with Deno 2.4.2
 * and 2.9.6. Windows has no such shell, so there the browser opens a loopback port
 * (`--remote-debugging-port=0`) during the login.
 *
 * @module
 */
import { AuthError, isAuthError, messageOf } from "../errors.ts";
import { joinPath } from "../paths.ts";
import type { BrowserCommand, BrowserProcess, Host, Os } from "../host.ts";
import { failureOf } from "./failures.ts";
import { softVariable } from "./grants.ts";
import { spawnChild } from "./spawning.ts";
import { denoReading } from "./reading.ts";
import { LOOPBACK } from "../loopback.ts";

/** Moves stdin and stdout to the browser's descriptors for the protocol, and becomes the browser. */
const MOVE_PIPES = `exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>/dev/null`;
const CLOSE = JSON.stringify({ id: 2 ** 31 - 1, method: "Browser.close" });
const GRACE_MILLIS = 3_000;
const PORT_WITHIN_MILLIS = 20_000;
const PORT_POLL_MILLIS = 50;

/** What carries the protocol. */
export type Transport = "pipe" | "port";

/** `Host.browse`. */
export function browserDriver(
  os: Os,
  transport: Transport = os === "windows" ? "port" : "pipe",
): NonNullable<Host["browse"]> {
  return async (command) => {
    await makeProfile(command.profile);
    return transport === "pipe" ? overPipe(command) : await overPort(os, command);
  };
}

async function makeProfile(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw failureOf("file-failed", `create the directory ${path}`, error);
  }
}

function spawn(command: BrowserCommand, options: Deno.CommandOptions, program: string): Deno.ChildProcess {
  try {
    const environment = { set: {}, unset: [], withheld: command.withheld ?? [] };
    return spawnChild(program, environment, softVariable, { ...options, stderr: "null" });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw notStarted(command, 127, error);
    if (error instanceof Deno.errors.PermissionDenied) throw notStarted(command, 126, error);
    throw failureOf("failed", `start ${command.program}`, error);
  }
}

/** A shell's exit codes for a program that is missing (127) or not executable (126). */
function notStarted({ program }: BrowserCommand, code: number, cause?: unknown): AuthError {
  return code === 127
    ? new AuthError("command-not-found", `Cannot start ${program}: no such program`, { cause })
    : new AuthError("command-not-executable", `Cannot start ${program}: it cannot be executed`, { cause });
}

function overPipe(command: BrowserCommand): BrowserProcess {
  const switches = ["--remote-debugging-pipe", `--user-data-dir=${command.profile}`];
  const child = spawn(command, {
    args: ["-c", MOVE_PIPES, command.program, ...switches, ...command.args],
    stdin: "piped",
    stdout: "piped",
  }, "/bin/sh");
  const writer = child.stdin.getWriter();
  const encoder = new TextEncoder();
  const nextMessage = splitAtNul(child.stdout);
  return {
    // If the browser has exited, receive() returns undefined.
    send: (message) => void writer.write(encoder.encode(`${message}\0`)).catch(messageOf),
    receive: async () => {
      const message = await nextMessage();
      if (message !== undefined) return message;
      const { code } = await child.status;
      if (code === 126 || code === 127) throw notStarted(command, code);
      return undefined;
    },
    [Symbol.asyncDispose]: async () => {
      // The browser exits when its pipe closes, even through a wrapper script.
      await writer.close().catch(messageOf);
      await ended(child);
      while (await nextMessage() !== undefined);
    },
  };
}

/** Splits the pipe's messages, each terminated by a NUL; drops an incomplete last one. */
function splitAtNul(stream: ReadableStream<Uint8Array<ArrayBuffer>>): () => Promise<string | undefined> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let received = "";
  return async () => {
    for (let end = received.indexOf("\0");; end = received.indexOf("\0")) {
      if (end >= 0) {
        const message = received.slice(0, end);
        received = received.slice(end + 1);
        return message;
      }
      const part = await reader.read();
      if (part.done) return undefined;
      received += part.value;
    }
  };
}

async function ended(child: Deno.ChildProcess): Promise<void> {
  const timers = [
    setTimeout(() => kill(child, "SIGTERM"), GRACE_MILLIS),
    setTimeout(() => kill(child, "SIGKILL"), 2 * GRACE_MILLIS),
  ];
  await child.status;
  timers.forEach(clearTimeout);
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // It exited by itself meanwhile; Deno then throws one of these.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function overPort(os: Os, command: BrowserCommand): Promise<BrowserProcess> {
  const portFile = joinPath(os, command.profile, "DevToolsActivePort");
  await removed(portFile);
  const switches = ["--remote-debugging-port=0", `--user-data-dir=${command.profile}`];
  const child = spawn(command, {
    args: [...switches, ...command.args],
    stdin: "null",
    stdout: "null",
  }, command.program);
  const socket = await connect(command, child, portFile).catch(async (error) => {
    kill(child, "SIGTERM");
    await ended(child);
    throw error;
  });
  const inbox = inboxOf(socket);
  return {
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(message);
    },
    receive: inbox.next,
    [Symbol.asyncDispose]: async () => {
      // Let it close by itself: killed while closing it would lose data.
      if (socket.readyState === WebSocket.OPEN) socket.send(CLOSE);
      await ended(child);
      socket.close();
      await inbox.closed;
    },
  };
}

async function removed(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw failureOf("file-failed", `remove ${path}`, error);
  }
}

/** The browser writes its port and the path of its socket to the profile, in two lines. */
async function connect(
  command: BrowserCommand,
  child: Deno.ChildProcess,
  portFile: string,
): Promise<WebSocket> {
  const gone = { yet: false };
  child.status.then(() => void (gone.yet = true));
  for (let waited = 0; waited < PORT_WITHIN_MILLIS && !gone.yet; waited += PORT_POLL_MILLIS) {
    const [port = "", path = ""] = (await textAt(portFile)).split("\n");
    if (/^\d+$/.test(port) && path.startsWith("/")) {
      return await opened(`ws://${LOOPBACK}:${port}${path.trim()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PORT_POLL_MILLIS));
  }
  const reason = gone.yet
    ? "it ended at once"
    : `it opened no port within ${PORT_WITHIN_MILLIS / 1000} seconds`;
  throw new AuthError("failed", `Cannot speak to ${command.program}: ${reason}`);
}

/** Only Windows uses the port. */
const reading = denoReading("windows");

async function textAt(path: string): Promise<string> {
  try {
    return await reading.readText(path) ?? "";
  } catch (error) {
    // Windows denies access while the browser writes.
    if (isAuthError(error) && error.cause instanceof Deno.errors.Busy) return "";
    throw error;
  }
}

async function opened(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.addEventListener("open", () => resolve(), { once: true });
  socket.addEventListener(
    "error",
    () => reject(new AuthError("failed", "Cannot speak to the browser: it refused the connection")),
    { once: true },
  );
  await promise;
  return socket;
}

/** Queues a socket's messages, in order, for one reader. */
function inboxOf(socket: WebSocket) {
  const messages: string[] = [];
  const closed = Promise.withResolvers<void>();
  let arrived = Promise.withResolvers<void>();
  const signal = () => {
    arrived.resolve();
    arrived = Promise.withResolvers();
  };
  socket.addEventListener("message", ({ data }) => {
    messages.push(String(data));
    signal();
  });
  socket.addEventListener("close", () => {
    closed.resolve();
    signal();
  });
  return {
    closed: closed.promise,
    next: async (): Promise<string | undefined> => {
      while (messages.length === 0 && socket.readyState !== WebSocket.CLOSED) await arrived.promise;
      return messages.shift();
    },
  };
}
