/**
 * The one error of the project: a closed set of codes, each with its exit code. Text is for people; programs
 * switch on {@linkcode AuthError.code}.
 *
 * @module
 */

/** The process's exit codes of the classes of failure (README, "Exit codes"). */
const EXIT = {
  failed: 1,
  usage: 2,
  person: 3,
  refused: 4,
  unreachable: 5,
  keyring: 6,
  interrupted: 130,
} as const;

/** Every code with the exit code it ends the program with. */
const EXIT_CODES = {
  /** Something failed for a reason that has no code of its own. */
  "failed": EXIT.failed,
  /** A file or directory could not be read or written. */
  "file-failed": EXIT.failed,
  /** Another process held a lock until our deadline. */
  "lock-timeout": EXIT.failed,
  /** The command line is wrong. */
  "usage": EXIT.usage,
  /** The configuration is absent, unreadable or wrong for what was asked. */
  "config-invalid": EXIT.usage,
  /** A kind or step that the configuration may hold but this program cannot run. */
  "unsupported": EXIT.usage,
  /** No identity or provider of that name. */
  "not-found": EXIT.usage,
  /** Which identity is meant cannot be told, and nobody can be asked. */
  "identity-ambiguous": EXIT.usage,
  /** The configuration wants something that only a trusted file may want. */
  "untrusted": EXIT.usage,
  /** The runtime's sandbox withholds a grant that the command needs. */
  "permission-missing": EXIT.usage,
  /** A variable that a value is taken from is not set. */
  "variable-unset": EXIT.usage,
  /** Somebody must log in, type a code or a password, and nobody can be asked. */
  "person-needed": EXIT.person,
  /** AWS or the identity provider said no. */
  "refused": EXIT.refused,
  /** A token or session was rejected as expired or unknown: renewing it may help. */
  "session-rejected": EXIT.refused,
  /** The person pressed Deny, or the time to approve ran out. */
  "login-not-approved": EXIT.refused,
  /** Network, DNS, TLS or proxy. */
  "unreachable": EXIT.unreachable,
  /** Asked to slow down beyond the retries. */
  "throttled": EXIT.unreachable,
  /** An answer that is not what the service is documented to send. */
  "bad-answer": EXIT.unreachable,
  /** The keyring cannot be opened on this machine, or did not answer in time. */
  "keyring-unavailable": EXIT.keyring,
  /** The keyring is locked. */
  "keyring-locked": EXIT.keyring,
  /** The password does not open the keyring. */
  "keyring-password": EXIT.keyring,
  /** The keyring's file fails its checks. */
  "keyring-damaged": EXIT.keyring,
  /** The keyring's file was written by a newer version of this program. */
  "keyring-version": EXIT.keyring,
  /** The program to execute exists but cannot be executed. */
  "command-not-executable": 126,
  /** The program to execute does not exist. */
  "command-not-found": 127,
  /** The person interrupted: Ctrl-C, or Esc in a prompt. */
  "interrupted": EXIT.interrupted,
} as const;

/** An error's stable name. */
export type ErrorCode = keyof typeof EXIT_CODES;

/** Every code there is, in the order of their classes. */
export const ERROR_CODES: readonly ErrorCode[] = Object.keys(EXIT_CODES) as readonly ErrorCode[];

/** Where in a file something stands; line and column count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What an error knows beyond its text. */
export interface ErrorDetails {
  /** The configuration path as the user wrote it (`auth.identities.prod.principal.assume_role`), or the operation. */
  readonly where?: string;
  /** Where in a file. */
  readonly at?: SourcePosition;
  /** What to try: one line each. */
  readonly hints?: readonly string[];
  /** AWS's request id. */
  readonly requestId?: string;
  /** AWS's or OAuth's own error code, such as `AccessDenied` or `slow_down`. */
  readonly remoteCode?: string;
  /** The program's exit code in place of the code's own: 128 and the number of the signal that interrupted. */
  readonly exitCode?: number;
  readonly cause?: unknown;
}

/** What fails in this project. The message says what was attempted and why it failed: "Cannot X: Y". */
export class AuthError extends Error {
  override readonly name = "AuthError";
  readonly code: ErrorCode;
  readonly where: string | undefined;
  readonly at: SourcePosition | undefined;
  readonly hints: readonly string[];
  readonly requestId: string | undefined;
  readonly remoteCode: string | undefined;
  readonly #exitCode: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.where = details.where;
    this.at = details.at;
    this.hints = details.hints ?? [];
    this.requestId = details.requestId;
    this.remoteCode = details.remoteCode;
    this.#exitCode = details.exitCode;
  }

  /** The exit code of the program when this error ends it. */
  get exitCode(): number {
    return this.#exitCode ?? EXIT_CODES[this.code];
  }
}

/** Whether a value is our error with one of these codes; any code when none is named. */
export function isAuthError(value: unknown, ...codes: readonly ErrorCode[]): value is AuthError {
  return value instanceof AuthError && (codes.length === 0 || codes.includes(value.code));
}

/** Marks a place that the types exclude: a `switch` over a union without a case left. */
export function unreachable(value: never): never {
  throw new TypeError(`Unreachable: ${JSON.stringify(value)}`);
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
