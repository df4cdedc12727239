/**
 * Percent-encoding.
 *
 * @module
 */

const encoder = new TextEncoder();

/** Every character of a text as its bytes in UTF-8: `%C3%BC`. */
export function percentBytes(text: string): string {
  return Array.from(encoder.encode(text), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}

/**
 * A text with some of its characters encoded.
 *
 * @param unsafe which ones, as a pattern with the flags `gu`; `%` must be among them for different texts to stay
 *   different
 */
export function percentEncoded(text: string, unsafe: RegExp): string {
  return text.replaceAll(unsafe, percentBytes);
}
