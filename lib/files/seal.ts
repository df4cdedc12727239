/**
 * Who wrote a section of AWS's files: its comment ends in `mac=HEX`, which only the session key makes. It covers the
 * section's lines as they stand, so no byte of them can be changed.
 *
 * @module
 */
import type { Os } from "../host.ts";
import { baseName } from "../paths.ts";
import type { IniSection } from "./ini.ts";
import type { SessionKey } from "./session_key.ts";

/** The AWS files of a provider, and the key for what is in them. */
export interface SessionFiles {
  /** Of the files `credentials` and `config`. */
  readonly directory: string;
  /** The directory that is configured, where all of ours are below: nothing is written through a link from there on. */
  readonly base?: string;
  readonly realm: string | undefined;
  /** `undefined`: there is none, and no session can be used. */
  readonly key: SessionKey | undefined;
}

/** Which of the two files. */
export type SessionFile = "credentials" | "config";

/** Whose a section with our comment is. */
export type Standing =
  /** This user's program wrote it, as it stands. */
  | "ours"
  /** It has no MAC: an older version wrote it, or anybody. */
  | "unsealed"
  /** Its MAC is not right, or there is no key to tell. */
  | "foreign";

const MARK = " mac=";

/** What is signed: where the section stands, and its lines without the MAC itself. */
function signedParts(
  os: Os,
  { directory, realm }: Pick<SessionFiles, "directory" | "realm">,
  file: SessionFile,
  lines: readonly string[],
): readonly unknown[] {
  return ["atmos session", realm === "" ? null : realm ?? null, baseName(os, directory), file, lines];
}

/** The MAC of a section whose comment has none yet, as that comment's last word. */
export async function sealOf(
  os: Os,
  files: SessionFiles & { readonly key: SessionKey },
  file: SessionFile,
  lines: readonly string[],
): Promise<string> {
  return `mac=${await files.key.macOf(signedParts(os, files, file, lines))}`;
}

/** Whose a section is. It has at least one comment of ours. */
export async function standingOf(
  os: Os,
  files: SessionFiles,
  file: SessionFile,
  { notes, lines: [note = "", ...lines] }: IniSection,
): Promise<Standing> {
  if (notes.every((each) => !/(?:^|\s)mac=/.test(each))) return "unsealed";
  const at = note.lastIndexOf(MARK);
  // A second comment could be added to a section that ours alone stands above.
  if (files.key === undefined || notes.length !== 1 || at < 0) return "foreign";
  const signed = signedParts(os, files, file, [note.slice(0, at), ...lines]);
  return await files.key.verifies(signed, note.slice(at + MARK.length)) ? "ours" : "foreign";
}
