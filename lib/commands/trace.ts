/**
 * What the program does to the world, as log lines: a host that reports what passes through it. Requests are told
 * by method, host, operation, status, request id and time; never by query, header or body.
 *
 * @module
 */
import type { SessionStore } from "../chain/types.ts";
import { isAuthError, messageOf } from "../errors.ts";
import type { Files, Host } from "../host.ts";
import { formatInstant } from "../time.ts";
import { derived } from "../session/derive.ts";
import type { Log } from "./log.ts";

/** The same world, watched. */
export function tracedHost(host: Host, log: Log): Host {
  return derived(host, {
    fetch: (request) => tracedFetch(host, log, request),
    files: tracedFiles(host.files, log),
    run: async (command) => {
      // Arguments may hold anything, a password too; how many there are is enough to recognise a call.
      log("debug", "process starts", { program: command.program, arguments: command.args.length });
      const exit = await host.run(command);
      log("debug", "process ended", { program: command.program, code: exit.code });
      return exit;
    },
    sleep: (millis, signal) => {
      log("trace", "waiting", { millis });
      return host.sleep(millis, signal);
    },
    browse: host.browse === undefined ? undefined : tracedBrowse(host.browse, log),
    openUrl: async (url) => {
      const opened = await host.openUrl(url);
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

/** AWS names an operation in the form's `Action` or in a header; elsewhere the path is its name. */
async function operationOf(request: Request): Promise<string> {
  const target = request.headers.get("x-amz-target");
  if (target !== null) return target;
  const isForm = request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded") ??
    false;
  const action = isForm ? new URLSearchParams(await request.clone().text()).get("Action") : null;
  return action ?? new URL(request.url).pathname;
}

function outcomeOf(response: Response): { readonly status: number; readonly request_id: string | undefined } {
  const id = response.headers.get("x-amzn-requestid") ?? response.headers.get("x-amz-request-id");
  return { status: response.status, request_id: id ?? undefined };
}

function tracedFiles(files: Files, log: Log): Files {
  return {
    ...files,
    readText: async (path) => {
      const content = await files.readText(path);
      log("trace", "file read", { path, found: content === undefined ? "no" : "yes" });
      return content;
    },
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
      const lock = await files.lock(path, wait);
      log("trace", "locked", { path });
      return lock;
    },
  };
}

/** The same sessions, with every answer of the store as a line: why a login happened can be read from them. */
export function tracedSessions(store: SessionStore, log: Log): SessionStore {
  return {
    read: async (link) => {
      const identity = link.step.name;
      try {
        const found = await store.read(link);
        log("debug", found === undefined ? "no session stored" : "session found", {
          identity,
          expires: found === undefined ? undefined : formatInstant(found.session.expiresAt),
        });
        return found;
      } catch (error) {
        log("debug", "session not readable", { identity, code: isAuthError(error) ? error.code : undefined });
        throw error;
      }
    },
    write: async (link, session) => {
      const kept = await store.write(link, session);
      log("info", "session made", { identity: link.step.name, expires: formatInstant(session.expiresAt) });
      return kept;
    },
  };
}
