/**
 * Opens the keyring that the configuration asks for, or fails; there is no second choice.
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
import { AuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { type Ask, changeFilePassword, openFileKeyring } from "./file.ts";
import { memoryKeyring } from "./memory.ts";
import type { SealedKeyring } from "./sealed.ts";
import type { StorePlace } from "./store_file.ts";
import { openSystemKeyring } from "./system.ts";
import type { Keyring } from "./types.ts";
import { percentBytes, percentEncoded } from "../percent.ts";

export type { Ask } from "./file.ts";

/** What keyrings need of the world. */
export type KeyringHost = Pick<Host, "files" | "env" | "os" | "random" | "now" | "sleep" | "tell">;

/** Where the stores of a person are. */
export interface KeyringPlace {
  /** Absolute path of the directory with the stores. */
  readonly directory: string;
  readonly realm: string | undefined;
  /** The path of the lock that stands for a thing. */
  readonly lockPath: (thing: string) => string;
  /** Absolute path of the directory for what this machine remembers. */
  readonly stateDirectory: string;
}

/**
 * Opens a keyring: whatever would keep it from storing an entry is found out here, before somebody logs in for it.
 * The store of a `file` or `system` keyring is made by the first `set`.
 *
 * @param ask asks a person for a text that is not shown; `undefined` when nobody can be asked
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
  return type === "file"
    ? openFileKeyring(host, config, store, ask)
    : openSystemKeyring(host, store, ask !== undefined);
}

/**
 * Changes the password of a `file` keyring. Entries are not sealed anew: who had the old password and a copy of the
 * file can still open that copy.
 *
 * @param next the new password; asked for twice when it is not given
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
 * Takes the store on disk for the newest one, although a newer generation of it was seen on this machine: for a
 * person who put an older copy back on purpose.
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

/** The file of a realm's store. */
export function storeFile(
  { directory, realm }: Pick<KeyringPlace, "directory" | "realm">,
  type: PersistentKeyring,
): string {
  return `${directory}/${storeName(realm)}.${type}.store`;
}

/** A realm as a file's name; a realm that is called `default` is not the absent one. */
export function storeName(realm: string | undefined): string {
  if (realm === undefined) return "default";
  const name = percentEncoded(realm, /[^A-Za-z0-9_.-]/gu);
  return name.startsWith(".") || name === "default" ? percentBytes(name.charAt(0)) + name.slice(1) : name;
}
