/**
 * What a command says while authentication is off.
 *
 * @module
 */
import { printable } from "../terminal/escape.ts";
import { jsonText } from "./json.ts";
import type { DisabledDocument } from "./schemas/parts.ts";

/** @param by the flag or the variable that switched it off, with its value */
export function disabledText(by: string, format: "text" | "json" | undefined): string {
  if (format !== "json") return `Authentication is disabled by ${printable(by)}\n`;
  const document: DisabledDocument = { status: "disabled", reason: by };
  return jsonText(document);
}
