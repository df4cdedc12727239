/**
 * The world as a record of functions. Functions ask for the least of it, `Pick<Host, "fetch" | "now">`, so a
 * signature is a list of what the function can touch. Nothing here does anything: see `host_deno.ts`.
 *
 * @module
 */
import type { GivenUpClass } from "./grants.ts";
import type { EpochMillis } from "./time.ts";

/** The systems we know the conventions of. */
export type Os = "linux" | "darwin" | "windows";

/** One name in a directory. */
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "symlink" | "other";
}

/** What is known of a path without following a link at its end. */
export interface FileStatus {
  readonly kind: DirectoryEntry["kind"];
  /** Permission bits; `undefined` on Windows. */
  readonly mode: number | undefined;
  readonly size: number;
  /** Whether the file belongs to the user that runs us; `undefined` on Windows. */
  readonly owned: boolean | undefined;
  /** Who the file belongs to; `undefined` on Windows. */
  readonly uid: number | undefined;
  /** Whether anybody but its owner and root may write: a private group, whose gid is our uid, does not count. */
  readonly writableByOthers: boolean | undefined;
  /** How many names the file has; `undefined` on Windows. */
  readonly links: number | undefined;
}

/** A lock of the kernel on an empty file: dies with its process, is released by disposal, is never removed. */
export type Lock = AsyncDisposable;

/** How long to wait for a lock, and what to do while waiting. */
export interface LockWait {
  /** Give up after this many milliseconds. */
  readonly deadlineMillis: number;
  /** Told once, when the lock was found held by somebody else; with who holds it where that is known. */
  readonly onWait?: (holder: string | undefined) => void;
}

/** What text can be written to, piece by piece. */
export interface Sink extends AsyncDisposable {
  readonly write: (text: string) => Promise<void>;
}

/**
 * Files to look at. Absent is `undefined`; anything else that goes wrong is an `AuthError` naming the path. What is not
 * a regular file (a device, a pipe, a socket), or is larger than the limit of a file, is never read.
 */
export interface ReadingFiles {
  /** UTF-8 text. */
  readonly readText: (path: string) => Promise<string | undefined>;
  /** Raw bytes, for what may not be text. */
  readonly readBytes: (path: string) => Promise<Uint8Array | undefined>;
  /** The names in a directory, sorted; `undefined` when there is no such directory. */
  readonly list: (path: string) => Promise<readonly DirectoryEntry[] | undefined>;
  readonly status: (path: string) => Promise<FileStatus | undefined>;
  /** The path with every link resolved; `undefined` when it does not exist. */
  readonly realPath: (path: string) => Promise<string | undefined>;
}

/** Files. Absent is `undefined` or `false`; anything else that goes wrong is an `AuthError` naming the path. */
export interface Files extends ReadingFiles {
  /**
   * Raw bytes of a pipe, for a path that the person named on the command line and no other: with the limit of a file,
   * and a deadline. A pipe gives its bytes once; asked again, the answer is the same.
   */
  readonly readPipe: (path: string) => Promise<Uint8Array | undefined>;
  /**
   * Replaces a file: a temporary file beside it with `mode` from the first byte, sync, rename, sync of the
   * directory. Makes missing directories with mode 0700. Refuses whatever is not a regular file, a symlink too. Readers
   * see the old or the new text, never a part.
   */
  readonly writeText: (path: string, text: string, mode: number) => Promise<void>;
  /** Appends to a file made with `mode`, or to a character device; refuses a symlink, a pipe and the like. */
  readonly appendText: (path: string, text: string, mode: number) => Promise<void>;
  /**
   * A character device or a pipe, opened by the first write: it is never replaced, and its mode stays.
   *
   * @param deadlineMillis how long to wait for a reader of a pipe, and for it to read
   * @returns `undefined` for a regular file, and where nothing is
   * @throws AuthError `usage` for a directory, a socket, a block device, a symlink, or the pipe of another user; the
   *   writes `file-failed` at the deadline
   */
  readonly sink: (path: string, deadlineMillis: number) => Promise<Sink | undefined>;
  /** Removes a file or an empty directory; `false` when there was none. */
  readonly remove: (path: string) => Promise<boolean>;
  /** Removes a directory that is empty; `false` when there was none, or something is in it. */
  readonly removeIfEmpty: (path: string) => Promise<boolean>;
  /**
   * Removes a directory with all below it, also with what others put into it meanwhile; `false` when there was none.
   * Does not follow links.
   */
  readonly removeTree: (path: string) => Promise<boolean>;
  /** Paths of the temporary files in a directory whose writers were killed; none where there is no such directory. */
  readonly leftovers: (directory: string) => Promise<readonly string[]>;
  /**
   * Takes the lock that the file at `path` stands for, waiting for other processes and other callers in this one.
   * @throws AuthError `lock-timeout` at the deadline, naming the holder where known
   */
  readonly lock: (path: string, wait: LockWait) => Promise<Lock>;
}

/** Edits of an environment: what a child gets beyond, or no longer has of, ours. */
export interface EnvironmentEdits {
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
}

/** A child process. Its words are an argv, never a shell line. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: EnvironmentEdits;
  readonly directory?: string;
  /**
   * `inherit`: the child has our terminal; `capture`: its stdout is returned, stdin is empty, stderr is ours; `quiet`:
   * the same, and Ctrl-C is the child's, as of one that has our terminal. Other signals are passed on to every child.
   */
  readonly stdio: "inherit" | "capture" | "quiet";
  /** The program is `bash` or `sh` with `-c` and a script of ours: signals are passed on to its commands, too. */
  readonly isScript?: boolean;
  /** It only helps us, and has no business with the person's own credentials for AWS. */
  readonly isHelper?: boolean;
  /** Variables that the child does not get, whatever else is said of them. */
  readonly withheld?: readonly string[];
  /** Ends the child (and fails with `failed`) after this many milliseconds. */
  readonly timeoutMillis?: number;
}

