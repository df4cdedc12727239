/**
 * Names of files for what has no name that a file could have.
 *
 * @module
 */

/** The first 128 bits of a text's SHA-256, in hex. */
export async function digestOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash, 0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
