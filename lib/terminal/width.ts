/**
 * How wide text is on a terminal.
 *
 * @module
 */

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
