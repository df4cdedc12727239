/**
 * Boxes drawn with lines, as wide as what they hold.
 *
 * @module
 */
import { printable } from "./escape.ts";
import { fitted, textWidth } from "./width.ts";

/** A box with a title above a line, and text below it. */
export interface Box {
  readonly title: string;
  readonly lines: readonly string[];
  /** The least number of columns for text. */
  readonly minWidth?: number;
}

/** How many columns the frame around the text takes. */
const FRAME_COLUMNS = 4;

/**
 * Draws a box.
 *
 * @param columns the most that it may be wide; longer text is cut
 * @returns its lines, all of the same width
 */
export function box({ title, lines, minWidth = 0 }: Box, columns: number): readonly string[] {
  const texts = [title, ...lines].map(printable);
  const wanted = Math.max(minWidth, ...texts.map(textWidth));
  const width = Math.max(1, Math.min(wanted, columns - FRAME_COLUMNS));
  const bar = "─".repeat(width + 2);
  const [head = "", ...body] = texts.map((text) => `│ ${padded(text, width)} │`);
  return [`╭${bar}╮`, head, `├${bar}┤`, ...body, `╰${bar}╯`];
}

function padded(text: string, width: number): string {
  const shown = fitted(text, width);
  return shown + " ".repeat(Math.max(0, width - textWidth(shown)));
}

/** A field of a form, to stand among the lines of a box. */
export function fieldLines(text: string, width: number): readonly string[] {
  const bar = "─".repeat(width + 2);
  return [`┌${bar}┐`, `│ ${padded(text, width)} │`, `└${bar}┘`];
}
