/**
 * What `doctor` finds among our own files: modes, leftovers, sessions that have ended.
 *
 * @module
 */
import { isAuthError } from "../errors.ts";
import { listSessions } from "../files/aws_sessions.ts";
import { removeSessions } from "../files/aws_files.ts";
import type { Host } from "../host.ts";
import type { Finding } from "../output/doctor.ts";
import { configHome, dataHome, joinPath, stateHome } from "../paths.ts";
import { quoteWord } from "../shell_word.ts";

type FilesHost = Pick<Host, "env" | "os" | "files" | "now" | "run">;

/** Nothing of ours lies deeper, but for browser profiles, which are the browser's affair. */
const MAX_DEPTH = 5;
const OPEN_TO_OTHERS = 0o077;
const LEFTOVER = /^\..+\.[0-9a-f]{32}\.tmp$/;

/** A path of ours. */
interface Found {
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink" | "other";
}

/**
 * Our directories as they are.
 *
 * @param sessions the directories of AWS files of the configuration's chains
 */
export async function fileFindings(
  host: FilesHost,
  sessions: readonly string[],
): Promise<readonly Finding[]> {
  // What else is in the configuration's home is Atmos's, and no secret.
  const homes = [
    joinPath(host.os, configHome(host), "atmos", "aws"),
    joinPath(host.os, dataHome(host), "atmos", "keyring"),
    joinPath(host.os, stateHome(host), "atmos"),
  ];
  const found = (await Promise.all([...new Set(homes)].map((home) => walk(host, home, MAX_DEPTH)))).flat();
  const findings = [
    ...await modeFindings(host, found),
    ...found.filter(({ path }) => LEFTOVER.test(path.slice(path.lastIndexOf("/") + 1))).map(leftover),
    ...(await Promise.all(sessions.map((directory) => endedSessions(host, directory)))).flat(),
  ];
  return findings.length > 0 ? findings : [{
    id: "files.state",
    severity: "good",
    title: "Our files are ours alone, and nothing in them is left over",
  }];
}

async function walk(host: FilesHost, directory: string, depth: number): Promise<readonly Found[]> {
  const entries = await host.files.list(directory);
  if (entries === undefined || depth === 0) return [];
  const inner = await Promise.all(entries.map(async ({ name, kind }): Promise<readonly Found[]> => {
    const path = joinPath(host.os, directory, name);
    return kind === "directory" && name !== "browsers" ? await walk(host, path, depth - 1) : [{ path, kind }];
  }));
  return [{ path: directory, kind: "directory" }, ...inner.flat()];
}

/** What others may read or enter, that holds secrets or leads to them. */
async function modeFindings(host: FilesHost, found: readonly Found[]): Promise<readonly Finding[]> {
  const all = await Promise.all(found.map(async ({ path, kind }) => {
    const status = kind === "file" || kind === "directory" ? await host.files.status(path) : undefined;
    const mode = status?.mode ?? 0;
    return (mode & OPEN_TO_OTHERS) === 0
      ? []
      : [openToOthers(host, path, kind === "directory", mode & 0o777)];
  }));
  return all.flat();
}

function openToOthers(host: FilesHost, path: string, isDirectory: boolean, mode: number): Finding {
  const wanted = isDirectory ? "700" : "600";
  return {
    id: "files.mode",
    severity: "warning",
    title: `Others have access to ${path}: its mode is ${mode.toString(8)}`,
    command: `chmod ${wanted} ${quoteWord(path)}`,
    mend: async () => {
      await host.run({
        program: "chmod",
        args: [wanted, path],
        environment: { set: {}, unset: [] },
        stdio: "capture",
      });
    },
  };
}

/** Whoever wrote it died; the next writer of the same file removes it, too. */
function leftover({ path }: Found): Finding {
  return {
    id: "files.leftover",
    severity: "note",
    title: `A write was cut off: ${path}`,
    command: `rm ${quoteWord(path)}`,
  };
}

async function endedSessions(host: FilesHost, directory: string): Promise<readonly Finding[]> {
  const isEnded = (found: { readonly expiresAt: number | undefined }) =>
    found.expiresAt !== undefined && found.expiresAt <= host.now();
  try {
    const ended = (await listSessions(host, directory)).filter(isEnded);
    return ended.length === 0 ? [] : [{
      id: "files.ended-sessions",
      severity: "note",
      title: `${ended.length} ${ended.length === 1 ? "session has" : "sessions have"} ended in ${directory}`,
      command: "atmos auth doctor --fix",
      mend: async () => {
        await removeSessions(host, directory, isEnded);
      },
    }];
  } catch (error) {
    if (!isAuthError(error, "file-failed")) throw error;
    return [{
      id: "files.unreadable",
      severity: "error",
      title: error.message,
      command: `ls -l ${quoteWord(directory)}`,
    }];
  }
}
