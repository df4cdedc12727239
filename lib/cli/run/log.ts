/**
 * The log: lines of a level, a message and facts, for stderr and a file. The core of the program writes none; what
 * it does to the world is seen by `trace.ts`.
 *
 * @module
 */
import { LIMITS, overLimit } from "../../limits.ts";
import type { LogLevel } from "../../config/types.ts";
import { AuthError, messageOf } from "../../errors.ts";
import type { Host, Sink } from "../../host.ts";
import { printable } from "../../terminal/escape.ts";
import { formatInstant } from "../../time.ts";
import { type Configured, reasonToKeep } from "./kept_places.ts";
import { isLogged, type LogTarget } from "./logging.ts";

/** A line's level: what is worse is told by errors and warnings themselves. */
export type LineLevel = Extract<LogLevel, "info" | "debug" | "trace">;

/** Facts of a line; `undefined` is left out. Never a secret, a query or a body. */
export type Facts = Readonly<Record<string, string | number | undefined>>;

/** Writes one line. */
export type Log = (level: LineLevel, message: string, facts?: Facts) => void;

/** A log that is written behind the program's back, and must be waited for at its end. */
export interface Logging {
  readonly log: Log;
  readonly flush: () => Promise<void>;
}

const TAGS: Readonly<Record<LineLevel, string>> = { info: "INFO", debug: "DEBU", trace: "TRCE" };

/** How long to wait for the reader of a pipe: the program goes on meanwhile, and waits at its end. */
const READER_MILLIS = 3000;

/**
 * A log. A file that cannot be written is told of once, and fails nothing: a log is not worth a login.
 *
 * @param host the world as it is, not a traced one
 * @param configured what the configuration says of places that are not logged to
 */
export function openLog(
  host: Pick<Host, "files" | "now" | "tell" | "env" | "os">,
  target: LogTarget,
  configured?: Configured,
): Logging {
  const state: LogState = { pending: Promise.resolve(), broken: false };
  const append = async (line: string, file: string) => {
    if (state.broken) return;
    try {
      await (state.place ??= openPlace(host, target, file, configured));
      const { sink } = await state.place;
      await (sink === undefined ? host.files.appendText(file, line, 0o600) : sink.write(line));
    } catch (error) {
      state.broken = true;
      host.tell(`Warning: nothing is logged to the file: ${printable(messageOf(error))}\n`);
    }
  };
  return {
    log: (level, message, facts = {}) => {
      if (!isLogged(target.level, level)) return;
      const line = `${TAGS[level]} ${printable(message)}${factsText(facts)}\n`;
      if (target.shown) host.tell(line);
      const { file } = target;
      if (file === undefined) return;
      const stamped = `${formatInstant(host.now())} ${line}`;
      state.pending = state.pending.then(() => append(stamped, file));
    },
    flush: async () => {
      await state.pending;
      // A pipe's reader sees the end of it; a later line opens it again.
      const place = state.broken ? undefined : state.place;
      delete state.place;
      await (await place)?.sink?.[Symbol.asyncDispose]();
    },
  };
}

/** What a log is written to: a device or a pipe stays open, a file is opened for each line. */
interface Place {
  readonly sink: Sink | undefined;
}

interface LogState {
  pending: Promise<void>;
  broken: boolean;
  place?: Promise<Place>;
}

async function openPlace(
  host: Pick<Host, "files" | "env" | "os">,
  { namedBy }: LogTarget,
  file: string,
  configured: Configured | undefined,
): Promise<Place> {
  const reason = await reasonToKeep(host, file, configured, "log") ??
    (namedBy === "person" ? undefined : await foreignReason(host, file, namedBy));
  if (reason !== undefined) throw new AuthError("usage", `Cannot append to ${file}: ${reason}`);
  return { sink: await host.files.sink(file, READER_MILLIS) };
}

/** How each line of a log file begins. */
const LOG_LINE = /^\d{4}-\d\d-\d\dT[\d:.]+Z (?:INFO|DEBU|TRCE) /;

/** Why a file that a configuration names is not our log; `undefined`: it is, or it is not there yet. */
async function foreignReason(
  { files }: Pick<Host, "files">,
  path: string,
  namedBy: Exclude<LogTarget["namedBy"], "person">,
): Promise<string | undefined> {
  const status = await files.status(path);
  if (status === undefined) return undefined;
  const isUntrusted = namedBy === "untrusted-file";
  // What a trusted file names may be a pipe.
  if (status.kind === "other" && !isUntrusted) return undefined;
  if (status.kind !== "file") return "it is not a regular file";
  const isOurs = status.owned !== false && ((status.mode ?? 0) & 0o077) === 0 && (status.links ?? 1) === 1;
  if (!isOurs) return "it is not a log file that only you can read";
  if (status.size > LIMITS.fileBytes.most) return isUntrusted ? overLimit("fileBytes") : undefined;
  const text = await files.readText(path) ?? "";
  return text === "" || LOG_LINE.test(text) ? undefined : "it holds something else than a log of atmos";
}

function factsText(facts: Facts): string {
  return Object.entries(facts).map(([key, value]) => {
    if (value === undefined) return "";
    const text = printable(String(value));
    return ` ${key}=${/^[^\s"=]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`}`;
  }).join("");
}