/** How a child ended. */
export interface Exit {
  /** Its exit code; 128 + n when signal n ended it. */
  readonly code: number;
  /** What it wrote, when captured. */
  readonly stdout: string;
  /** A signal asked this program to end meanwhile, and was passed on: nothing further is to be started. */
  readonly stopped?: Stopped;
}

/** A signal that asked this program to end. */
export interface Stopped {
  /** `SIGTERM` */
  readonly signal: string;
  /** 128 and its number. */
  readonly code: number;
}

/** A person at a terminal: key presses in, and `Host.tell` to draw with. */
export interface Prompt {
  /** Reads raw key presses, no echo, until disposed; `undefined` is the end of input. Ctrl-C arrives as "\x03". */
  readonly keys: () => AsyncDisposable & { readonly next: () => Promise<string | undefined> };
  /** Reads one line with the terminal's own editing and echo: for dumb terminals and screen readers. */
  readonly line: () => Promise<string | undefined>;
}

/** What the stderr of this process is. */
export interface Screen {
  /** A terminal that understands cursor movement. */
  readonly ansi: boolean;
  /** Colours are wanted. */
  readonly color: boolean;
  readonly columns: () => number;
}

/** What the stdout of this process is. */
export interface Output {
  /** Colours are wanted: never in JSON, which is read by programs. */
  readonly color: boolean;
}

/** A browser to be started for us, with a profile of its own. */
export interface BrowserCommand {
  readonly program: string;
  /** Its `--user-data-dir`: made with mode 0700 when it is not there. */
  readonly profile: string;
  readonly args: readonly string[];
  /** Variables that it does not get. */
  readonly withheld?: readonly string[];
}

/** A running browser, spoken to in the DevTools protocol, one JSON text per message. Disposal ends it. */
export interface BrowserProcess extends AsyncDisposable {
  readonly send: (message: string) => void;
  /** The next message, in order; `undefined` when the browser is gone. One caller at a time. */
  readonly receive: () => Promise<string | undefined>;
}

/** One request to our own loopback listener, and what is answered. */
export interface LoopbackServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
}

/** The world. */
export interface Host {
  readonly os: Os;
  /** One variable: a scoped grant refuses the whole table. Set but empty is `""`. */
  readonly env: (name: string) => string | undefined;
  readonly workingDirectory: () => string;
  /** The path of this program, and the arguments before ours, as a child would have to be started. */
  readonly self: () => readonly [string, ...string[]];
  /** What this program was called by: `atmos`, or the path of a link to it. */
  readonly calledBy: () => string;
  readonly now: () => EpochMillis;
  /** Resolves after `millis`; rejects with the signal's reason when it is aborted. */
  readonly sleep: (millis: number, signal?: AbortSignal) => Promise<void>;
  /** Cryptographically random bytes. */
  readonly random: (byteCount: number) => Uint8Array<ArrayBuffer>;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly files: Files;
  /**
   * Runs a child to its end, and passes signals on to it.
   *
   * @throws AuthError `command-not-found`, `command-not-executable`; `interrupted` when a signal has asked us to end
   */
  readonly run: (command: Command) => Promise<Exit>;
  /** Serves HTTP on 127.0.0.1 and a free port until disposed. */
  readonly listen: (answer: (request: Request) => Promise<Response>) => Promise<LoopbackServer>;
  /** Somebody to ask; `undefined` when nobody can be. */
  readonly prompt: Prompt | undefined;
  readonly screen: Screen;
  /** What the stdout of this process is. */
  readonly output: Output;
  /**
   * Shows a page in the person's browser, which does not get the variables that are withheld; `false` when there is none
   * or it did not start.
   */
  readonly openUrl: (url: URL, withheld?: readonly string[]) => Promise<boolean>;
  /**
   * Starts a Chromium that we drive; `undefined` when none may be started.
   * @throws AuthError `command-not-found`, `command-not-executable`, `failed` when it cannot be spoken to
   */
  readonly browse: ((command: BrowserCommand) => Promise<BrowserProcess>) | undefined;
  /** All of standard input, for scripts that pipe values in; empty when it is a terminal. */
  readonly readInput: () => Promise<string>;
  /** Standard output: data for the next program. */
  readonly write: (text: string) => void;
  /** Standard error: words for the person. */
  readonly tell: (text: string) => void;
  /** Gives up whole classes of what the sandbox grants, for as long as this process lives. */
  readonly giveUp: (classes: readonly GivenUpClass[]) => void;
  /** A signal that is aborted when the person presses Ctrl-C, with an `interrupted` AuthError as its reason. */
  readonly interrupted: AbortSignal;
}

/** At once, or later. */
type Awaitable<T> = T | Promise<T>;

/**
 * Files to look at during a start, which may answer at once. Absent is `undefined`, and so is the content of a file that
 * is larger than `most` bytes.
 */
export interface StartFiles {
  readonly readBytes: (path: string, most: number) => Awaitable<Uint8Array | undefined>;
  readonly list: (path: string) => Awaitable<readonly DirectoryEntry[] | undefined>;
  readonly status: (path: string) => Awaitable<FileStatus | undefined>;
  readonly realPath: (path: string) => Awaitable<string | undefined>;
}

/** The world as far as it is looked at, and data is written to standard output. */
export type StartHost =
  & Pick<Host, "os" | "env" | "workingDirectory" | "calledBy" | "now" | "write">
  & { readonly files: StartFiles };
