/**
 * Byte helpers for the store's format: strict base64 and length-prefixed fields.
 *
 * @module
 */

/** Bytes that WebCrypto accepts. */
export type Bytes = Uint8Array<ArrayBuffer>;

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** Encodes UTF-16 code units, big-endian. Unlike in UTF-8, lone surrogates never collide. */
export function utf16(text: string): Bytes {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index));
  return new Uint8Array(view.buffer);
}

export function concat(...parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Encodes a number as four bytes, big-endian. */
export function uint32(value: number): Bytes {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value);
  return new Uint8Array(view.buffer);
}

/** Prefixes each field with its length, so different lists of fields never produce the same bytes. */
export function lengthPrefixed(...fields: readonly (string | Bytes)[]): Bytes {
  const parts = fields.map((field) => typeof field === "string" ? utf8(field) : field);
  return concat(...parts.flatMap((part) => [uint32(part.length), part]));
}

/** Standard base64 with padding (RFC 4648, 4). */
export function toBase64(bytes: Bytes): string {
  const pieces: string[] = [];
  // The number of arguments in a call is limited.
  for (let at = 0; at < bytes.length; at += 8192) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  }
  return btoa(pieces.join(""));
}

/** Decodes base64. Accepts only the spelling that {@linkcode toBase64} writes. */
export function fromBase64(text: string): Bytes | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return toBase64(bytes) === text ? bytes : undefined;
}

/** Lowercase hexadecimal, for file and item names. */
export function toHex(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
