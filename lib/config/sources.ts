/**
 * Configuration files with what they include and import, and which of them may be trusted with what.
 *
 * @module
 */
import { isAuthError, type SourcePosition } from "../errors.ts";
import type { FileStatus, Host } from "../host.ts";
import { LIMITS, overLimit } from "../limits.ts";
import { homeDirectory, isInside, joinPath, parentOf } from "../paths.ts";
import { isOwnFile, lookedAt, type OwnershipHost } from "./ownership.ts";
import { spend, type Spent, type TotalLimit } from "./spent.ts";
import { emptyMap, formatPath, type Path, type Raw } from "./raw.ts";
import type { Need } from "./need.ts";
import type { ConfigFile, Problem } from "./types.ts";
import { readYaml, readYamlValue } from "./read_yaml.ts";
import type { YamlIssue } from "./yaml.ts";

/** What reading a configuration touches. */
export type ConfigHost = Pick<Host, "files" | "env" | "os" | "workingDirectory">;

/** One run of the loader: what it has found so far. */
export interface Session {
  readonly host: ConfigHost;
  /** For looks that only decide about trust: what it does not show counts as not there. */
  readonly around: OwnershipHost;
  /** Which files count as trusted beside the user's own. */
  readonly vouching: Vouching;
  /** Whether the person trusts what needs it. */
  readonly isMet: (need: Need) => Promise<boolean>;
  /** What is not read until somebody trusts it. */
  readonly unread: Need[];
  /** `--base-path` or `ATMOS_BASE_PATH`. */
  readonly basePath: string | undefined;
  /** By path, in the order of merging. */
  readonly files: Map<string, ConfigFile>;
  readonly problems: Problem[];
  /** Sources by path. */
  readonly sources: Map<string, Promise<Source | undefined>>;
  /** Whether a directory holds `.git`, by its path. */
  readonly gitMarks: Map<string, Promise<boolean>>;
  /** What of the limits of all files together is used up. */
  readonly spent: Spent;
}

/** `run`: `ATMOS_TRUST_CONFIG` says so; `all`: the configuration is a script's own value. */
export type Vouching = "none" | "run" | "all";

/** A file as read. */
export interface Source {
  readonly file: ConfigFile;
  /** Nothing when the text could not be read. */
  readonly root: Raw;
  readonly isReadable: boolean;
  /** Keys, values and marks of its text. */
  readonly marks: number;
}

/** How a file was come by. */
export interface Circumstances {
  /** A file that another one names is trusted no further than that one, and may belong to its tree. */
  readonly namedBy?: ConfigFile;
  /** The configuration's directory, with links resolved: drop-ins and profiles below it belong to it. */
  readonly directory?: string;
  /** Another file imports or includes it: it may be any file of the tree. */
  readonly isImported?: boolean;
  /** Where in the configuration an included value goes; such a file need not be a map. */
  readonly within?: Path;
  /** A pipe that the command line names. */
  readonly isPipe?: boolean;
}

/**
 * Reads one file, once; what is wrong with its text goes to the session's problems.
 *
 * @returns `undefined` when there is no such file
 * @throws AuthError `file-failed` when it cannot be read
 */
export async function readSource(
  session: Session,
  path: string,
  circumstances: Circumstances = {},
): Promise<Source | undefined> {
  if (!isWithinLimit(session, path, "files", 1)) return unread(path);
  const source = session.sources.get(path) ?? readNew(session, path, circumstances);
  session.sources.set(path, source);
  const { marks = 0 } = await source ?? {};
  return isWithinLimit(session, path, "totalMarks", marks) ? await source : unread(path);
}

/**
 * Uses up a part of a limit of all files together. The first time that this is too much, it is a problem of the whole
 * configuration.
 *
 * @returns whether the limit is kept
 */
export function isWithinLimit(session: Session, file: string, limit: TotalLimit, more: number): boolean {
  if (spend(session.spent, limit, more)) return true;
  if (!session.spent.told.has(session.problems)) {
    session.spent.told.add(session.problems);
    session.problems.push(problemOf(unusable(file, "limit-reached", overLimit(limit)), []));
  }
  return false;
}

/** What stands for a file that is not read any more. */
function unread(path: string): Source {
  const file = { path, realPath: path, trusted: false, tree: path };
  const root = emptyMap({ file: path, line: 1, column: 1 });
  return { file, root, isReadable: false, marks: 0 };
}

