/**
 * What `doctor` finds among our own files: modes, leftovers, sessions that have ended.
 *
 * @module
 */
import { isAuthError } from "../errors.ts";
import { awsFilePaths, type FoundSession, listSessions } from "../files/aws_sessions.ts";
import { removeSessions } from "../files/aws_files.ts";
import type { SessionFiles } from "../files/seal.ts";
import { readSessionKey, sessionKeyPath } from "../files/session_key.ts";
import type { Host } from "../host.ts";
import type { Finding } from "../output/doctor.ts";
import { unusedReason } from "../output/unused.ts";
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
 * @param sessions the AWS files of the configuration's chains
 */
export async function fileFindings(
  host: FilesHost,
  sessions: readonly SessionFiles[],
): Promise<readonly Finding[]> {
  // What else is in the configuration's home is Atmos's, and no secret.
  const homes = [
    joinPath(host.os, configHome(host), "atmos", "aws"),
    joinPath(host.os, dataHome(host), "atmos", "keyring"),
    joinPath(host.os, stateHome(host), "atmos"),
  ];
  const found = (await Promise.all([...new Set(homes)].map((home) => walk(host, home, MAX_DEPTH)))).flat();
  const findings = [
    // A key that others could read is no key any more, whatever its mode is then.
    ...await modeFindings(host, found.filter(({ path }) => path !== sessionKeyPath(host))),
    ...found.filter(({ path }) => LEFTOVER.test(path.slice(path.lastIndexOf("/") + 1))).map(leftover),
    ...await keyFindings(host),
    ...(await Promise.all(sessions.map((files) => sessionFindings(host, files)))).flat(),
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

/** A key that is none keeps sessions from being stored; another one makes those that it signed unusable. */
async function keyFindings(host: FilesHost): Promise<readonly Finding[]> {
  const file = await readSessionKey(host);
  if (file.state !== "unusable") return [];
  const path = sessionKeyPath(host);
  return [{
    id: "files.session-key",
    severity: "error",
    title: `Sessions are neither reused nor stored: ${file.reason}`,
    // Not `chmod`: who could read it may have signed sessions with it.
    command: `rm ${quoteWord(path)}`,
  }];
}

async function sessionFindings(host: FilesHost, files: SessionFiles): Promise<readonly Finding[]> {
  const { directory } = files;
  const isEnded = ({ expiresAt }: FoundSession) => expiresAt !== undefined && expiresAt <= host.now();
  try {
    const all = await listSessions(host, files);
    const ended = all.filter(isEnded);
    const unused = all.filter((found) => found.flaw !== undefined && !isEnded(found));
    return [
      ...ended.length === 0 ? [] : [endedSessions(host, files, ended.length, isEnded)],
      ...unused.map(({ section, flaw }): Finding => ({
        id: "files.unused-session",
        severity: "warning",
        title: `[${section}] in ${awsFilePaths(host, directory).credentials} is not used: ${
          flaw === undefined ? "" : unusedReason(flaw)
        }`,
        command: flaw === "foreign" ? undefined : "atmos auth login --all",
      })),
    ];
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

/** Whoever made one has no more use for it. */
function endedSessions(
  host: FilesHost,
  files: SessionFiles,
  count: number,
  isEnded: (found: FoundSession) => boolean,
): Finding {
  return {
    id: "files.ended-sessions",
    severity: "note",
    title: `${count} ${count === 1 ? "session has" : "sessions have"} ended in ${files.directory}`,
    command: "atmos auth doctor --fix",
    mend: async () => {
      await removeSessions(host, files, isEnded);
    },
  };
}
