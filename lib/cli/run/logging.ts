/**
 * How much is logged, and where to: flags, then variables, then the configuration.
 *
 * @module
 */
import { type AuthConfig, LOG_LEVELS, type LogLevel } from "../../config/types.ts";
import { descriptorOf, expandHome, resolvePath } from "../../paths.ts";
import type { Host } from "../../host.ts";
import { didYouMean } from "../../config/nearest.ts";
import { usage } from "../line/flags.ts";
import type { GlobalInput } from "../line/globals.ts";

type LogHost = Pick<Host, "env" | "os" | "workingDirectory">;

/** What warnings and errors need is told anyhow. */
const DEFAULT: LogLevel = "warn";

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
  const path = file === undefined || file === "" || file === "-"
    ? undefined
    : resolvePath(host.os, base, expandHome(host, file));
  const isFile = path !== undefined && path !== NOWHERE && !isStream(host, path);
  return {
    level: asked ?? logs.level ?? DEFAULT,
    file: isFile ? path : undefined,
    namedBy: globals.logsFile !== undefined
      ? "person"
      : logs.isUntrusted === true
      ? "untrusted-file"
      : "configuration",
    shown: isFile ? asked !== undefined && globals.logsFile === undefined : path !== NOWHERE,
  };
}

const NOWHERE = "/dev/null";

/** Standard output, which holds data, is standard error to a log, as it is to Atmos's own. */
function isStream({ os }: LogHost, path: string): boolean {
  const descriptor = descriptorOf(os, path);
  return descriptor === 1 || descriptor === 2;
}

/** Where lines go. */
export interface LogTarget {
  readonly level: LogLevel;
  /** Absolute path of a file to append to. */
  readonly file: string | undefined;
  readonly namedBy: "person" | "configuration" | "untrusted-file";
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
