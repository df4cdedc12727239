/**
 * The key that says which sessions, and which recalled command lines, this user's program wrote: 32 random bytes in the
 * state directory. Whoever can read it can forge both.
 *
 * Everything that this imports is read at every start.
 *
 * @module
 */
import type { Host, StartFiles } from "../host.ts";
import { joinPath, stateHome, type Surroundings } from "../paths.ts";
import { hexOf } from "../sha256.ts";

/** HMAC-SHA-256 over lists, which JSON writes without two of them ever giving the same text. */
export interface SessionKey {
  /** 64 hex digits. */
  readonly macOf: (parts: readonly unknown[]) => Promise<string>;
  /** Compares in constant time. */
  readonly verifies: (parts: readonly unknown[], mac: string) => Promise<boolean>;
}

/** What is there in place of a key. */
export type KeyFile =
  | { readonly state: "good"; readonly key: SessionKey }
  | { readonly state: "absent" }
  /** It is never replaced: what damaged it may be undone, and a newer version may have written it. */
  | { readonly state: "unusable"; readonly reason: string };

/** What looking for the key needs. */
export interface SessionKeyReader extends Surroundings {
  readonly files: Pick<StartFiles, "readBytes" | "status">;
}

const OPEN_TO_OTHERS = 0o077;
/** 64 digits and a line break. */
const KEY_TEXT_BYTES = 65;

/**
 * `<state home>/atmos/session-key`: 64 hex digits and a line break.
 *
 * @throws AuthError `config-invalid` where there is no place for state, as without a home
 */
export function sessionKeyPath(host: Surroundings): string {
  return joinPath(host.os, stateHome(host), "atmos", "session-key");
}

/**
 * Reads the key. One that others can read or write, or that somebody else owns, is none.
 *
 * @throws AuthError for what cannot be looked at
 */
export async function readSessionKey(host: SessionKeyReader): Promise<KeyFile> {
  const path = sessionKeyPath(host);
  const status = await host.files.status(path);
  if (status === undefined) return { state: "absent" };
  if (status.kind !== "file") return unusable(`${path} is not a regular file`);
  if (status.owned === false) return unusable(`${path} belongs to another user`);
  if (((status.mode ?? 0) & OPEN_TO_OTHERS) !== 0) return unusable(`others have access to ${path}`);
  const bytes = await host.files.readBytes(path, KEY_TEXT_BYTES);
  const [, hex] = /^([0-9a-f]{64})\n$/.exec(new TextDecoder().decode(bytes)) ?? [];
  return hex === undefined
    ? unusable(`${path} does not hold a session key`)
    : { state: "good", key: sessionKey(bytesOf(hex)) };
}

const unusable = (reason: string): KeyFile => ({ state: "unusable", reason });

/** The text of a new key file. */
export function sessionKeyText(random: Host["random"]): string {
  // A copy: what is given may be a part of a larger buffer, as on Node.
  return `${hexOf(new Uint8Array(random(32)).buffer)}\n`;
}

/** @param bytes 32 of them */
function sessionKey(bytes: Uint8Array): SessionKey {
  const mac = (parts: readonly unknown[]) =>
    hmacSha256(bytes, new TextEncoder().encode(JSON.stringify(parts)));
  return {
    macOf: async (parts) => hexOf((await mac(parts)).buffer),
    verifies: async (parts, hex) => /^[0-9a-f]{64}$/.test(hex) && areEqual(await mac(parts), bytesOf(hex)),
  };
}

const BLOCK_BYTES = 64;

/**
 * HMAC (RFC 2104). WebCrypto's own wants its key imported, which takes each start two milliseconds more than this.
 *
 * @param key no longer than a block
 */
export async function hmacSha256(key: Uint8Array, message: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const digest = async (pad: number, rest: Uint8Array) => {
    const bytes = new Uint8Array(BLOCK_BYTES + rest.length);
    bytes.set(key);
    for (let at = 0; at < BLOCK_BYTES; at++) bytes[at] = (bytes[at] ?? 0) ^ pad;
    bytes.set(rest, BLOCK_BYTES);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  };
  return await digest(0x5c, await digest(0x36, message));
}

/** Takes the same time wherever they differ. */
function areEqual(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.length ^ right.length;
  for (let at = 0; at < left.length; at++) difference |= (left[at] ?? 0) ^ (right[at] ?? 0);
  return difference === 0;
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}
