/**
 * A store of text under keys. It knows nothing of credentials.
 *
 * @module
 */
import type { KeyringType } from "../config/types.ts";

/** What an entry is for. */
export const PURPOSES = ["sso-session", "user-keys", "saml-username"] as const;
export type Purpose = typeof PURPOSES[number];

/** The address of an entry; different addresses never meet, whatever characters they hold. */
export interface EntryKey {
  readonly purpose: Purpose;
  readonly name: string;
}

/** An open keyring, for one realm. */
export interface Keyring {
  readonly type: KeyringType;
  /** `undefined`: there is no such entry. Damage, a locked store or a wrong password throw. */
  readonly get: (key: EntryKey) => Promise<string | undefined>;
  /** Adds or replaces one entry; entries that other processes wrote meanwhile stay. */
  readonly set: (key: EntryKey, text: string) => Promise<void>;
  /**
   * Replaces an entry while it is what the caller knows, so that what others wrote meanwhile is not lost.
   *
   * @param before the text that is expected there; `undefined`: none
   * @param after the text to put there; `undefined` removes the entry
   * @returns `false`, and nothing is changed, when something else is there
   */
  readonly swap: (key: EntryKey, before: string | undefined, after: string | undefined) => Promise<boolean>;
  /** `false` when there was none. */
  readonly remove: (key: EntryKey) => Promise<boolean>;
  readonly list: () => Promise<readonly EntryKey[]>;
}
