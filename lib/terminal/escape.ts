/**
 * Text of others on a person's terminal: how it is made harmless, and how wide it is.
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

/** Made at the first use: making one takes 9 ms at best. */
const lazy: { segmenter?: Intl.Segmenter } = {};

/** East Asian wide and fullwidth characters (UAX #11), roughly by block, and emoji. */
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|.*\ufe0f)/u;

/** What a person sees as one character each: combining marks and joined emoji stay with what they belong to. */
export function graphemes(text: string): readonly string[] {
  const segmenter = lazy.segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

const graphemeWidth = (grapheme: string) => (/^\p{M}/u.test(grapheme) ? 0 : WIDE.test(grapheme) ? 2 : 1);

/** How many columns a printable text takes. */
export function textWidth(text: string): number {
  return graphemes(text).reduce((width, grapheme) => width + graphemeWidth(grapheme), 0);
}

/** A printable text cut to a number of columns, with `…` where something is missing. */
export function fitted(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let kept = "";
  let width = 1;
  for (const grapheme of graphemes(text)) {
    width += graphemeWidth(grapheme);
    if (width > columns) break;
    kept += grapheme;
  }
  return `${kept}…`;
}
