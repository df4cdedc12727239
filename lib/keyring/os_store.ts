/**
 * The operating system's store as the `system` keyring sees it, whatever the system: short texts by account.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";

/** Under which name our items are found in the operating system's store. */
export const SERVICE = "atmos-auth";

/** How long the store may take for one of the operations. */
export const DEADLINE_MILLIS = 5_000;
/** How long a person may take to answer the store's own question. */
export const PERSON_MILLIS = 120_000;

/** The operating system's store. Each function throws `keyring-unavailable` or `keyring-locked`. */
export interface OsStore {
  /** Fails where {@linkcode OsStore.set} would. */
  readonly ready: () => Promise<void>;
  readonly get: (account: string) => Promise<string | undefined>;
  /** Adds or replaces. */
  readonly set: (account: string, text: string) => Promise<void>;
  /** `false` when there was none. */
  readonly remove: (account: string) => Promise<boolean>;
}

/** What the operating systems' stores need of the world. */
export type OsStoreHost = Pick<Host, "env" | "os" | "now" | "sleep">;

/** What one can do instead, on any system. */
export const INSTEAD =
  "Or use a keyring with a password: auth.keyring.type: file, or ATMOS_KEYRING_TYPE=file.";

/** The error for a store that cannot be used. */
export function unavailable(reason: string, hint: string, cause?: unknown): AuthError {
  return new AuthError("keyring-unavailable", `Cannot use the system keyring: ${reason}`, {
    hints: [hint, INSTEAD],
    cause,
  });
}

/** The error for a store that is locked. */
export function locked(reason: string, hint: string, cause?: unknown): AuthError {
  return new AuthError("keyring-locked", `Cannot use the system keyring: ${reason}`, {
    hints: [hint, INSTEAD],
    cause,
  });
}
