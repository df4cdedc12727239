/**
 * Slots: the store's data key, wrapped with the key that unlocks it.
 *
 * @module
 */
import { type Bytes, fromBase64, lengthPrefixed, toBase64 } from "./bytes.ts";
import { isAcceptable, type KdfParameters } from "./kdf.ts";

/** The first line of a store, and part of the authenticated data of everything sealed in it. */
export const MAGIC = "atmos-keyring/1";

/** What opens a slot: a password through a KDF, or a random key that the operating system stores. */
export type SlotLock = PassphraseLock | { readonly type: "os" };

/** A password and its KDF. */
export interface PassphraseLock {
  readonly type: "passphrase";
  readonly parameters: KdfParameters;
  /** 16 to 64 bytes. */
  readonly salt: Bytes;
}

/** A lock and the data key that it protects. */
export interface Slot {
  readonly lock: SlotLock;
  /** 12 bytes. */
  readonly nonce: Bytes;
  /** The wrapped data key: 32 bytes and a 16-byte tag. */
  readonly wrapped: Bytes;
}

/**
 * Wraps a data key. The lock's parameters and the store's id are authenticated, so neither can be replaced.
 */
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
 * Unwraps the data key. The caller overwrites it with zeros after importing it.
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

/** Converts a slot to the header's JSON, with keys in the format's order. */
export function slotToJson(slot: Slot): unknown {
  const sealed = { nonce: toBase64(slot.nonce), wrapped: toBase64(slot.wrapped) };
  return slot.lock.type === "os"
    ? { type: "os", ...sealed }
    : { type: "passphrase", ...slot.lock.parameters, salt: toBase64(slot.lock.salt), ...sealed };
}

/** Returns `undefined` for an invalid slot or KDF parameters out of bounds. */
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

/** Returns a member of a JSON object; `undefined` when it is missing or the value is not an object. */
export function at(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

/** Returns a number; NaN, which fails every bounds check, when the member is not a number. */
export function numberAt(value: unknown, name: string): number {
  const member = at(value, name);
  return typeof member === "number" ? member : NaN;
}

/** Decodes a base64 member. */
export function bytesAt(value: unknown, name: string): Bytes | undefined {
  const member = at(value, name);
  return typeof member === "string" ? fromBase64(member) : undefined;
}
