/**
 * The outside world as a record of functions. Functions take only the members they use, such as `Pick<Host,
 * "fetch" | "now">`, so a signature lists what the function can touch. Only types; see `host_deno.ts` for the
 * implementation.
 *
 * @module
 */
import type { GivenUpClass } from "./grants.ts";
import type { EpochMillis } from "./time.ts";

/** The systems whose conventions we know. */
export type Os = "linux" | "darwin" | "windows";

/** One entry of a directory. */
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "symlink" | "other";
}

/** The status of a path; links at its end are not followed. */
export interface FileStatus {
  readonly kind: DirectoryEntry["kind"];
  /** Permission bits; `undefined` on Windows. */
  readonly mode: number | undefined;
  readonly size: number;
  /** Whether the current user owns the file; `undefined` on Windows. */
  readonly owned: boolean | undefined;
  /** The owner's user id; `undefined` on Windows. */
  readonly uid: number | undefined;
  /** Whether anyone but its owner and root may write, not counting a private group, whose gid is our uid. */
  readonly writableByOthers: boolean | undefined;
  /** The number of hard links; `undefined` on Windows. */
  readonly links: number | undefined;
}

/**
 * A kernel lock on an empty file. Released on disposal or when its process dies; the file is never removed.
 */
export type Lock = AsyncDisposable;

/** How long to wait for a lock, and what to do while waiting. */
export interface LockWait {
  /** Give up after this many milliseconds. */
  readonly deadlineMillis: number;
  /** Called once when another process or caller holds the lock, with the holder if known. */
  readonly onWait?: (holder: string | undefined) => void;
}

/** A destination for text, written piece by piece. */
export interface Sink extends AsyncDisposable {
  readonly write: (text: string) => Promise<void>;
}

/**
 * Read access to files. A missing file is `undefined`; other failures are an `AuthError` that names the path.
 * Never reads anything but regular files (no device, pipe or socket), nor files above the size limit.
 */
export interface ReadingFiles {
  /** Reads UTF-8 text. */
  readonly readText: (path: string) => Promise<string | undefined>;
  /** Reads raw bytes, for what may not be text. */
  readonly readBytes: (path: string) => Promise<Uint8Array | undefined>;
  /** The names in a directory, sorted; `undefined` when there is no such directory. */
  readonly list: (path: string) => Promise<readonly DirectoryEntry[] | undefined>;
  readonly status: (path: string) => Promise<FileStatus | undefined>;
  /** Resolves every link in a path; `undefined` when the path does not exist. */
  readonly realPath: (path: string) => Promise<string | undefined>;
}

/**
 * Access to files. A missing file is `undefined` or `false`; other failures are an `AuthError` that names the
 * path.
 */
export interface Files extends ReadingFiles {
  /**
   * Reads raw bytes of a pipe, only for a path from the command line, with the size limit of a file and a
   * deadline. A pipe can be read once, so later calls return the same bytes.
   */
  readonly readPipe: (path: string) => Promise<Uint8Array | undefined>;
  /**
   * Replaces a file: creates a temporary file beside it with `mode`, syncs, renames, syncs the directory.
   * Creates missing directories with mode 0700. Refuses anything but a regular file, including symlinks.
   * Readers see the old or the new text, never a part.
   */
  readonly writeText: (path: string, text: string, mode: number) => Promise<void>;
  /**
   * Appends to a file, created with `mode`, or to a character device; refuses symlinks, pipes and the like.
   */
  readonly appendText: (path: string, text: string, mode: number) => Promise<void>;
  /**
   * Opens a character device or pipe on the first write; never replaces it or changes its mode.
   *
   * @param deadlineMillis how long to wait for a pipe's reader, and for it to read
   * @returns `undefined` for a regular file or a missing path
   * @throws AuthError `usage` for a directory, a socket, a block device, a symlink, or another user's pipe;
   * writes throw `file-failed` at the deadline
   */
  readonly sink: (path: string, deadlineMillis: number) => Promise<Sink | undefined>;
  /** Removes a file or an empty directory; `false` when there was none. */
  readonly remove: (path: string) => Promise<boolean>;
  /** Removes an empty directory; `false` when it is missing or not empty. */
  readonly removeIfEmpty: (path: string) => Promise<boolean>;
  /**
   * Removes a directory and its contents, including files that others add meanwhile; `false` when there was
   * none. Does not follow links.
   */
  readonly removeTree: (path: string) => Promise<boolean>;
  /** Paths of the temporary files in a directory whose writers were killed; empty for a missing directory. */
  readonly leftovers: (directory: string) => Promise<readonly string[]>;
  /**
   * Acquires the lock for the file at `path`, waiting for other processes and other callers in this one.
   *
   * @throws AuthError `lock-timeout` at the deadline, naming the holder if known
   */
  readonly lock: (path: string, wait: LockWait) => Promise<Lock>;
}

/** Changes to our environment for a child: variables to set or unset. */
export interface EnvironmentEdits {
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
}

/** A child process. `args` is an argv, never a shell command. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: EnvironmentEdits;
  readonly directory?: string;
  /**
   * `inherit`: the child shares our terminal; `capture`: returns its stdout, with empty stdin and our stderr;
   * `quiet`: the same, but the child receives Ctrl-C as if it had our terminal. Other signals are passed on
   * to every child.
   */
  readonly stdio: "inherit" | "capture" | "quiet";
  /** The program is `bash` or `sh` with `-c` and our script: pass signals on to its commands too. */
  readonly isScript?: boolean;
  /** A helper of ours, which does not get the user's own AWS credentials. */
  readonly isHelper?: boolean;
  /** Variables that the child never gets, whatever `set` says. */
  readonly withheld?: readonly string[];
  /** Kills the child, and fails with `failed`, after this many milliseconds. */
  readonly timeoutMillis?: number;
}

