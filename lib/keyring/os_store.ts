/**
 * The operating system's store as the `system` keyring sees it on every system: short texts by account.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";

/** The service name of our items in the operating system's store. */
export const SERVICE = "atmos-auth";

/** How long one operation of the store may take. */
export const DEADLINE_MILLIS = 5_000;
/** How long a user may take to answer the store's prompt. */
export const PERSON_MILLIS = 120_000;

/** The operating system's store. Each function throws `keyring-unavailable` or `keyring-locked`. */
export interface OsStore {
  /** Fails where {@linkcode OsStore.set} would fail. */
  readonly ready: () => Promise<void>;
  readonly get: (account: string) => Promise<string | undefined>;
  /** Adds or replaces an item. */
  readonly set: (account: string, text: string) => Promise<void>;
  /** Returns `false` when there was no such item. */
  readonly remove: (account: string) => Promise<boolean>;
}

/** The parts of the host that the operating systems' stores use. */
export type OsStoreHost = Pick<Host, "env" | "os" | "now" | "sleep">;

/** The alternative on any system. */
export const INSTEAD =
  "Or use a keyring with a password: auth.keyring.type: file, or ATMOS_KEYRING_TYPE=file.";

/** Creates the error for an unusable store. */
export function unavailable(reason: string, hint: string, cause?: unknown): AuthError {
  return new AuthError("keyring-unavailable", `Cannot use the system keyring: ${reason}`, {
    hints: [hint, INSTEAD],
    cause,
  });
}

/** Creates the error for a locked store. */
export function locked(reason: string, hint: string, cause?: unknown): AuthError {
  return new AuthError("keyring-locked", `Cannot use the system keyring: ${reason}`, {
    hints: [hint, INSTEAD],
    cause,
  });
}
