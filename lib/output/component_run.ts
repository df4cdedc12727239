/**
 * What a run of a component's program would be, for `--dry-run`.
 *
 * @module
 */
import { quoteWord } from "../shell_word.ts";
import { type Field, fields } from "./layout.ts";
import type { Style } from "./style.ts";

/** A run that does not take place. */
export interface DryRun {
  /** Whose session the program would have, in words. */
  readonly identity: string;
  readonly directory: string;
  /** Names of files that would be written there. */
  readonly writes: readonly string[];
  /** Names of files that would be removed before the first line is run. */
  readonly forgets: readonly string[];
  /** Command lines, each with its program. */
  readonly lines: readonly (readonly string[])[];
  /** Names of files that would be removed when all went well. */
  readonly removes: readonly string[];
  /** Variables that the stacks set, or take away: names only, since values may be secret. */
  readonly sets: readonly string[];
  readonly unsets: readonly string[];
}

/** The whole of it, for stdout. */
export function dryRunText(run: DryRun, style: Style): string {
  const rows = (label: string, values: readonly string[]): readonly Field[] =>
    values.map((value, at) => [at === 0 ? label : "", value]);
  return "Nothing is done: this is what would be\n" + fields([
    ["identity", run.identity],
    ["directory", run.directory],
    ...rows("write", run.writes),
    ...rows("remove", run.forgets),
    ...rows("set", run.sets),
    ...rows("unset", run.unsets),
    ...rows("run", run.lines.map(lineText)),
    ...rows("at last", run.removes.map((name) => `remove ${name}`)),
  ], style);
}

/** Words as a POSIX shell would read them again. */
export function lineText(words: readonly string[]): string {
  return words.map(quoteWord).join(" ");
}
