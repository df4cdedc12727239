/**
 * `~/.aws/config` as profiles and SSO sessions, before anything is made of them.
 *
 * @module
 */
import { parseIni, sectionsOf } from "../files/ini.ts";

/** Settings of one section, by key in lower case. */
export type Settings = ReadonlyMap<string, string>;

/** What the file holds. */
export interface AwsFile {
  /** By name; that of `[default]` is `default`. */
  readonly profiles: ReadonlyMap<string, Settings>;
  /** `[sso-session NAME]`, by name. */
  readonly sessions: ReadonlyMap<string, Settings>;
  /** Headers that no SDK looks at. */
  readonly strangers: readonly string[];
}

/** Sections that are no profiles and that nothing is missed of. */
const OTHER_SECTIONS = /^(?:services .*|plugins|preview|login-session .*)$/;

/**
 * Reads the text of the file; sections of one name are one, the later value wins.
 *
 * @throws AuthError `file-failed` with the line, for what is no INI file
 */
export function parseAwsFile(text: string, file: string): AwsFile {
  const profiles = new Map<string, Settings>();
  const sessions = new Map<string, Settings>();
  const strangers: string[] = [];
  for (const { name, values } of sectionsOf(parseIni(text, file))) {
    const [, word, rest] = /^(profile|sso-session)\s+(.*)$/.exec(name) ?? [];
    const among = name === "default" || word === "profile"
      ? profiles
      : word === undefined
      ? undefined
      : sessions;
    if (among !== undefined) addSection(among, unquoted(rest ?? name), values);
    else if (!OTHER_SECTIONS.test(name)) strangers.push(name);
  }
  return { profiles, sessions, strangers };
}

function addSection(among: Map<string, Settings>, name: string, values: Settings): void {
  const added = [...values].flatMap(([key, value]) => {
    const plain = key === "credential_process" ? value : withoutComment(value);
    return plain === "" ? [] : [[key, plain] as const];
  });
  among.set(name, new Map([...among.get(name) ?? [], ...added]));
}

/** Names with blanks may be in quotes. */
export const unquoted = (text: string): string => /^(["'`])(.*)\1$/s.exec(text)?.[2] ?? text;

/** Some SDKs take what follows a blank and `#` or `;` for a comment; no setting that is read here holds that. */
const withoutComment = (value: string): string => value.replace(/(?:^|\s+)[#;].*$/s, "").trim();
