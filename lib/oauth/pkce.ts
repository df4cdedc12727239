/**
 * Proof Key for Code Exchange (RFC 7636), method S256: who redeems a code shows that it is who asked for it.
 *
 * @module
 */
import { Secret } from "../credentials.ts";
import type { Host } from "../host.ts";

/** What is kept until the exchange, and what is shown before it. */
export interface Pkce {
  readonly verifier: Secret;
  readonly challenge: string;
}

/** RFC 7636 section 4.1 recommends 32 octets, which are 43 characters. */
const OCTETS = 32;

/** A new verifier and its challenge. */
export async function newPkce(host: Pick<Host, "random">): Promise<Pkce> {
  const verifier = new Secret(base64Url(host.random(OCTETS)));
  return { verifier, challenge: await challengeOf(verifier) };
}

/** `BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))` (RFC 7636 section 4.2). */
export async function challengeOf(verifier: Secret): Promise<string> {
  const octets = new TextEncoder().encode(verifier.reveal());
  return base64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", octets)));
}

/** A value that cannot be guessed, for `state` (RFC 6749 section 10.10 wants 128 bits at least; these are 256). */
export function newState(host: Pick<Host, "random">): Secret {
  return new Secret(base64Url(host.random(OCTETS)));
}

/** Base64url without padding (RFC 7636 appendix A). */
export function base64Url(octets: Uint8Array<ArrayBuffer>): string {
  const binary = Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
