/**
 * SHA-256 for the SDK's signer, with WebCrypto. Node's would load `node:crypto`, whose HMAC prints a warning
 * to stderr with Deno 2.4.
 *
 * @module
 */

/** The SDK's types of data and keys. */
type Data = string | ArrayBuffer | ArrayBufferView;

function bytesOf(data: Data): Uint8Array<ArrayBuffer> {
  if (typeof data === "string") return new TextEncoder().encode(data);
  if (data instanceof ArrayBuffer) return new Uint8Array(data.slice());
  return new Uint8Array(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** A hash, or with a key an HMAC (RFC 2104), as `HashConstructor` of the SDK describes it. */
export class Sha256 {
  readonly #key: Uint8Array<ArrayBuffer> | undefined;
  #data: Uint8Array<ArrayBuffer>[] = [];

  constructor(key?: Data) {
    this.#key = key === undefined ? undefined : bytesOf(key);
  }

  update(data: Data): void {
    this.#data.push(bytesOf(data));
  }

  async digest(): Promise<Uint8Array<ArrayBuffer>> {
    const data = await new Blob(this.#data).arrayBuffer();
    if (this.#key === undefined) return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", this.#key, algorithm, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", key, data));
  }

  reset(): void {
    this.#data = [];
  }
}
