/**
 * The program's startup: prints a stored session directly when nothing else is needed.
 *
 * @module
 */
import type { EnvironmentEdits, StartHost } from "../../host.ts";
import { buildDigest } from "./build.ts";
import { recall, type Recalled } from "./recall.ts";

/** What the whole program continues with. */
export interface Started {
  /** As in `recall`. */
  readonly build: string | undefined;
  /** The recalled environment of a child. */
  readonly child?: EnvironmentEdits | undefined;
  /** The error of the direct attempt. */
  readonly failure?: unknown;
}

/**
 * Handles the command line directly if its outcome is recalled.
 *
 * @returns `undefined` when everything is done
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
    // Part of it may be written, so do not retry; the whole program reports the error.
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
    // This only saves time: the whole program meets the same error, or replaces a damaged memory.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
