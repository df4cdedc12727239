/**
 * Names of locks: one empty file each, in one directory of the person's own.
 *
 * @module
 */
import { joinPath, stateHome, type Surroundings } from "../paths.ts";

/**
 * The file that stands for a thing which only one process may work on: `<state home>/atmos/locks/<hash>.lock`.
 *
 * @param thing any text that names it, such as the path of a file; equal texts are equal locks
 */
export async function lockPath(host: Surroundings, thing: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(thing)));
  const name = Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return joinPath(host.os, stateHome(host), "atmos", "locks", `${name}.lock`);
}
