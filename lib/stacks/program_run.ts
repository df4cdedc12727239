/**
 * What running a program once for a component comes to.
 *
 * @module
 */
import type { GeneratedFile } from "./program_files.ts";

/** One run of a program in the component's directory. */
export interface ProgramRun {
  /** What is written before. */
  readonly files: readonly GeneratedFile[];
  /** Whether it changes the world: refused for a locked component. */
  readonly changes: boolean;
  /** The words behind the program; `undefined`: the files are all. */
  readonly args?: readonly string[];
  /** Names of files that go when all went well. */
  readonly leftovers?: readonly string[];
}
