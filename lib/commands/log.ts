/**
 * The log: lines of a level, a message and facts, for stderr and a file. The core of the program writes none; what
 * it does to the world is seen by `trace.ts`.
 *
 * @module
 */
import type { LogLevel } from "../config/types.ts";
import { messageOf } from "../errors.ts";
import type { Host } from "../host.ts";
import { printable } from "../terminal/escape.ts";
import { formatInstant } from "../time.ts";
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

/**
 * A log. A file that cannot be written is told of once, and fails nothing: a log is not worth a login.
 *
 * @param host the world as it is, not a traced one
 */
export function openLog(host: Pick<Host, "files" | "now" | "tell">, target: LogTarget): Logging {
  const state = { pending: Promise.resolve(), broken: false };
  const append = async (line: string, file: string) => {
    if (state.broken) return;
    try {
      await host.files.appendText(file, line, 0o600);
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
    flush: () => state.pending,
  };
}

function factsText(facts: Facts): string {
  return Object.entries(facts).map(([key, value]) => {
    if (value === undefined) return "";
    const text = printable(String(value));
    return ` ${key}=${/^[^\s"=]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`}`;
  }).join("");
}
