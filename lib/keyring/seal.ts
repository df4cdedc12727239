/**
 * What the data key does: seals entries, derives their ids, and authenticates the file. Everything uses
 * WebCrypto; derived keys cannot be exported.
 *
 * @module
 */
import { type Bytes, concat, fromBase64, lengthPrefixed, toBase64, uint32, utf16, utf8 } from "./bytes.ts";
import { at, MAGIC } from "./slot.ts";
import type { EntryKey } from "./types.ts";

/** The keys derived from one store's data key. */
export interface DataKey {
  /** The store's id: 16 bytes. */
  readonly store: Bytes;
  /** HKDF: derives a separate key for each entry. */
  readonly entries: CryptoKey;
  /** HMAC: derives an entry's id from its key. */
  readonly ids: CryptoKey;
  /** HMAC: authenticates the file. */
  readonly mac: CryptoKey;
}

/** Imports a raw data key and overwrites it with zeros. */
export async function importDataKey(store: Bytes, raw: Bytes): Promise<DataKey> {
  const entries = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveKey"]);
  raw.fill(0);
  const [ids, mac] = await Promise.all([
    hmacKey(entries, store, `${MAGIC} id`, "sign"),
    hmacKey(entries, store, `${MAGIC} mac`, "verify"),
  ]);
  return { store, entries, ids, mac };
}

function hmacKey(base: CryptoKey, salt: Bytes, label: string, extra: "sign" | "verify"): Promise<CryptoKey> {
  const hmac = { name: "HMAC", hash: "SHA-256", length: 256 };
  return crypto.subtle.deriveKey(hkdf(salt, label), base, hmac, false, ["sign", extra]);
}

function entryKey(base: CryptoKey, salt: Bytes): Promise<CryptoKey> {
  const aes = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey(hkdf(salt, `${MAGIC} entry`), base, aes, false, ["encrypt", "decrypt"]);
}

function hkdf(salt: Bytes, label: string): HkdfParams {
  return { name: "HKDF", hash: "SHA-256", salt, info: utf8(label) };
}

/** Encodes an entry's key; different keys give different bytes. */
export function encodeKey(key: EntryKey): Bytes {
  return lengthPrefixed(key.purpose, utf16(key.name));
}

/** An entry's id in the file: 16 bytes in base64. Reveals nothing about its name without the data key. */
export async function entryId(dataKey: DataKey, key: EntryKey): Promise<string> {
  const digest = await crypto.subtle.sign("HMAC", dataKey.ids, encodeKey(key));
  return toBase64(new Uint8Array(digest, 0, 16));
}

/**
 * A decrypted entry. `purpose` is plain text, because a newer program may have written one we do not know.
 */
export interface OpenedEntry {
  readonly purpose: string;
  readonly name: string;
  readonly text: string;
}

/** Encrypts an entry under its id, with its own salt and nonce. */
export async function sealEntry(
  random: (byteCount: number) => Bytes,
  dataKey: DataKey,
  id: string,
  entry: OpenedEntry,
): Promise<string> {
  const [salt, nonce] = [random(16), random(12)];
  const algorithm = { name: "AES-GCM", iv: nonce, additionalData: entryBinding(dataKey.store, id) };
  const key = await entryKey(dataKey.entries, salt);
  const sealed = await crypto.subtle.encrypt(algorithm, key, pad(entryToBytes(entry)));
  return toBase64(concat(salt, nonce, new Uint8Array(sealed)));
}

/**
 * Decrypts the entry stored under an id.
 *
 * @throws DOMException, SyntaxError, RangeError, TypeError when {@linkcode sealEntry} did not make the text
 * for this id
 */
export async function openEntry(dataKey: DataKey, id: string, text: string): Promise<OpenedEntry> {
  const bytes = fromBase64(text) ?? refuse("not base64");
  const [salt, nonce, sealed] = [bytes.slice(0, 16), bytes.slice(16, 28), bytes.slice(28)];
  const algorithm = { name: "AES-GCM", iv: nonce, additionalData: entryBinding(dataKey.store, id) };
  const key = await entryKey(dataKey.entries, salt);
  const opened = new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed));
  return entryFromBytes(unpad(opened));
}

function entryBinding(store: Bytes, id: string): Bytes {
  return lengthPrefixed(MAGIC, "entry", store, fromBase64(id) ?? refuse("not an entry's id"));
}

function entryToBytes({ purpose, name, text }: OpenedEntry): Bytes {
  return utf8(JSON.stringify({ purpose, name, text }));
}

function entryFromBytes(bytes: Bytes): OpenedEntry {
  const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  const [purpose, name, text] = [at(value, "purpose"), at(value, "name"), at(value, "text")];
  if (typeof purpose !== "string" || typeof name !== "string" || typeof text !== "string") {
    return refuse("not an entry");
  }
  return { purpose, name, text };
}

/** Pads to the next 256 bytes to hide the length: the length, the content, zeros. */
function pad(content: Bytes): Bytes {
  const size = Math.ceil((4 + content.length) / 256) * 256;
  return concat(uint32(content.length), content, new Uint8Array(size - 4 - content.length));
}

function unpad(padded: Bytes): Bytes {
  const length = new DataView(padded.buffer).getUint32(0);
  return length <= padded.length - 4 ? padded.slice(4, 4 + length) : refuse("its length is wrong");
}

function refuse(reason: string): never {
  throw new TypeError(reason);
}
