import { encodeHex } from "./encoding.ts";

/** A source of randomness; equal seeds give equal values, so that a failing test can be run again. */
export interface Random {
  bytes(length: number): Uint8Array<ArrayBuffer>;
  /** `length` characters of `alphabet`. */
  text(alphabet: string, length: number): string;
  uuid(): string;
}

export const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
export const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
export const BASE64URL = BASE64.replace("+/", "-_");
export const DIGITS_AND_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/** Letters of user codes: no vowels, so that no word appears by accident (RFC 8628 section 6.1). */
export const CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ";

/** `seed` absent: another sequence for every emulator. */
export function newRandom(seed?: number): Random {
  const next = sfc32(seed ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);
  const bytes = (length: number) => Uint8Array.from({ length }, () => next() & 0xff);
  return {
    bytes,
    text: (alphabet, length) =>
      Array.from({ length }, () => alphabet[next() % alphabet.length] ?? "").join(""),
    uuid: () => encodeHex(bytes(16)).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
  };
}

/** Chris Doty-Humphrey's small fast counter: good enough for look-alike secrets, never for real ones. */
function sfc32(seed: number): () => number {
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, seed >>> 0];
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 16; round++) next();
  return next;
}
