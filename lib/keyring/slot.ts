/**
 * Slots: the store's data key, wrapped by what unlocks it.
 *
 * @module
 */
import { type Bytes, fromBase64, lengthPrefixed, toBase64 } from "./bytes.ts";
import { isAcceptable, type KdfParameters } from "./kdf.ts";

/** The first line of a store, and a part of everything that is sealed in it. */
export const MAGIC = "atmos-keyring/1";

/** What opens a slot: a password through a KDF, or a random key that the operating system keeps. */
export type SlotLock = PassphraseLock | { readonly type: "os" };

/** A password, by way of a KDF. */
export interface PassphraseLock {
  readonly type: "passphrase";
  readonly parameters: KdfParameters;
  /** 16 to 64 bytes. */
  readonly salt: Bytes;
}

/** A lock with the data key behind it. */
export interface Slot {
  readonly lock: SlotLock;
  /** 12 bytes. */
  readonly nonce: Bytes;
  /** The sealed data key: 32 bytes and a 16-byte tag. */
  readonly wrapped: Bytes;
}

/** Seals a data key. The lock's parameters and the store's id are sealed with it, so neither can be exchanged. */
export async function wrap(
  key: CryptoKey,
  store: Bytes,
  lock: SlotLock,
  nonce: Bytes,
  dataKey: Bytes,
): Promise<Slot> {
  const algorithm = { name: "AES-GCM", iv: nonce, additionalData: slotBinding(store, lock) };
  return { lock, nonce, wrapped: new Uint8Array(await crypto.subtle.encrypt(algorithm, key, dataKey)) };
}

/**
 * The data key; the caller overwrites it with zeros once it is imported.
 *
 * @throws DOMException `OperationError` when the key is not the one that wrapped it
 */
export async function unwrap(key: CryptoKey, store: Bytes, slot: Slot): Promise<Bytes> {
  const algorithm = { name: "AES-GCM", iv: slot.nonce, additionalData: slotBinding(store, slot.lock) };
  return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, slot.wrapped));
}

function slotBinding(store: Bytes, lock: SlotLock): Bytes {
  if (lock.type === "os") return lengthPrefixed(MAGIC, "slot", store, lock.type);
  const numbers = kdfNumbers(lock.parameters).map(String);
  return lengthPrefixed(MAGIC, "slot", store, lock.type, lock.parameters.kdf, ...numbers, lock.salt);
}

function kdfNumbers(parameters: KdfParameters): readonly number[] {
  return parameters.kdf === "argon2id"
    ? [parameters.memoryKib, parameters.passes, parameters.lanes]
    : [parameters.iterations];
}

/** A slot as the header's JSON has it, keys in the format's order. */
export function slotToJson(slot: Slot): unknown {
  const sealed = { nonce: toBase64(slot.nonce), wrapped: toBase64(slot.wrapped) };
  return slot.lock.type === "os"
    ? { type: "os", ...sealed }
    : { type: "passphrase", ...slot.lock.parameters, salt: toBase64(slot.lock.salt), ...sealed };
}

/** `undefined` when it is not a slot, or its KDF's parameters are out of bounds. */
export function slotFromJson(value: unknown): Slot | undefined {
  const nonce = bytesAt(value, "nonce");
  const wrapped = bytesAt(value, "wrapped");
  const lock = lockFromJson(value);
  return lock && nonce?.length === 12 && wrapped?.length === 48 ? { lock, nonce, wrapped } : undefined;
}

function lockFromJson(value: unknown): SlotLock | undefined {
  if (at(value, "type") === "os") return { type: "os" };
  if (at(value, "type") !== "passphrase") return undefined;
  const parameters = kdfFromJson(value);
  const salt = bytesAt(value, "salt");
  if (!parameters || !isAcceptable(parameters) || !salt || salt.length < 16 || salt.length > 64) {
    return undefined;
  }
  return { type: "passphrase", parameters, salt };
}

function kdfFromJson(value: unknown): KdfParameters | undefined {
  switch (at(value, "kdf")) {
    case "argon2id":
      return {
        kdf: "argon2id",
        memoryKib: numberAt(value, "memoryKib"),
        passes: numberAt(value, "passes"),
        lanes: numberAt(value, "lanes"),
      };
    case "pbkdf2-sha256":
      return { kdf: "pbkdf2-sha256", iterations: numberAt(value, "iterations") };
    default:
      return undefined;
  }
}

/** A member of a JSON object; `undefined` when there is none, or no object. */
export function at(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

/** A number; NaN, which is within no bounds, when it is none. */
export function numberAt(value: unknown, name: string): number {
  const member = at(value, name);
  return typeof member === "number" ? member : NaN;
}

/** Bytes in base64. */
export function bytesAt(value: unknown, name: string): Bytes | undefined {
  const member = at(value, name);
  return typeof member === "string" ? fromBase64(member) : undefined;
}
