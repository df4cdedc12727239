/**
 * What the program does to the world, as log lines: a host that reports what passes through it. Requests are told
 * by method, host, operation, status, request id and time; never by query, header or body. What was found of sessions
 * is told by `trace_stores.ts`.
 *
 * @module
 */
import { messageOf } from "../../errors.ts";
import type { Files, Host } from "../../host.ts";
import { observed } from "../../session/derive.ts";
import type { Log } from "./log.ts";

/** Turns of a spinner are shorter, and of no interest. */
const LEAST_WAIT_MILLIS = 1000;

/** What only tells, or is told to a person. */
type Untold =
  | ("os" | "env" | "workingDirectory" | "self" | "calledBy" | "now" | "random" | "listen" | "prompt")
  | ("screen" | "output" | "readInput" | "write" | "tell" | "giveUp" | "interrupted");

/** The same world, watched. */
export function tracedHost(host: Host, log: Log): Host {
  return observed<Host, Untold>(host, {
    fetch: (request) => tracedFetch(host, log, request),
    files: tracedFiles(host, log),
    run: async (command) => {
      // Arguments may hold anything, a password too; how many there are is enough to recognise a call.
      log("debug", "process starts", { program: command.program, arguments: command.args.length });
      const exit = await host.run(command);
      log("debug", "process ended", { program: command.program, code: exit.code });
      return exit;
    },
    sleep: (millis, signal) => {
      if (millis >= LEAST_WAIT_MILLIS) log("trace", "waiting", { millis });
      return host.sleep(millis, signal);
    },
    browse: host.browse === undefined ? undefined : tracedBrowse(host.browse, log),
    openUrl: async (url, withheld) => {
      const opened = await host.openUrl(url, withheld);
      log("debug", "browser", { host: url.host, opened: opened ? "yes" : "no" });
      return opened;
    },
  });
}

function tracedBrowse(browse: NonNullable<Host["browse"]>, log: Log): NonNullable<Host["browse"]> {
  return async (command) => {
    log("debug", "browser starts", { program: command.program, profile: command.profile });
    return await browse(command);
  };
}

async function tracedFetch(host: Host, log: Log, request: Request): Promise<Response> {
  const started = host.now();
  const { host: server } = new URL(request.url);
  const call = { method: request.method, host: server, operation: await operationOf(request) };
  try {
    const response = await host.fetch(request);
    log("debug", "request", { ...call, ...outcomeOf(response), millis: host.now() - started });
    return response;
  } catch (error) {
    log("debug", "request failed", { ...call, reason: messageOf(error), millis: host.now() - started });
    throw error;
  }
}

/**
 * AWS names an operation in the form's `Action` or in a header; elsewhere the path is its name, and what is asked for a
 * token says what is shown for it.
 */
async function operationOf(request: Request): Promise<string> {
  const target = request.headers.get("x-amz-target");
  if (target !== null) return target;
  const { pathname } = new URL(request.url);
  const isForm = request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded") ??
    false;
  if (isForm) return new URLSearchParams(await request.clone().text()).get("Action") ?? pathname;
  const grant = pathname === "/token" ? grantIn(await request.clone().text()) : undefined;
  return grant === undefined ? pathname : `${pathname}:${grant}`;
}

/** `refresh_token`, `device_code` or `authorization_code`; nothing else of the body. */
function grantIn(body: string): string | undefined {
  return /"grantType"\s*:\s*"(?:[a-z-]+:)*(refresh_token|device_code|authorization_code)"/.exec(body)?.[1];
}

function outcomeOf(response: Response): { readonly status: number; readonly request_id: string | undefined } {
  const id = response.headers.get("x-amzn-requestid") ?? response.headers.get("x-amz-request-id");
  return { status: response.status, request_id: id ?? undefined };
}

/** Looks without an answer of interest, and changes that only follow from others. */
type UntoldOfFiles =
  | ("readPipe" | "list" | "status" | "realPath" | "appendText" | "sink" | "removeIfEmpty")
  | "leftovers";

function tracedFiles({ files, now }: Pick<Host, "files" | "now">, log: Log): Files {
  const told = <Content>(read: (path: string) => Promise<Content>) => async (path: string) => {
    const content = await read(path);
    log("trace", "file read", { path, found: content === undefined ? "no" : "yes" });
    return content;
  };
  return observed<Files, UntoldOfFiles>(files, {
    readText: told(files.readText),
    readBytes: told(files.readBytes),
    writeText: async (path, content, mode) => {
      await files.writeText(path, content, mode);
      log("debug", "file written", { path, mode: mode.toString(8) });
    },
    remove: async (path) => {
      const removed = await files.remove(path);
      if (removed) log("debug", "file removed", { path });
      return removed;
    },
    removeTree: async (path) => {
      const removed = await files.removeTree(path);
      if (removed) log("debug", "directory removed", { path });
      return removed;
    },
    lock: async (path, wait) => {
      const started = now();
      const lock = await files.lock(path, wait);
      log("trace", "locked", { path, millis: now() - started });
      return lock;
    },
  });
}
