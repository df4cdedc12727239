/**
 * The files that are trusted on this machine.
 *
 * @module
 */
import { printable } from "../terminal/escape.ts";
import { jsonText } from "./json.ts";
import type { TrustDocument } from "./schemas/trust.ts";

type TrustedFile = TrustDocument["files"][number];

/** For people: a line for each, as `sha256sum` writes it. */
export function trustListText(files: readonly TrustedFile[]): string {
  return files.map(({ path, sha256 }) => `${sha256} ${printable(path)}\n`).join("");
}

/** For programs. */
export function trustJson(files: readonly TrustedFile[]): string {
  const document: TrustDocument = { files: files.map(({ path, sha256 }) => ({ path, sha256 })) };
  return jsonText(document);
}
