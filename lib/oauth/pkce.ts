/**
 * Proof Key for Code Exchange (RFC 7636), method S256: proves that the client that redeems a code requested
 * it.
 *
 * @module
 */
import { Secret } from "../credentials.ts";
import type { Host } from "../host.ts";

/** The secret to keep until the exchange, and the challenge to send before it. */
export interface Pkce {
  readonly verifier: Secret;
  readonly challenge: string;
}

/** RFC 7636 section 4.1 recommends 32 octets, which are 43 characters. */
const OCTETS = 32;

/** Creates a verifier and its challenge. */
export async function newPkce(host: Pick<Host, "random">): Promise<Pkce> {
  const verifier = new Secret(base64Url(host.random(OCTETS)));
  return { verifier, challenge: await challengeOf(verifier) };
}

/** `BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))` (RFC 7636 section 4.2). */
export async function challengeOf(verifier: Secret): Promise<string> {
  const octets = new TextEncoder().encode(verifier.reveal());
  return base64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", octets)));
}

/**
 * Creates an unguessable value for `state` (RFC 6749 section 10.10 requires at least 128 bits; this has 256).
 */
export function newState(host: Pick<Host, "random">): Secret {
  return new Secret(base64Url(host.random(OCTETS)));
}

/** Base64url without padding (RFC 7636 appendix A). */
export function base64Url(octets: Uint8Array<ArrayBuffer>): string {
  const binary = Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
