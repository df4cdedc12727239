/**
 * Configuration files with what they include and import, and which of them may be trusted with what.
 *
 * @module
 */
import { isAuthError } from "../errors.ts";
import { homeDirectory, joinPath, parentOf } from "../paths.ts";
import type { FileStatus, Host } from "../host.ts";
import { LIMITS, overLimit } from "../limits.ts";
import { sha256Hex } from "../sha256.ts";
import { spend, type Spent, type TotalLimit } from "./spent.ts";
import { emptyMap, formatPath, type Path, type Raw } from "./raw.ts";
import type { ConfigFile, Problem } from "./types.ts";
import { parseYaml, parseYamlValue, type YamlIssue } from "./yaml.ts";

/** What reading a configuration touches. */
export type ConfigHost = Pick<Host, "files" | "env" | "os" | "workingDirectory">;

/** One run of the loader: what it has found so far. */
export interface Session {
  readonly host: ConfigHost;
  /** SHA-256 of files that were trusted, in hex. */
  readonly trusted: ReadonlySet<string>;
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

/** A file as read. */
export interface Source {
  readonly file: ConfigFile;
  /** With every link resolved. */
  readonly realPath: string;
  /** Nothing when the text could not be read. */
  readonly root: Raw;
  readonly isReadable: boolean;
  /** Keys, values and marks of its text. */
  readonly marks: number;
}

/** How a file was come by. */
export interface Circumstances {
  /** A file that another one names is trusted no further than that one. */
  readonly namedBy?: ConfigFile;
  /** Found by looking upwards, where anybody may have put it: it must be the person's own. */
  readonly foundAbove?: boolean;
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
  const file = { path, sha256: "", inRepository: true, trusted: false };
  const root = emptyMap({ file: path, line: 1, column: 1 });
  return { file, realPath: path, root, isReadable: false, marks: 0 };
}

async function readNew(
  session: Session,
  path: string,
  circumstances: Circumstances,
): Promise<Source | undefined> {
  const found = await contentOf(session, path, circumstances);
  if (found === undefined) return undefined;
  const { realPath, content } = found;
  const bytes = content instanceof Uint8Array ? content : undefined;
  const text = content instanceof Uint8Array ? textOf(content, path) : content;
  const parsed = typeof text === "string"
    ? circumstances.within === undefined ? parseYaml(text, path) : parseYamlValue(text, path)
    : { root: emptyMap(text.at), issues: [text], marks: 0 };
  const sha256 = bytes === undefined ? "" : await sha256Hex(new Uint8Array(bytes));
  const foreign = circumstances.foundAbove === true && found.owned === false;
  const inRepository = await isInRepository(session, path) || await isInRepository(session, realPath);
  const vouched = !inRepository && !foreign && circumstances.namedBy?.trusted !== false;
  const trusted = vouched || session.trusted.has(sha256) || isYes(session.host.env("ATMOS_TRUST_CONFIG"));
  const file: ConfigFile = { path, sha256, inRepository, trusted };
  for (const issue of parsed.issues) session.problems.push(problemOf(issue, circumstances.within ?? []));
  const isReadable = parsed.issues.every((issue) => issue.path !== undefined);
  return { file, realPath, root: parsed.root, isReadable, marks: parsed.marks };
}

/** What stands at a path; what cannot be read is an issue. */
interface Content {
  readonly realPath: string;
  readonly owned: boolean | undefined;
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
    return piped && { realPath: path, owned: undefined, content: piped };
  }
  const realPath = await files.realPath(path);
  const status = realPath === undefined ? undefined : await files.status(realPath);
  if (realPath === undefined || status === undefined || status.kind === "directory") return undefined;
  const content = unreadable(path, status) ??
    (isWithinLimit(session, path, "totalBytes", status.size)
      ? await files.readBytes(realPath)
      : new Uint8Array());
  return content && { realPath, owned: status.owned, content };
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

const isYes = (value: string | undefined) => value !== undefined && /^(?:true|1)$/i.test(value.trim());

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

/** Whether a directory above a path is the top of a Git work tree. What cannot be looked at counts as one. */
export async function isInRepository(session: Session, path: string): Promise<boolean> {
  return await gitRootAbove(session, parentOf(session.host.os, path), true) !== undefined;
}

/** The nearest directory, from one upwards, that holds `.git`. */
export async function gitRootAbove(
  session: Session,
  directory: string,
  ifUnknown = false,
): Promise<string | undefined> {
  const { os } = session.host;
  for (let current = directory;; current = parentOf(os, current)) {
    if (await hasGitMark(session, current, ifUnknown)) return current;
    if (parentOf(os, current) === current) return undefined;
  }
}

async function hasGitMark(
  { host, gitMarks }: Session,
  directory: string,
  ifUnknown: boolean,
): Promise<boolean> {
  const path = joinPath(host.os, directory, ".git");
  const mark = gitMarks.get(path) ?? host.files.status(path).then((status) => status !== undefined);
  gitMarks.set(path, mark);
  try {
    return await mark;
  } catch (error) {
    if (isAuthError(error)) return ifUnknown;
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