async function readNew(
  session: Session,
  path: string,
  circumstances: Circumstances,
): Promise<Source | undefined> {
  const found = await contentOf(session, path, circumstances);
  if (found === undefined) return undefined;
  const { realPath, status, content } = found;
  const text = content instanceof Uint8Array ? textOf(content, path) : content;
  const parsed = typeof text === "string"
    ? await (circumstances.within === undefined ? readYaml(text, path) : readYamlValue(text, path))
    : { root: emptyMap(text.at), issues: [text], marks: 0 };
  const { namedBy } = circumstances;
  const file: ConfigFile = {
    path,
    realPath,
    trusted: namedBy?.trusted !== false && await isTrustedFile(session, path, realPath, status),
    tree: await treeOf(session, realPath, circumstances.directory ?? namedBy?.tree),
    ...(circumstances.isPipe === true ? { isPipe: true } : {}),
  };
  // A link out of the tree that it is in may lead to anything, as does what another file names.
  const isForeign = !file.trusted &&
    (circumstances.isImported === true || await leavesTree(session, path, realPath));
  for (const issue of parsed.issues) {
    const shown = isForeign && QUOTING.has(issue.code) ? withoutText(issue) : issue;
    session.problems.push(problemOf(shown, circumstances.within ?? []));
  }
  const isReadable = parsed.issues.every((issue) => issue.path !== undefined);
  return { file, root: parsed.root, isReadable, marks: parsed.marks };
}

async function leavesTree(session: Session, path: string, realPath: string): Promise<boolean> {
  const { os, files } = session.around;
  const beside = parentOf(os, path);
  const directory = await lookedAt(() => files.realPath(beside)) ?? beside;
  return !isInside(os, realPath, await gitRootAbove(session, directory) ?? directory);
}

/** Problems whose words repeat a part of the text. */
const QUOTING: ReadonlySet<string> = new Set([
  "syntax",
  "alias",
  "duplicate-key",
  "merge-key",
  "complex-key",
]);

/** Of a file that may be anything a problem gives the place alone. */
function withoutText(issue: YamlIssue): YamlIssue {
  return { ...issue, path: issue.path && [], reason: "this cannot be read as YAML", hint: undefined };
}

/** What stands at a path; what cannot be read is an issue. */
interface Content {
  readonly realPath: string;
  /** `undefined` of a pipe. */
  readonly status: FileStatus | undefined;
  readonly content: Uint8Array | YamlIssue;
}

async function contentOf(
  session: Session,
  path: string,
  { isPipe = false }: Circumstances,
): Promise<Content | undefined> {
  const { files } = session.host;
  if (isPipe) {
    const piped = await files.readPipe(path);
    return piped && { realPath: path, status: undefined, content: piped };
  }
  const realPath = await files.realPath(path);
  const status = realPath === undefined ? undefined : await files.status(realPath);
  if (realPath === undefined || status === undefined || status.kind === "directory") return undefined;
  const content = unreadable(path, status) ??
    (isWithinLimit(session, path, "totalBytes", status.size)
      ? await files.readBytes(realPath)
      : new Uint8Array());
  return content && { realPath, status, content };
}

/** Why a file is not read, as far as its status tells. */
function unreadable(path: string, { kind, size }: FileStatus): YamlIssue | undefined {
  if (kind !== "file") {
    const reason = "it is a device, a pipe or a socket, and only regular files are read";
    return unusable(path, "not-a-file", reason, "Name a file; a pipe can be named with --config");
  }
  if (size > LIMITS.fileBytes.most) {
    return unusable(path, "file-too-large", overLimit("fileBytes"), "Split it, and import the parts");
  }
  return undefined;
}

function unusable(file: string, code: string, reason: string, hint?: string): YamlIssue {
  return { severity: "error", code, path: undefined, at: { file, line: 1, column: 1 }, reason, hint };
}

async function isTrustedFile(
  session: Session,
  path: string,
  realPath: string,
  status: FileStatus | undefined,
): Promise<boolean> {
  if (session.vouching === "all") return true;
  // The person wrote the command that writes to the pipe, but not what it says.
  if (status === undefined) return session.vouching === "run";
  if (await isOwnFile(session.around, path)) return true;
  if (session.vouching === "none") return false;
  const { owned, uid } = status;
  const { around: { files, os, workingDirectory } } = session;
  const here = workingDirectory();
  const working = await lookedAt(() => files.realPath(here)) ?? here;
  if (isInside(os, realPath, working)) return true;
  return owned !== false || uid === 0 || uid === (await lookedAt(() => files.status(working)))?.uid;
}

/**
 * The root of the tree that a file is in: its repository's where that can be seen, else the directory that it belongs to,
 * else its own.
 *
 * @param realPath with every link resolved
 * @param belongsTo the tree of the file that names it, or the configuration's directory; counts where the file is in it
 */
export async function treeOf(session: Session, realPath: string, belongsTo?: string): Promise<string> {
  const { os } = session.host;
  const directory = parentOf(os, realPath);
  const root = await gitRootAbove(session, directory);
  if (root !== undefined) return root;
  return belongsTo !== undefined && isInside(os, realPath, belongsTo) ? belongsTo : directory;
}

