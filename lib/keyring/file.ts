/**
 * The keyring whose data key is wrapped by a password.
 *
 * @module
 */
import type { KeyringConfig } from "../config/types.ts";
import { Secret } from "../credentials.ts";
import { AuthError, isAuthError } from "../errors.ts";
import type { Host } from "../host.ts";
import { printable } from "../terminal/escape.ts";
import type { Bytes } from "./bytes.ts";
import { deriveKey, isStrong, type KdfParameters, preferredKdf } from "./kdf.ts";
import { type SealedKeyring, sealedKeyring } from "./sealed.ts";
import { type PassphraseLock, type Slot, unwrap, wrap } from "./slot.ts";
import type { StoreContent } from "./store.ts";
import { type KeySource, readStore, type StoreHost, type StorePlace } from "./store_file.ts";

/** Asks a person for a text that is not shown; `undefined`: nobody can be asked. */
export type Ask = ((question: string) => Promise<string>) | undefined;

/** What the file keyring needs of the world. */
export type FileKeyringHost = StoreHost & Pick<Host, "env">;

interface PassphraseSlot extends Slot {
  readonly lock: PassphraseLock;
}

/** NIST SP 800-63B, 5.1.1.1. */
const LEAST_CHARACTERS = 8;
const TRIES = 3;

/**
 * Opens the store at a place. Its password comes from the variable, else from the person: once for a store that is
 * there, twice for one that is to be made.
 *
 * @throws AuthError `person-needed`, `keyring-password`, `keyring-damaged`, `keyring-version`, `keyring-unavailable`
 */
export async function openFileKeyring(
  host: FileKeyringHost,
  config: KeyringConfig,
  place: StorePlace,
  ask: Ask,
): Promise<SealedKeyring> {
  if (await readStore(host, place.path)) return (await unlockStore(host, config, place, ask)).keyring;
  const given = variablePassword(host, config);
  const password = given
    ? longEnough(given, config.passwordVariable)
    : await askNew(host, config, place.path, ask);
  return sealedKeyring(host, "file", place, passphraseSource(host, password));
}

/** Opens a store that is there. */
async function unlockStore(
  host: FileKeyringHost,
  config: KeyringConfig,
  place: StorePlace,
  ask: Ask,
): Promise<{ readonly keyring: SealedKeyring; readonly source: KeySource }> {
  const unlock = async (password: Secret, name: string) => {
    const source = passphraseSource(host, password, { name });
    const keyring = sealedKeyring(host, "file", place, source);
    await keyring.unlock();
    return { keyring, source };
  };
  const given = variablePassword(host, config);
  if (given) return await unlock(given, `the password in ${config.passwordVariable}`);
  return await askUntil(host, config, place.path, ask, (password) => unlock(password, "the password"));
}

/**
 * Locks the store with another password: the slot is written anew, no entry is. Everybody who had the old password
 * and a copy of the file can still open what that copy holds.
 *
 * @param next the new password; asked for, twice, when it is not given
 * @throws AuthError as {@linkcode openFileKeyring}; `keyring-unavailable` when there is no keyring to change
 */
export async function changeFilePassword(
  host: FileKeyringHost,
  config: KeyringConfig,
  place: StorePlace,
  ask: Ask,
  next?: Secret,
): Promise<void> {
  if (!await readStore(host, place.path)) {
    throw new AuthError(
      "keyring-unavailable",
      `Cannot change the password: there is no keyring ${place.path}`,
    );
  }
  const { keyring, source } = await unlockStore(host, config, place, ask);
  const password = next ? longEnough(next, "what was given") : await askNew(host, config, place.path, ask);
  const replacement = passphraseSource(host, password);
  await keyring.replaceSlots(async (content) => {
    const dataKey = await source.unlock(content);
    const slot = await replacement.enclose(content.header.store, dataKey);
    dataKey.fill(0);
    return [...content.header.slots.filter(({ lock }) => lock.type !== "passphrase"), slot];
  });
}

/**
 * Wraps by a key derived from a password.
 *
 * @param options what to call the password when it is wrong, and the KDF of new slots
 */
