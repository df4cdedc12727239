/**
 * Names of locks: one empty file each, in one directory of the person's own.
 *
 * @module
 */
import { joinPath, stateHome, type Surroundings } from "../paths.ts";
import { shortDigest } from "../sha256.ts";

/**
 * The file that stands for a thing which only one process may work on: `<state home>/atmos/locks/<hash>.lock`.
 *
 * @param thing any text that names it, such as the path of a file; equal texts are equal locks
 */
export async function lockPath(host: Surroundings, thing: string): Promise<string> {
  return joinPath(host.os, stateHome(host), "atmos", "locks", `${await shortDigest(thing)}.lock`);
}