/**
 * Whether a file may name another one: anything where it is trusted, else what is in its tree, with links resolved, and
 * not in `.git`.
 */
export function isInTree({ host: { os } }: Session, { tree }: ConfigFile, realPath: string): boolean {
  return isInside(os, realPath, tree) && !isGitsOwn(realPath.slice(tree.length));
}

/** What is below `.git` decides what Git runs: it is not part of the work tree. */
const isGitsOwn = (below: string): boolean => /(?:^|[\\/])\.git(?:[\\/]|$)/i.test(below);

/**
 * Whether a file may name a path that something is read from; where it may not, what it takes to trust it is noted.
 *
 * @param where the configuration path of the value that names it
 */
export async function mayRead(
  session: Session,
  by: ConfigFile,
  realPath: string,
  { where, at }: { readonly where: string; readonly at: SourcePosition },
): Promise<boolean> {
  if (by.trusted || isInTree(session, by, realPath)) return true;
  const need: Need = {
    unit: { type: "file", name: realPath },
    values: [{ path: where, at, does: `reads ${realPath}` }],
    files: [by.path],
    bound: JSON.stringify([where, realPath]),
    words: [],
  };
  if (await session.isMet(need)) return true;
  session.unread.push(need);
  return false;
}

/** Characters that YAML does not allow in a text (YAML 1.2, 5.1). */
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

function textOf(bytes: Uint8Array, file: string): string | YamlIssue {
  const refuse = (before: string, reason: string): YamlIssue => {
    const lines = before.split("\n");
    const at = { file, line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
    return {
      severity: "error",
      code: "not-text",
      path: undefined,
      at,
      reason,
      hint: "Save it as UTF-8 text",
    };
  };
  const lenient = new TextDecoder().decode(bytes);
  const control = lenient.search(UNPRINTABLE);
  if (control >= 0) {
    const code = lenient.charCodeAt(control).toString(16).padStart(4, "0").toUpperCase();
    return refuse(lenient.slice(0, control), `it is not text: it holds the control character U+${code}`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return refuse(lenient.slice(0, Math.max(0, lenient.indexOf("\ufffd"))), "it is not text in UTF-8");
  }
}

/** The nearest directory, from one upwards, that holds `.git`; one that may not be looked at does not. */
export async function gitRootAbove(session: Session, directory: string): Promise<string | undefined> {
  const { os } = session.host;
  for (let current = directory;; current = parentOf(os, current)) {
    if (await hasGitMark(session, current)) return current;
    if (parentOf(os, current) === current) return undefined;
  }
}

async function hasGitMark({ host, gitMarks }: Session, directory: string): Promise<boolean> {
  const path = joinPath(host.os, directory, ".git");
  const mark = gitMarks.get(path) ?? host.files.status(path).then((status) => status !== undefined);
  gitMarks.set(path, mark);
  try {
    return await mark;
  } catch (error) {
    if (isAuthError(error)) return false;
    throw error;
  }
}

/** Adds a file to the list of those that count, at its end. */
export function noteFile(session: Session, file: ConfigFile): void {
  session.files.delete(file.path);
  session.files.set(file.path, file);
}

/** Where in the configuration something is: what it is about, if it is about one entry. */
export function aboutOf(path: Path): Problem["about"] {
  const [top, section, name] = path.map((key) => String(key));
  if (top?.toLowerCase() !== "auth" || name === undefined) return undefined;
  switch (section?.toLowerCase()) {
    case "providers":
      return { type: "provider", name };
    case "identities":
      return { type: "identity", name };
    default:
      return undefined;
  }
}

/** What is wrong with a text, as a problem: outside of `auth` it is somebody else's, and only worth a warning. */
function problemOf(issue: YamlIssue, within: Path): Problem {
  const path = [...within, ...issue.path ?? []];
  const ours = path.length === 0 ? issue.path === undefined : String(path[0]).toLowerCase() === "auth";
  const severity = ours ? issue.severity : "warning";
  return {
    severity,
    code: issue.code,
    path: formatPath(path),
    at: issue.at,
    reason: issue.reason,
    hint: issue.hint,
    blocks: severity === "error",
    about: aboutOf(path),
  };
}

/** The home directory; `undefined` where there is none, as for services and in containers. */
export function homeOf(host: ConfigHost): string | undefined {
  return optional(() => homeDirectory(host));
}

/** The value of a function of paths; `undefined` when the environment does not say enough for it. */
export function optional<Value>(compute: () => Value): Value | undefined {
  try {
    return compute();
  } catch (error) {
    if (isAuthError(error, "config-invalid")) return undefined;
    throw error;
  }
}
