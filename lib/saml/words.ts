/**
 * Words of identity providers, for people.
 *
 * @module
 */
import { fitted, printable } from "../terminal/escape.ts";

const LONGEST = 300;

/** A stranger's text in one line, harmless to print, at most 300 columns. */
export function harmless(text: string): string {
  return fitted(printable(text.replaceAll(/\s+/g, " ").trim()), LONGEST);
}
