/**
 * Words of identity providers, for people.
 *
 * @module
 */
import { printable } from "../terminal/escape.ts";
import { fitted } from "../terminal/width.ts";

const LONGEST = 300;

/** A stranger's text in one line, harmless to print, at most 300 columns. */
export function harmless(text: string): string {
  // Cut before it is measured: a page may bring megabytes.
  const start = text.trim().slice(0, 10 * LONGEST);
  return fitted(printable(start.replaceAll(/\s+/g, " ").trim()), LONGEST);
}
