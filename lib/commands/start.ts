/**
 * The start of the program: what needs no more than printing a session that is at hand is done at once.
 *
 * @module
 */
import { isAuthError } from "../errors.ts";
import type { StartHost } from "../host.ts";
import { buildDigest } from "./build.ts";
import { recall, type Recalled } from "./recall.ts";
import { printRecalled } from "./session_use.ts";

/** What the whole program goes on with. */
export interface Started {
  /** As in `recall`. */
  readonly build: string | undefined;
  readonly recalled?: Recalled | undefined;
}

/**
 * Does at once what can be.
 *
 * @returns `undefined` when all is done
 */
export async function start(
  host: StartHost,
  argv: readonly string[],
  build = buildDigest(),
): Promise<Started | undefined> {
  try {
    const recalled = await recall(host, argv, build);
    return recalled !== undefined && printRecalled(host, recalled) ? undefined : { build, recalled };
  } catch (error) {
    // The whole program meets the same, and has the words for it.
    if (isAuthError(error)) return { build };
    throw error;
  }
}
