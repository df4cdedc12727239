/**
 * The start of the program: what needs no more than printing a session that is at hand is done at once.
 *
 * @module
 */
import type { EnvironmentEdits, StartHost } from "../../host.ts";
import { buildDigest } from "./build.ts";
import { recall, type Recalled } from "./recall.ts";

/** What the whole program goes on with. */
export interface Started {
  /** As in `recall`. */
  readonly build: string | undefined;
  /** What a child gets, where that is recalled. */
  readonly child?: EnvironmentEdits | undefined;
  /** What went wrong in doing all of it at once. */
  readonly failure?: unknown;
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
  const recalled = await recalledOrNone(host, argv, build);
  if (recalled?.as !== "text") return { build, child: recalled?.environment };
  try {
    host.write(recalled.text);
    return undefined;
  } catch (failure) {
    // A part of it may be written: it is not tried again, but the whole program has the words for it.
    return { build, failure };
  }
}

async function recalledOrNone(
  host: StartHost,
  argv: readonly string[],
  build: string | undefined,
): Promise<Recalled | undefined> {
  try {
    return await recall(host, argv, build);
  } catch (error) {
    // It only saves time: the whole program meets the same, or makes a memory anew that is damaged.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
