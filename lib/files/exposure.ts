/**
 * What others could do with a file that is meant for one person, judged as ssh judges its keys: what they can read is
 * used with a warning, what they could have written is not used.
 *
 * @module
 */
import type { ReadingFiles } from "../host.ts";
import { quoteWord } from "../shell_word.ts";

/** Why a file is not the person's alone. */
export interface Exposure {
  readonly path: string;
  /** Others could have written it: whatever is in it may be theirs. */
  readonly isWritable: boolean;
  /** A sentence without its full stop. */
  readonly reason: string;
  /** The line that mends it, for a shell. */
  readonly remedy: string;
  /** The same as an argv, where nobody else is needed for it. */
  readonly command: readonly [string, ...string[]] | undefined;
}

type StatusHost = { readonly files: Pick<ReadingFiles, "status"> };

const READABLE = 0o044;
const STICKY = 0o1000;

/**
 * What others could do with a file or a directory. A directory counts when they could put other files into it; names
 * that they can read are no secret.
 *
 * @returns `undefined` where that is nothing, where nothing is, and on Windows, which tells no modes
 */
export async function exposureOf({ files }: StatusHost, path: string): Promise<Exposure | undefined> {
  const status = await files.status(path);
  if (status?.mode === undefined || status.kind === "symlink" || status.kind === "other") return undefined;
  const { kind, mode, owned, writableByOthers } = status;
  const shown = (mode & 0o777).toString(8);
  const isDirectory = kind === "directory";
  if (!isDirectory && owned === false) {
    return {
      path,
      isWritable: true,
      reason: `${path} belongs to another user`,
      remedy: `sudo chown "$(id -u)" ${quoteWord(path)}`,
      command: undefined,
    };
  }
  const chmod = (change: string) => ({
    remedy: `chmod ${change} ${quoteWord(path)}`,
    command: ["chmod", change, path] as const,
  });
  if (writableByOthers === true && !(isDirectory && (mode & STICKY) !== 0)) {
    const reason = isDirectory
      ? `Others can replace the files in ${path}: its mode is ${shown}`
      : `Others can write to ${path}: its mode is ${shown}`;
    return { path, isWritable: true, reason, ...chmod(isDirectory ? "go-w" : "600") };
  }
  if (isDirectory || (mode & READABLE) === 0) return undefined;
  return {
    path,
    isWritable: false,
    reason: `Others can read ${path}: its mode is ${shown}`,
    ...chmod("600"),
  };
}

/** The worse of a file's exposure and its directory's. */
export async function exposureWithin(
  host: StatusHost,
  directory: string,
  file: string,
): Promise<Exposure | undefined> {
  const [own, around] = [await exposureOf(host, file), await exposureOf(host, directory)];
  return own?.isWritable === true ? own : around ?? own;
}

/** What is told of a file that is used all the same. */
export function exposureWarning({ reason, remedy }: Exposure): string {
  return `${reason}. Run: ${remedy}`;
}
