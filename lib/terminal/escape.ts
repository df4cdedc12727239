/**
 * Text of others on a person's terminal, made harmless.
 *
 * @module
 */

/** Control characters (C0, DEL, C1), line and paragraph separators, and what reorders text (UAX #9). */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

const SHORT: ReadonlyMap<string, string> = new Map([["\n", "\\n"], ["\r", "\\r"], ["\t", "\\t"]]);

/** A text with every character that a terminal would act on, or that hides others, written as an escape. */
export function printable(text: string): string {
  // Nearly all there is, and a large list is all of it.
  if (text === "" || text === " " || /^[\x20-\x7e]*$/.test(text)) return text;
  return text.toWellFormed().replaceAll(
    UNPRINTABLE,
    (character) => SHORT.get(character) ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
