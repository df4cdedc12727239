/**
 * A profile of AWS's config file that has no keys but a program that prints them: `credential_process`.
 *
 * @module
 */
import type { Os } from "../host.ts";
import { configSection } from "../files/aws_sessions.ts";

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
 * the others by a shell. On Windows some hand it to `cmd` in a way that no quotes survive (aws-sdk-go-v2 issue 3208).
 *
 * @returns `undefined` when a word cannot be written so: a control character never; on Windows nothing that needs quotes
 */
export function processLine(os: Os, words: readonly string[]): string | undefined {
  if (os === "windows") {
    return words.every((word) => PLAIN_ON_WINDOWS.test(word)) ? words.join(" ") : undefined;
  }
  return words.some((word) => /\p{Cc}/u.test(word)) ? undefined : unwrapped(words.map(posixWord).join(" "));
}

const PLAIN_ON_WINDOWS = /^[\w@+=:,.\\/-]+$/;

/** The Go SDK takes a line between two single quotes for one quoted text, and strips them: a pair goes before. */
const unwrapped = (line: string): string => /^'.*'$/s.test(line) ? `""${line}` : line;

/**
 * Single quotes keep everything but themselves, for a shell and for `shlex` alike. What SDKs take for a comment in the
 * file, a `#` or `;` behind a blank, is kept apart from the blank by a pair of quotes.
 */
function posixWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'"'"'`).replace(/\s(?=[#;])/g, "$&''")}'`;
}
