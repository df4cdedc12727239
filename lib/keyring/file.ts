/**
 * The keyring whose data key is wrapped with a password.
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

/** Prompts for text without echoing it; `undefined` when prompting is not possible. */
export type Ask = ((question: string) => Promise<string>) | undefined;

/** The parts of the host that the file keyring uses. */
export type FileKeyringHost = StoreHost & Pick<Host, "env">;

interface PassphraseSlot extends Slot {
  readonly lock: PassphraseLock;
}

/** NIST SP 800-63B, 5.1.1.1. */
const LEAST_CHARACTERS = 8;
const TRIES = 3;

/**
 * Opens a store. The password comes from the environment variable or else from a prompt: once for an existing
 * store, twice for a new one.
 *
 * @throws AuthError `person-needed`, `keyring-password`, `keyring-damaged`, `keyring-version`,
 * `keyring-unavailable`
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

/** Opens an existing store. */
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
 * Changes the store's password by rewriting its slot; entries stay as they are. The old password still opens
 * old copies of the file.
 *
 * @param next the new password; without it, prompts twice
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
 * Wraps the data key with a key derived from a password.
 *
 * @param options how error messages name the password, and the KDF of new slots
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
        // The file's checksum matched, so the slot is not damaged.
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

/**
 * Reads the password from the environment. CI systems set withheld secrets to the empty string, so empty
 * counts as unset.
 */
function variablePassword(host: Pick<Host, "env">, config: KeyringConfig): Secret | undefined {
  const text = host.env(config.passwordVariable);
  return text === undefined || text === "" ? undefined : new Secret(text);
}

/** Prompts for the password of an existing store, up to three times. */
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

/** Prompts for the password of a new store until both entries match, up to three times. */
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
