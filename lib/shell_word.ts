/**
 * Words for a POSIX shell: lines that a person may copy, and scripts.
 *
 * @module
 */

/** A word as a POSIX shell reads it back. */
export function quoteWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
