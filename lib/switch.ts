/**
 * The words for yes and no.
 *
 * @module
 */

const ON_WORDS: ReadonlySet<string> = new Set(["true", "1", "yes", "on"]);
const OFF_WORDS: ReadonlySet<string> = new Set(["false", "0", "no", "off"]);

/** Whether a word switches something off, in any case and with blanks around it. */
export function isOffWord(word: string): boolean {
  return OFF_WORDS.has(word.trim().toLowerCase());
}

/** What a word says as a switch, in any case; `undefined`: neither yes nor no. */
export function switchOf(word: string): boolean | undefined {
  const folded = word.toLowerCase();
  if (ON_WORDS.has(folded)) return true;
  return OFF_WORDS.has(folded) ? false : undefined;
}