export function passphraseSource(
  host: Pick<Host, "random">,
  password: Secret,
  options: { readonly name?: string; readonly parameters?: KdfParameters } = {},
): KeySource {
  const { name = "the password", parameters = preferredKdf() } = options;
  return {
    unlock: async (store) => {
      const slot = slotOf(store);
      const key = await deriveKey(password.reveal(), slot.lock.parameters, slot.lock.salt);
      try {
        return await unwrap(key, store.header.store, slot);
      } catch (cause) {
        // The file's checksum held, so it is not the slot that is damaged.
        throw new AuthError("keyring-password", `Cannot open keyring ${store.path}: ${name} is wrong`, {
          cause,
        });
      }
    },
    enclose: async (store, dataKey) => {
      if (!isStrong(parameters)) throw new RangeError("The KDF's parameters are below the floor");
      const salt: Bytes = host.random(16);
      const nonce: Bytes = host.random(12);
      const key = await deriveKey(password.reveal(), parameters, salt);
      return await wrap(key, store, { type: "passphrase", parameters, salt }, nonce, dataKey);
    },
    discard: () => Promise.resolve(),
  };
}

function slotOf(store: StoreContent): PassphraseSlot {
  const slot = store.header.slots.find(isPassphraseSlot);
  if (slot) return slot;
  throw new AuthError("keyring-unavailable", `Cannot open keyring ${store.path}: no password locks it`, {
    hints: ["It was made for another type of keyring: see auth.keyring.type."],
  });
}

function isPassphraseSlot(slot: Slot): slot is PassphraseSlot {
  return slot.lock.type === "passphrase";
}

/** The variable's; set but empty, as a CI system leaves a secret that it withholds, is none. */
function variablePassword(host: Pick<Host, "env">, config: KeyringConfig): Secret | undefined {
  const text = host.env(config.passwordVariable);
  return text === undefined || text === "" ? undefined : new Secret(text);
}

/** Asks for the password of a store until it opens, three times at most. */
async function askUntil<Opened>(
  host: FileKeyringHost,
  config: KeyringConfig,
  path: string,
  ask: Ask,
  unlock: (password: Secret) => Promise<Opened>,
): Promise<Opened> {
  if (!ask) throw nobodyToAsk(config, path);
  host.tell(`Keyring ${printable(path)}\n`);
  for (let left = TRIES - 1;; left--) {
    const password = new Secret(await ask("Password:"));
    try {
      return await unlock(password);
    } catch (error) {
      if (!isAuthError(error, "keyring-password") || left === 0) throw error;
      host.tell(`${printable(error.message)}\n`);
    }
  }
}

/** Asks for the password of a store that is to be made, until the same is typed twice, three times at most. */
async function askNew(host: FileKeyringHost, config: KeyringConfig, path: string, ask: Ask): Promise<Secret> {
  if (!ask) throw nobodyToAsk(config, path);
  host.tell(`A new password for keyring ${printable(path)}: at least ${LEAST_CHARACTERS} characters\n`);
  for (let left = TRIES - 1;; left--) {
    const first = await ask("New password:");
    try {
      const password = longEnough(new Secret(first), "what was typed");
      if (await ask("The same password again:") === first) return password;
      throw new AuthError("keyring-password", "Cannot set the keyring's password: the two differ");
    } catch (error) {
      if (!isAuthError(error, "keyring-password") || left === 0) throw error;
      host.tell(`${printable(error.message)}\n`);
    }
  }
}

function longEnough(password: Secret, source: string): Secret {
  if ([...password.reveal()].length >= LEAST_CHARACTERS) return password;
  const reason = `${source} has fewer than ${LEAST_CHARACTERS} characters`;
  throw new AuthError("keyring-password", `Cannot set the keyring's password: ${reason}`);
}

function nobodyToAsk(config: KeyringConfig, path: string): AuthError {
  const message = `Cannot open keyring ${path}: its password is needed, and nobody can be asked`;
  return new AuthError("person-needed", message, {
    hints: [`Set ${config.passwordVariable} to the password, or run this in a terminal.`],
  });
}
