const utf8 = new TextEncoder();

export type Bytes = Uint8Array<ArrayBuffer>;

export const encodeText = (text: string): Bytes => utf8.encode(text);
export const decodeText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export function encodeHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function encodeBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** `undefined` when the text is not base64; white space is skipped, as AWS does. */
export function decodeBase64(text: string): Bytes | undefined {
  const packed = text.replaceAll(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(packed) || packed.length % 4 === 1) return undefined;
  return Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
}

export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function decodeBase64Url(text: string): Bytes | undefined {
  return /^[A-Za-z0-9_-]*$/.test(text)
    ? decodeBase64(text.replaceAll("-", "+").replaceAll("_", "/"))
    : undefined;
}

export async function sha256(data: string | Bytes): Promise<Bytes> {
  return new Uint8Array(
    await crypto.subtle.digest("SHA-256", typeof data === "string" ? encodeText(data) : data),
  );
}

export async function hmac(hash: "SHA-1" | "SHA-256", key: Bytes, data: string | Bytes): Promise<Bytes> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash }, false, ["sign"]);
  return new Uint8Array(
    await crypto.subtle.sign("HMAC", imported, typeof data === "string" ? encodeText(data) : data),
  );
}

/** Compares without telling by its time where the first difference is. */
export function sameText(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index++) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index % (right.length || 1));
  }
  return difference === 0;
}
