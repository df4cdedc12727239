/**
 * Documents for programs.
 *
 * @module
 */

/** A document as JSON, indented; members that are `undefined` are left out. Ends with a newline. */
export function jsonText(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
