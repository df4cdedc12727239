/**
 * Names of temporary files, which become others by a rename. A writer that is killed leaves one behind, perhaps with
 * live keys in it, so all of ours can be told from the files of other programs.
 *
 * @module
 */

/** Before this mark there was none. */
const MARK = "atmos-";
const NAME = new RegExp(`^\\.([^]+)\\.(?:${MARK})?[0-9a-f]{32}\\.tmp$`);

/**
 * A name beside the file that it becomes.
 *
 * @param hex 32 random hex digits
 */
export function temporaryName(name: string, hex: string): string {
  return `.${name}.${MARK}${hex}.tmp`;
}

/** The name of the file that a temporary file of ours was to become; `undefined` for any other name. */
export function temporaryFor(name: string): string | undefined {
  return NAME.exec(name)?.[1];
}
