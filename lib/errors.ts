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

/** The exit code of the program when an error with this code ends it. */
export function exitCodeOf(code: ErrorCode): number {
  return EXIT_CODES[code];
}

/** Every code there is, in the order of their classes. */
export const ERROR_CODES: readonly ErrorCode[] = Object.keys(EXIT_CODES) as readonly ErrorCode[];

/** Where in a file something stands; line and column count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What tells failures of one code apart, where a program must decide on more than the code. */
export type ErrorReason =
  /** The name could not be resolved. */
  | "dns"
  /** No secure connection: a certificate, or what is trusted. */
  | "tls"
  /** The proxy refused. */
  | "proxy"
  /** Nothing listens there. */
  | "refused"
  /** The connection ended before the answer did. */
  | "broken-off"
  /** No route to the network. */
  | "no-route"
  /** No answer in time. */
  | "timeout"
  /** Another signal than that of Ctrl-C; the message names it. */
  | "signal"
  /** The file is older than one that was there before. */
  | "rolled-back";

/** What an error knows beyond its text. A member that is `undefined`, and such a hint, counts as left out. */
export interface ErrorDetails {
  /** The configuration path as the user wrote it (`auth.identities.prod.principal.assume_role`), or the operation. */
  readonly where?: string | undefined;
  /** Where in a file. */
  readonly at?: SourcePosition | undefined;
  /** The first thing to try, which a caller that knows more may replace. */
  readonly remedy?: string | undefined;
  /** What else to try: one line each. */
  readonly hints?: readonly (string | undefined)[] | undefined;
  readonly reason?: ErrorReason | undefined;
  /** AWS's request id. */
  readonly requestId?: string | undefined;
  /** AWS's or OAuth's own error code, such as `AccessDenied` or `slow_down`. */
  readonly remoteCode?: string | undefined;
  /** The program's exit code in place of the code's own: 128 and the number of the signal that interrupted. */
  readonly exitCode?: number | undefined;
  readonly cause?: unknown;
}

/** What {@linkcode AuthError.with} changes. What is left out or `undefined` stays. */
export interface ErrorChanges extends ErrorDetails {
  readonly code?: ErrorCode;
  readonly message?: string;
  /** All that is to be tried from now on, the remedy included. */
  readonly hints?: readonly (string | undefined)[] | undefined;
  /** What to try beside the hints that there are. */
  readonly moreHints?: readonly (string | undefined)[];
}

/** What fails in this project. The message says what was attempted and why it failed: "Cannot X: Y". */
export class AuthError extends Error {
  override readonly name = "AuthError";
  readonly code: ErrorCode;
  readonly where: string | undefined;
  readonly at: SourcePosition | undefined;
  /** What to try, the remedy first. */
  readonly hints: readonly string[];
  readonly reason: ErrorReason | undefined;
  readonly requestId: string | undefined;
  readonly remoteCode: string | undefined;
  readonly #remedy: string | undefined;
  readonly #exitCode: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.where = details.where;
    this.at = details.at;
    this.hints = [details.remedy, ...details.hints ?? []].filter((hint) => hint !== undefined);
    this.reason = details.reason;
    this.requestId = details.requestId;
    this.remoteCode = details.remoteCode;
    this.#remedy = details.remedy;
    this.#exitCode = details.exitCode;
  }

  /** The exit code of the program when this error ends it. */
  get exitCode(): number {
    return this.#exitCode ?? exitCodeOf(this.code);
  }

  /**
   * The same error with some members changed. It keeps the stack, too, unless it gets a message or a cause of its own;
   * with a new code it loses an exit code that was set beside the old one.
   */
  with({ code = this.code, message = this.message, moreHints = [], ...changes }: ErrorChanges): AuthError {
    const others = this.hints.slice(this.#remedy === undefined ? 0 : 1);
    const remedy = changes.remedy ?? (changes.hints === undefined ? this.#remedy : undefined);
    const changed = new AuthError(code, message, {
      where: changes.where ?? this.where,
      at: changes.at ?? this.at,
      remedy,
      hints: [...changes.hints ?? others, ...moreHints],
      reason: changes.reason ?? this.reason,
      requestId: changes.requestId ?? this.requestId,
      remoteCode: changes.remoteCode ?? this.remoteCode,
      exitCode: changes.exitCode ?? (code === this.code ? this.#exitCode : undefined),
      cause: changes.cause ?? this.cause,
    });
    const isSame = message === this.message && changes.cause === undefined;
    if (isSame && this.stack !== undefined) changed.stack = this.stack;
    return changed;
  }
}

/** Whether a value is our error with one of these codes; any code when none is named. */
export function isAuthError(value: unknown, ...codes: readonly ErrorCode[]): value is AuthError {
  return value instanceof AuthError && (codes.length === 0 || codes.includes(value.code));
}

/** Whether a value is an error of ours that is no interruption: what may be told and gone on from. */
export function isFailure(value: unknown): value is AuthError {
  return isAuthError(value) && value.code !== "interrupted";
}

/** Whether an error says nothing against what is stored: a person is missing, or something cannot be reached. */
export function isHindrance(value: unknown): value is AuthError {
  return isAuthError(value, "person-needed", "unreachable", "throttled", "bad-answer");
}

/** Marks a place that the types exclude: a `switch` over a union without a case left. */
export function unreachable(value: never): never {
  throw new TypeError(`Unreachable: ${JSON.stringify(value)}`);
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
