/**
 * A store of text under keys. It knows nothing about credentials.
 *
 * @module
 */
import type { KeyringType } from "../config/types.ts";

/** What an entry is for. */
export const PURPOSES = ["sso-session", "user-keys", "saml-username"] as const;
export type Purpose = typeof PURPOSES[number];

/** The key of an entry; distinct keys never collide, whatever characters they contain. */
export interface EntryKey {
  readonly purpose: Purpose;
  readonly name: string;
}

/** An open keyring, for one realm. */
export interface Keyring {
  readonly type: KeyringType;
  /**
   * Returns `undefined` when there is no such entry. Throws for damage, a locked store or a wrong password.
   */
  readonly get: (key: EntryKey) => Promise<string | undefined>;
  /** Adds or replaces one entry; keeps entries that other processes wrote meanwhile. */
  readonly set: (key: EntryKey, text: string) => Promise<void>;
  /**
   * Replaces an entry if it is still what the caller read, so that other processes' changes are not lost.
   *
   * @param before the expected text; `undefined` when there should be no entry
   * @param after the new text; `undefined` removes the entry
   * @returns `false`, without a change, when the entry differs
   */
  readonly swap: (key: EntryKey, before: string | undefined, after: string | undefined) => Promise<boolean>;
  /** Returns `false` when there was no such entry. */
  readonly remove: (key: EntryKey) => Promise<boolean>;
  readonly list: () => Promise<readonly EntryKey[]>;
}
