/**
 * Tones of text on a terminal.
 *
 * @module
 */

/** What a text is, not how it looks. */
export type Tone = "strong" | "dim" | "good" | "soon" | "bad" | "name";

/** Text in a tone. */
export type Style = Readonly<Record<Tone, (text: string) => string>>;

const same = (text: string): string => text;
const sgr = (code: number) => (text: string): string => text === "" ? "" : `\x1b[${code}m${text}\x1b[0m`;

/** No tones: for pipes, files, `NO_COLOR` and dumb terminals. */
export const PLAIN: Style = { strong: same, dim: same, good: same, soon: same, bad: same, name: same };

/** The sixteen colours that every terminal's own theme defines. */
export const COLORED: Style = {
  strong: sgr(1),
  dim: sgr(2),
  good: sgr(32),
  soon: sgr(33),
  bad: sgr(31),
  name: sgr(36),
};

/** The style of what goes to a stream. */
export function styleOf(stream: { readonly color: boolean }): Style {
  return stream.color ? COLORED : PLAIN;
}
