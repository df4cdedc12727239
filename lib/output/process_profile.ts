/**
 * A profile of AWS's config file that has no keys but a program that prints them: `credential_process`.
 *
 * @module
 */
import type { Os } from "../host.ts";
import { configSection } from "../files/aws_files.ts";

/** A profile without keys. */
export interface ProcessProfile {
  /** Its name in `AWS_PROFILE`. */
  readonly name: string;
  readonly region: string | undefined;
  /** One line, as {@linkcode processLine} makes it. */
  readonly process: string;
}

/** The text of a config file with these profiles. */
export function profilesText(profiles: readonly ProcessProfile[]): string {
  return profiles.map(({ name, region, process }) =>
    [
      `[${configSection(name)}]`,
      ...(region === undefined ? [] : [`region = ${region}`]),
      `credential_process = ${process}`,
      "",
    ].join("\n")
  ).join("\n");
}

/**
 * The words of a program as one line, which every SDK takes apart into the same words: botocore by Python's `shlex`,
 * the others by a shell; on Windows by the rules of Microsoft's C library, behind `cmd`.
 *
 * @returns `undefined` when a word cannot be written so: a control character never; on Windows no `"`, no `%`, and no
 *   `#` or `;` behind a blank, which SDKs take for a comment
 */
export function processLine(os: Os, words: readonly string[]): string | undefined {
  const isUnwritable = os === "windows" ? /[\p{Cc}"%]|\s[#;]/u : /\p{Cc}/u;
  if (words.some((word) => isUnwritable.test(word))) return undefined;
  return os === "windows" ? words.map(windowsWord).join(" ") : unwrapped(words.map(posixWord).join(" "));
}

/** Terraform's SDK takes a value from one quote to another for a quoted whole, and strips both: a pair goes before. */
function unwrapped(line: string): string {
  return /^'.*'$/s.test(line) ? `""${line}` : line;
}

/** A backslash before the closing quote would take it for a part of the word. */
function windowsWord(word: string): string {
  return /^[\w@+=:,.\\/-]+$/.test(word) ? word : `"${word.replace(/\\+$/, "$&$&")}"`;
}

/**
 * Single quotes keep everything but themselves, for a shell and for `shlex` alike. What SDKs take for a comment in the
 * file, a `#` or `;` behind a blank, is kept apart from the blank by a pair of quotes.
 */
function posixWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'"'"'`).replace(/\s(?=[#;])/g, "$&''")}'`;
}
