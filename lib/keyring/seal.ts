/**
 * What the data key does: it seals entries, finds them, and signs the file. All of it is WebCrypto; keys that are
 * kept cannot be exported.
 *
 * @module
 */
import { type Bytes, concat, fromBase64, lengthPrefixed, toBase64, uint32, utf16, utf8 } from "./bytes.ts";
import { at, MAGIC } from "./slot.ts";
import type { EntryKey } from "./types.ts";

/** The data key of one store, as the keys that are made from it. */
export interface DataKey {
  /** The store's id: 16 bytes. */
  readonly store: Bytes;
  /** HKDF: every sealed entry has a key of its own. */
  readonly entries: CryptoKey;
  /** HMAC: names of entries to their ids. */
  readonly ids: CryptoKey;
  /** HMAC: over the file. */
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

/** An entry's address as bytes; different addresses give different bytes. */
export function encodeKey(key: EntryKey): Bytes {
  return lengthPrefixed(key.purpose, utf16(key.name));
}

/** Where an entry stands in the file, in base64 of 16 bytes: tells nothing of its name without the data key. */
export async function entryId(dataKey: DataKey, key: EntryKey): Promise<string> {
  const digest = await crypto.subtle.sign("HMAC", dataKey.ids, encodeKey(key));
  return toBase64(new Uint8Array(digest, 0, 16));
}

/** An entry as it is sealed. A purpose of a newer program stays readable text here. */
export interface OpenedEntry {
  readonly purpose: string;
  readonly name: string;
  readonly text: string;
}

/** Seals an entry under its id, with a salt and a nonce of its own. */
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
 * The entry that stands under an id.
 *
 * @throws DOMException, SyntaxError, RangeError, TypeError when the text is not what {@linkcode sealEntry} made for this id
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

/** To the next 256 bytes, so that a length tells little: the length, the content, zeros. */
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
