/**
 * Texts of identity providers, for users.
 *
 * @module
 */
import { printable } from "../terminal/escape.ts";
import { fitted } from "../terminal/width.ts";

const LONGEST = 300;

/** Untrusted text in one line, safe to print, at most 300 columns. */
export function harmless(text: string): string {
  // Truncate before measuring: a page may contain megabytes.
  const start = text.trim().slice(0, 10 * LONGEST);
  return fitted(printable(start.replaceAll(/\s+/g, " ").trim()), LONGEST);
}
