/**
 * What `doctor` finds among our own files: modes, leftovers, sessions that have ended.
 *
 * @module
 */
import { isAuthError } from "../errors.ts";
import { exposureOf } from "../files/exposure.ts";
import { listSessions } from "../files/aws_sessions.ts";
import { removeSessions } from "../files/aws_files.ts";
import type { Host } from "../host.ts";
import type { Finding } from "../output/doctor.ts";
import { quoteWord } from "../shell_word.ts";
import { clearOutput, leftoversBeside, notedOutputs } from "./output_notes.ts";
import { directoriesIn, type OwnPath, ownPaths } from "./own_files.ts";

type FilesHost = Pick<Host, "env" | "os" | "files" | "now" | "run">;

const OPEN_TO_OTHERS = 0o077;

/**
 * Our directories as they are.
 *
 * @param sessions the directories of AWS files of the configuration's chains
 * @param others further directories that the configuration names
 */
export async function fileFindings(
  host: FilesHost,
  sessions: readonly string[],
  others: readonly string[] = [],
): Promise<readonly Finding[]> {
  const found = await ownPaths(host, [...sessions, ...others]);
  const known = new Set(directoriesIn(found));
  const findings = [
    ...await modeFindings(host, found),
    ...(await Promise.all(
      [...sessions, ...others].filter((directory) => !known.has(directory))
        .map((directory) => exposureFindings(host, directory)),
    )).flat(),
    ...await leftoverFindings(host, [...new Set([...directoriesIn(found), ...sessions, ...others])]),
    ...(await Promise.all(sessions.map((directory) => endedSessions(host, directory)))).flat(),
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
