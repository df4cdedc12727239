/**
 * The words for yes and no.
 *
 * @module
 */

/** What a word says as a switch, in any case; `undefined`: neither yes nor no. */
export function switchOf(word: string): boolean | undefined {
  const folded = word.toLowerCase();
  if (["true", "1", "yes", "on"].includes(folded)) return true;
  return ["false", "0", "no", "off"].includes(folded) ? false : undefined;
}
