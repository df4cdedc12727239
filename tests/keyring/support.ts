/**
 * Shared by the keyring's tests: a place, a source of keys without a slow KDF, and counted "random" bytes.
 */
import type { KeyringConfig } from "../../lib/config/types.ts";
import type { Bytes } from "../../lib/keyring/bytes.ts";
import type { KeyringPlace } from "../../lib/keyring/mod.ts";
import type { OsStore } from "../../lib/keyring/os_store.ts";
import { type SealedKeyring, sealedKeyring } from "../../lib/keyring/sealed.ts";
import type { StoreHost, StorePlace } from "../../lib/keyring/store_file.ts";
import { osSource } from "../../lib/keyring/system.ts";
import type { EntryKey } from "../../lib/keyring/types.ts";

export const PASSWORD = "not-a-real-password";
export const VARIABLE = "ATMOS_KEYRING_PASSWORD";
export const FILE: KeyringConfig = { type: "file", path: undefined, passwordVariable: VARIABLE };
export const DIRECTORY = "/home/dev/.local/share/atmos/keyring";
export const STATE = "/home/dev/.local/state/atmos";

export function place(realm?: string): KeyringPlace {
  return {
    directory: DIRECTORY,
    realm,
    lockPath: (thing) => `${STATE}/locks/${thing.replaceAll("/", "%")}.lock`,
    stateDirectory: STATE,
  };
}

export function storePlace(name = "default", realm?: string): StorePlace {
  return {
    path: `${DIRECTORY}/${name}.system.store`,
    realm,
    lockPath: `${STATE}/locks/${name}.lock`,
    stateDirectory: STATE,
  };
}

/** An operating system's store backed by a map. */
export function mapStore(items: Map<string, string> = new Map()): OsStore {
  return {
    ready: () => Promise.resolve(),
    get: (account) => Promise.resolve(items.get(account)),
    set: (account, text) => Promise.resolve(void items.set(account, text)),
    remove: (account) => Promise.resolve(items.delete(account)),
  };
}

/** A sealed keyring that opens in microseconds: the operating system's slot has no KDF. */
export function quickKeyring(
  host: StoreHost,
  items: Map<string, string>,
  at: StorePlace = storePlace(),
): SealedKeyring {
  return sealedKeyring(host, "system", at, osSource(host, at.realm, mapStore(items)));
}

/** 0, 1, 2, ... 255, 0, 1, ... */
export function countedBytes(): (byteCount: number) => Bytes {
  const state = { next: 0 };
  return (byteCount) => Uint8Array.from({ length: byteCount }, () => state.next++ % 256);
}

export function userKeys(name: string): EntryKey {
  return { purpose: "user-keys", name };
}

/** The code of the AuthError that a promise must reject with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return String(Reflect.get(Object(error), "code") ?? error);
  }
  return "no error";
}
