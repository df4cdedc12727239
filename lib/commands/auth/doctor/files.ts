/**
 * What `doctor` finds among our own files: modes, leftovers, sessions that have ended.
 *
 * @module
 */
import { isAuthError } from "../../../errors.ts";
import { exposureOf } from "../../../files/exposure.ts";
import { awsFilePaths, type FoundSession, listSessions } from "../../../files/aws_sessions.ts";
import { removeSessions } from "../../../files/aws_files.ts";
import type { SessionFiles } from "../../../files/seal.ts";
import { readSessionKey, sessionKeyPath } from "../../../files/session_key.ts";
import type { Host } from "../../../host.ts";
import type { Finding } from "../../../output/doctor.ts";
import { unusedReason } from "../../../output/unused.ts";
import { quoteWord } from "../../../shell_word.ts";
import { clearOutput, leftoversBeside, notedOutputs } from "../../../cli/run/output_notes.ts";
import { directoriesIn, type OwnPath, ownPaths } from "../../../cli/run/own_files.ts";
import { counted } from "../../../counting.ts";

type FilesHost = Pick<Host, "env" | "os" | "files" | "now" | "run">;

const OPEN_TO_OTHERS = 0o077;

/**
 * Our directories as they are.
 *
 * @param sessions the AWS files of the configuration's chains
 * @param others further directories that the configuration names
 */
export async function fileFindings(
  host: FilesHost,
  sessions: readonly SessionFiles[],
  others: readonly string[] = [],
): Promise<readonly Finding[]> {
  const directories = sessions.map(({ directory }) => directory);
  const found = await ownPaths(host, [...directories, ...others]);
  const known = new Set(directoriesIn(found));
  const findings = [
    // A key that others could read is no key any more, whatever its mode is then.
    ...await modeFindings(host, found.filter(({ path }) => path !== sessionKeyPath(host))),
    ...(await Promise.all(
      [...directories, ...others].filter((directory) => !known.has(directory))
        .map((directory) => exposureFindings(host, directory)),
    )).flat(),
    ...await leftoverFindings(host, [...new Set([...directoriesIn(found), ...directories, ...others])]),
    ...await keyFindings(host),
    ...(await Promise.all(sessions.map((files) => sessionFindings(host, files)))).flat(),
  ];
  return findings.length > 0 ? findings : [{
    id: "files.state",
    severity: "good",
    title: "Our files are ours alone, and nothing in them is left over",
  }];
}

/** What others may read or enter, that holds secrets or leads to them, and what is not ours at all. */
async function modeFindings(host: FilesHost, found: readonly OwnPath[]): Promise<readonly Finding[]> {
  const all = await Promise.all(found.map(async ({ path, kind }): Promise<readonly Finding[]> => {
    const status = kind === "file" || kind === "directory" ? await host.files.status(path) : undefined;
    if (status?.owned === false) return await exposureFindings(host, path);
    const mode = status?.mode ?? 0;
    if ((mode & OPEN_TO_OTHERS) === 0) return [];
    const wanted = kind === "directory" ? "700" : "600";
    return [{
      id: "files.mode",
      severity: "warning",
      title: `Others have access to ${path}: its mode is ${(mode & 0o777).toString(8)}`,
      command: `chmod ${wanted} ${quoteWord(path)}`,
      mend: mending(host, ["chmod", wanted, path]),
    }];
  }));
  return all.flat();
}

/** What keeps a file from being used: the rule that commands go by. */
async function exposureFindings(host: FilesHost, path: string): Promise<readonly Finding[]> {
  const exposure = await exposureOf(host, path);
  if (exposure === undefined) return [];
  const { reason, remedy, command, isWritable } = exposure;
  return [{
    id: "files.exposed",
    severity: isWritable ? "error" : "warning",
    title: reason,
    command: remedy,
    mend: command && mending(host, command),
  }];
}

function mending(host: FilesHost, [program, ...args]: readonly [string, ...string[]]): () => Promise<void> {
  return async () => {
    await host.run({ program, args, environment: { set: {}, unset: [] }, stdio: "capture" });
  };
}

/** What killed writers left: in our directories, and beside files that were named with --output-file. */
async function leftoverFindings(
  host: FilesHost,
  directories: readonly string[],
): Promise<readonly Finding[]> {
  const own = (await Promise.all(directories.map((directory) => host.files.leftovers(directory)))).flat();
  const noted = await Promise.all(
    (await notedOutputs(host)).map(async (output) =>
      (await leftoversBeside(host, output)).map((path) =>
        leftover(path, async () => void await clearOutput(host, output))
      )
    ),
  );
  return [
    ...own.map((path) => leftover(path, async () => void await host.files.remove(path))),
    ...noted.flat(),
  ];
}

function leftover(path: string, mend: () => Promise<void>): Finding {
  return {
    id: "files.leftover",
    severity: "warning",
    title: `A write was interrupted, and left a file that may hold credentials: ${path}`,
    command: `rm ${quoteWord(path)}`,
    mend,
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
    title: `${counted(count, "session has", "sessions have")} ended in ${files.directory}`,
    command: "atmos auth doctor --fix",
    mend: async () => {
      await removeSessions(host, files, isEnded);
    },
  };
}
