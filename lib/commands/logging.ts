/**
 * How much is logged, and where to: flags, then variables, then the configuration.
 *
 * @module
 */
import { type AuthConfig, LOG_LEVELS, type LogLevel } from "../config/types.ts";
import { expandHome, resolvePath } from "../paths.ts";
import type { Host } from "../host.ts";
import { didYouMean } from "../config/nearest.ts";
import { usage } from "./flags.ts";
import type { GlobalInput } from "./globals.ts";

type LogHost = Pick<Host, "env" | "os" | "workingDirectory">;

/** What warnings and errors need is told anyhow. */
const DEFAULT: LogLevel = "warn";

/** The names that Atmos gives to streams: ours always go to standard error. */
const STREAMS: ReadonlySet<string> = new Set(["/dev/stderr", "/dev/stdout", "/dev/null"]);

/**
 * Where lines go: to the file alone when there is one, but for a level that was asked for in this very run beside the
 * file of the configuration.
 *
 * @throws AuthError `usage` for a variable that holds no level
 */
export function logTarget(
  host: LogHost,
  globals: Pick<GlobalInput, "logsLevel" | "logsFile" | "verbose">,
  logs: AuthConfig["logs"],
  directory: string,
): LogTarget {
  const asked = askedLevel(host, globals);
  const file = globals.logsFile ?? logs.file;
  const base = globals.logsFile === undefined ? directory : host.workingDirectory();
  const isFile = file !== undefined && file !== "" && !STREAMS.has(file);
  return {
    level: asked ?? logs.level ?? DEFAULT,
    file: isFile ? resolvePath(host.os, base, expandHome(host, file)) : undefined,
    shown: isFile ? asked !== undefined && globals.logsFile === undefined : file !== "/dev/null",
  };
}

/** Where lines go. */
export interface LogTarget {
  readonly level: LogLevel;
  /** Absolute path of a file to append to. */
  readonly file: string | undefined;
  /** Whether stderr shows them. */
  readonly shown: boolean;
}

/** Whether lines of a level are written at a setting. */
export function isLogged(setting: LogLevel, level: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(setting);
}

/** Whether there is anything to log at all: the watching costs nothing when there is not. */
export function isWatching(target: LogTarget): boolean {
  return isLogged(target.level, "info") && (target.shown || target.file !== undefined);
}

/** The level that somebody asked for in this very run. */
export function askedLevel(
  host: Pick<Host, "env">,
  globals: Pick<GlobalInput, "logsLevel" | "verbose">,
): LogLevel | undefined {
  if (globals.logsLevel !== undefined) return readLevel(globals.logsLevel, "--logs-level");
  if (globals.verbose === true) return "debug";
  for (const name of ["ATMOS_LOG_LEVEL", "ATMOS_LOGS_LEVEL"]) {
    const value = host.env(name) ?? "";
    if (value !== "") return readLevel(value, name);
  }
  return undefined;
}

function readLevel(word: string, name: string): LogLevel {
  const folded = word.trim().toLowerCase();
  const level = LOG_LEVELS.find((one) => one === (folded === "warning" ? "warn" : folded));
  if (level !== undefined) return level;
  throw usage(
    `Cannot read ${name}: ${JSON.stringify(word)} is not a log level`,
    didYouMean(word, LOG_LEVELS),
    "It can be Trace, Debug, Info, Warning, Error or Off",
  );
}