/** How a child ended. */
export interface Exit {
  /** Its exit code; 128 + n when signal n ended it. */
  readonly code: number;
  /** Its stdout, if captured. */
  readonly stdout: string;
  /** A signal that asked this program to exit meanwhile and was passed on: start nothing more. */
  readonly stopped?: Stopped;
}

/** A signal that asked this program to exit. */
export interface Stopped {
  /** `SIGTERM` */
  readonly signal: string;
  /** 128 plus its number. */
  readonly code: number;
}

/** A user at a terminal: reads key presses; `Host.tell` draws. */
export interface Prompt {
  /**
   * Reads raw key presses, without echo, until disposed; `undefined` at the end of input. Ctrl-C is "\x03".
   */
  readonly keys: () => AsyncDisposable & { readonly next: () => Promise<string | undefined> };
  /** Reads one line with the terminal's own editing and echo, for dumb terminals and screen readers. */
  readonly line: () => Promise<string | undefined>;
}

/** Properties of this process's stderr. */
export interface Screen {
  /** Whether it is a terminal that supports cursor movement. */
  readonly ansi: boolean;
  /** Whether to use colors. */
  readonly color: boolean;
  readonly columns: () => number;
}

/** Properties of this process's stdout. */
export interface Output {
  /** Whether to use colors: never in JSON, which programs read. */
  readonly color: boolean;
}

/** A browser to start, with its own profile. */
export interface BrowserCommand {
  readonly program: string;
  /** Its `--user-data-dir`, created with mode 0700 if missing. */
  readonly profile: string;
  readonly args: readonly string[];
  /** Variables that it does not get. */
  readonly withheld?: readonly string[];
}

/**
 * A running browser, controlled with the DevTools protocol, one JSON text per message. Disposal closes it.
 */
export interface BrowserProcess extends AsyncDisposable {
  readonly send: (message: string) => void;
  /** The next message, in order; `undefined` when the browser has exited. One caller at a time. */
  readonly receive: () => Promise<string | undefined>;
}

/** A listener on loopback. */
export interface LoopbackServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
}

/** The outside world. */
export interface Host {
  readonly os: Os;
  /** Reads one variable, because a scoped grant does not allow reading all of them. Set but empty is `""`. */
  readonly env: (name: string) => string | undefined;
  readonly workingDirectory: () => string;
  /** The command that starts this program as a child: its path, and the arguments before ours. */
  readonly self: () => readonly [string, ...string[]];
  /** The name that this program was called by: `atmos`, or the path of a link to it. */
  readonly calledBy: () => string;
  readonly now: () => EpochMillis;
  /** Resolves after `millis`; rejects with the signal's reason when it is aborted. */
  readonly sleep: (millis: number, signal?: AbortSignal) => Promise<void>;
  /** Cryptographically random bytes. */
  readonly random: (byteCount: number) => Uint8Array<ArrayBuffer>;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly files: Files;
  /**
   * Runs a child until it exits, and passes signals on to it.
   *
   * @throws AuthError `command-not-found`, `command-not-executable`; `interrupted` when a signal has asked us
   * to exit
   */
  readonly run: (command: Command) => Promise<Exit>;
  /** Serves HTTP on 127.0.0.1 and a free port until disposed. */
  readonly listen: (answer: (request: Request) => Promise<Response>) => Promise<LoopbackServer>;
  /** Prompts the user; `undefined` when prompting is not possible. */
  readonly prompt: Prompt | undefined;
  readonly screen: Screen;
  /** Properties of this process's stdout. */
  readonly output: Output;
  /**
   * Opens a page in the user's browser, without the withheld variables; `false` when there is none or it did
   * not start.
   */
  readonly openUrl: (url: URL, withheld?: readonly string[]) => Promise<boolean>;
  /**
   * Starts a Chromium that we control; `undefined` when none may be started.
   *
   * @throws AuthError `command-not-found`, `command-not-executable`, `failed` when it cannot be controlled
   */
  readonly browse: ((command: BrowserCommand) => Promise<BrowserProcess>) | undefined;
  /** All of stdin, for scripts that pipe values in; empty when it is a terminal. */
  readonly readInput: () => Promise<string>;
  /** Writes data for other programs to stdout. */
  readonly write: (text: string) => void;
  /** Writes messages for the user to stderr. */
  readonly tell: (text: string) => void;
  /** Gives up whole classes of the sandbox's grants, until this process ends. */
  readonly giveUp: (classes: readonly GivenUpClass[]) => void;
  /** Aborted when the user presses Ctrl-C, with an `interrupted` AuthError as its reason. */
  readonly interrupted: AbortSignal;
}

type Awaitable<T> = T | Promise<T>;

/**
 * Read access to files during startup, possibly synchronous. A missing file is `undefined`, and so is the
 * content of a file larger than `most` bytes.
 */
export interface StartFiles {
  readonly readBytes: (path: string, most: number) => Awaitable<Uint8Array | undefined>;
  readonly list: (path: string) => Awaitable<readonly DirectoryEntry[] | undefined>;
  readonly status: (path: string) => Awaitable<FileStatus | undefined>;
  readonly realPath: (path: string) => Awaitable<string | undefined>;
}

/** The part of the host that startup reads, and its stdout. */
export type StartHost =
  & Pick<Host, "os" | "env" | "workingDirectory" | "calledBy" | "now" | "write">
  & { readonly files: StartFiles };
