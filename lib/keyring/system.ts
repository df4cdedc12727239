/**
 * The keyring whose data key is wrapped with a random key in the operating system's store. Entries are in our
 * own file, so their size does not matter and the user is prompted once at most.
 *
 * @module
 */
import { AuthError } from "../errors.ts";
import { type Bytes, fromBase64, toBase64, toHex } from "./bytes.ts";
import { type OsStore, type OsStoreHost, unavailable } from "./os_store.ts";
import { type SealedKeyring, sealedKeyring } from "./sealed.ts";
import { type Slot, unwrap, wrap } from "./slot.ts";
import { damaged, type StoreContent } from "./store.ts";
import type { KeySource, StoreHost, StorePlace } from "./store_file.ts";
import { secretService } from "./system_linux.ts";
import { keychain } from "./system_macos.ts";
import { credentialManager } from "./system_windows.ts";

/** The parts of the host that the system keyring uses. */
export type SystemKeyringHost = StoreHost & OsStoreHost;

/**
 * Opens the store at a place with its key from the operating system. Without a store, checks whether a key
 * could be stored.
 *
 * @param canAsk whether a user is present to unlock the operating system's store
 * @throws AuthError `keyring-unavailable`, `keyring-locked`, `keyring-damaged`, `keyring-version`
 */
export async function openSystemKeyring(
  host: SystemKeyringHost,
  place: StorePlace,
  canAsk: boolean,
  os: OsStore = osStore(host, canAsk),
): Promise<SealedKeyring> {
  const keyring = sealedKeyring(host, "system", place, osSource(host, place.realm, os));
  if (!await keyring.unlock()) await os.ready();
  return keyring;
}

/** The operating system's store. */
export function osStore(host: OsStoreHost, canAsk: boolean): OsStore {
  switch (host.os) {
    case "linux":
      return secretService(host, canAsk);
    case "darwin":
      return keychain(host, canAsk);
    case "windows":
      return credentialManager(host, canAsk);
  }
}

/** Wraps with a random key, one per store, stored under the store's id, so moving a store keeps its key. */
export function osSource(host: Pick<StoreHost, "random">, realm: string | undefined, os: OsStore): KeySource {
  const account = (store: Bytes) => `${realm ?? "default"}/${toHex(store)}`;
  return {
    unlock: async (store) => {
      const text = await os.get(account(store.header.store));
      if (text === undefined) throw noKey(store);
      return await unwrapByKey(store, text);
    },
    enclose: async (store, dataKey) => {
      const secret = host.random(32);
      const text = toBase64(secret);
      await os.set(account(store), text);
      // Confirm that the key was stored before anything is sealed under it.
      if (await os.get(account(store)) !== text) throw unavailable("it did not keep the key", "Restart it.");
      return await wrap(await wrappingKey(secret), store, { type: "os" }, host.random(12), dataKey);
    },
    discard: async (store) => void await os.remove(account(store)),
  };
}

async function unwrapByKey(store: StoreContent, text: string): Promise<Bytes> {
  const slot = slotOf(store);
  const secret = fromBase64(text);
  if (secret?.length !== 32) throw damaged(store.path, "what the system keyring holds for it is not a key");
  try {
    return await unwrap(await wrappingKey(secret), store.header.store, slot);
  } catch (cause) {
    throw damaged(store.path, "the key that the system keyring holds for it does not open it", cause);
  }
}

/** Imports a key and overwrites it with zeros. */
async function wrappingKey(secret: Bytes): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["encrypt", "decrypt"]);
  secret.fill(0);
  return key;
}

function slotOf(store: StoreContent): Slot {
  const slot = store.header.slots.find(({ lock }) => lock.type === "os");
  if (slot) return slot;
  throw new AuthError(
    "keyring-unavailable",
    `Cannot open keyring ${store.path}: the operating system has no key to it`,
    {
      hints: ["It was made for another type of keyring: see auth.keyring.type."],
    },
  );
}

function noKey(store: StoreContent): AuthError {
  const message = `Cannot open keyring ${store.path}: the system keyring holds no key for it`;
  return new AuthError("keyring-unavailable", message, {
    hints: [
      "Open it on the machine, and as the user, that made it;",
      "or move the file away and log in (or store the keys) again: a new keyring is made then.",
    ],
  });
}
