/**
 * The start of the program: what needs no more than printing a session that is at hand is done at once.
 *
 * @module
 */
import type { StartHost } from "../../host.ts";
import { buildDigest } from "./build.ts";
import { recall, type Recalled } from "./recall.ts";
import { printedText } from "./session_use.ts";

/** What the whole program goes on with. */
export interface Started {
  /** As in `recall`. */
  readonly build: string | undefined;
  readonly recalled?: Recalled | undefined;
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
  const { recalled, text } = await recalledText(host, argv, build);
  if (text === undefined) return { build, recalled };
  try {
    host.write(text);
    return undefined;
  } catch (failure) {
    // A part of it may be written: it is not tried again, but the whole program has the words for it.
    return { build, failure };
  }
}

interface RecalledText {
  readonly recalled?: Recalled | undefined;
  readonly text?: string | undefined;
}

async function recalledText(
  host: StartHost,
  argv: readonly string[],
  build: string | undefined,
): Promise<RecalledText> {
  try {
    const recalled = await recall(host, argv, build);
    return { recalled, text: recalled === undefined ? undefined : printedText(host, recalled) };
  } catch (error) {
    // It only saves time: the whole program meets the same, or makes a memory anew that is damaged.
    if (error instanceof Error) return {};
    throw error;
  }
}
