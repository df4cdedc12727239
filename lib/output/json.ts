/**
 * Documents for programs.
 *
 * @module
 */
import { exactJson } from "../exact_json.ts";
import { printable } from "../terminal/escape.ts";

/** A document as JSON, indented; members that are `undefined` are left out. Ends with a newline. */
export function jsonText(document: object): string {
  // JSON's own escapes end at U+001F, and terminals act on more than that.
  const lines = exactJson(document, 2).split("\n");
  return `${lines.map(printable).join("\n")}\n`;
}
