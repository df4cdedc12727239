/**
 * Opens the configured keyring or fails; there is no fallback.
 *
 * @module
 */
import {
  isPersistent,
  type KeyringConfig,
  KEYRINGS,
  type KeyringType,
  type PersistentKeyring,
} from "../config/types.ts";
import type { Secret } from "../credentials.ts";
import { AuthError, unreachable } from "../errors.ts";
import type { Host } from "../host.ts";
import { type Ask, changeFilePassword, openFileKeyring } from "./file.ts";
import { memoryKeyring } from "./memory.ts";
import type { SealedKeyring } from "./sealed.ts";
import type { StorePlace } from "./store_file.ts";
import { openSystemKeyring } from "./system.ts";
import type { Keyring } from "./types.ts";
import { percentBytes, percentEncoded } from "../percent.ts";

export type { Ask } from "./file.ts";

/** The parts of the host that keyrings use. */
export type KeyringHost = Pick<Host, "files" | "env" | "os" | "random" | "now" | "sleep" | "tell">;

/** Where a user's stores are. */
export interface KeyringPlace {
  /** Absolute path of the directory that contains the stores. */
  readonly directory: string;
  readonly realm: string | undefined;
  /** Returns the path of the lock for a resource. */
  readonly lockPath: (thing: string) => string;
  /** Absolute path of the directory for this machine's state. */
  readonly stateDirectory: string;
}

/**
 * Opens a keyring. Detects anything that would prevent storing an entry before the user signs in. The first
 * `set` creates the store of a `file` or `system` keyring.
 *
 * @param ask prompts for text without echoing it; `undefined` when prompting is not possible
 * @throws AuthError `keyring-unavailable`, `keyring-locked`, `keyring-password`, `keyring-damaged`,
 * `keyring-version`, `person-needed`
 */
export async function openKeyring(
  host: KeyringHost,
  config: KeyringConfig,
  place: KeyringPlace,
  ask: Ask,
): Promise<Keyring> {
  return config.type === "memory" ? memoryKeyring() : await openSealed(host, config, config.type, place, ask);
}

function openSealed(
  host: KeyringHost,
  config: KeyringConfig,
  type: PersistentKeyring,
  place: KeyringPlace,
  ask: Ask,
): Promise<SealedKeyring> {
  const store = storePlace(place, type);
  switch (type) {
    case "file":
      return openFileKeyring(host, config, store, ask);
    case "system":
      return openSystemKeyring(host, store, ask !== undefined);
    default:
      return unreachable(type);
  }
}

/**
 * Changes the password of a `file` keyring. Entries stay as they are; the old password still opens old copies
 * of the file.
 *
 * @param next the new password; without it, prompts twice
 * @throws AuthError `usage` when the keyring is of another type, and as {@linkcode openKeyring}
 */
export async function changePassword(
  host: KeyringHost,
  config: KeyringConfig,
  place: KeyringPlace,
  ask: Ask,
  next?: Secret,
): Promise<void> {
  if (!KEYRINGS[config.type].hasPassword) throw noSuchThing("change the password", config.type, "a password");
  await changeFilePassword(host, config, storePlace(place, "file"), ask, next);
}

/**
 * Accepts the store on disk even though this machine has seen a newer generation, for a user who restored an
 * older copy on purpose.
 *
 * @returns its generation; `undefined` when there is no store
 * @throws AuthError `usage` for a `memory` keyring, and as {@linkcode openKeyring}
 */
export async function acceptRollback(
  host: KeyringHost,
  config: KeyringConfig,
  place: KeyringPlace,
  ask: Ask,
): Promise<number | undefined> {
  if (!isPersistent(config.type)) throw noSuchThing("accept an older copy", config.type, "a file");
  const keyring = await openSealed(host, config, config.type, place, ask);
  return await keyring.acceptRollback();
}

function noSuchThing(attempt: string, type: KeyringType, thing: string): AuthError {
  return new AuthError("usage", `Cannot ${attempt}: a ${type} keyring has not ${thing}`);
}

function storePlace(place: KeyringPlace, type: PersistentKeyring): StorePlace {
  const path = storeFile(place, type);
  return { path, realm: place.realm, lockPath: place.lockPath(path), stateDirectory: place.stateDirectory };
}

/** Returns the path of a realm's store. */
export function storeFile(
  { directory, realm }: Pick<KeyringPlace, "directory" | "realm">,
  type: PersistentKeyring,
): string {
  return `${directory}/${storeName(realm)}.${type}.store`;
}

/** Turns a realm into a file name. A realm called `default` differs from no realm. */
export function storeName(realm: string | undefined): string {
  if (realm === undefined) return "default";
  const name = percentEncoded(realm, /[^A-Za-z0-9_.-]/gu);
  return name.startsWith(".") || name === "default" ? percentBytes(name.charAt(0)) + name.slice(1) : name;
}
