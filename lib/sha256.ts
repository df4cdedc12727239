/**
 * SHA-256 as a name: of contents, and of what has no name that a file could have.
 *
 * @module
 */

/** SHA-256 of bytes or of a text's UTF-8, in hex: 64 digits. */
export async function sha256Hex(content: Uint8Array<ArrayBuffer> | string): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return hexOf(await crypto.subtle.digest("SHA-256", bytes));
}

/** Bytes in hex; a multiple of four of them, as digests are. */
export function hexOf(bytes: ArrayBuffer): string {
  const view = new DataView(bytes);
  let hex = "";
  for (let at = 0; at < view.byteLength; at += 4) hex += view.getUint32(at).toString(16).padStart(8, "0");
  return hex;
}

/** The first 128 bits of that: 32 digits. */
export async function shortDigest(content: string): Promise<string> {
  return (await sha256Hex(content)).slice(0, 32);
}
