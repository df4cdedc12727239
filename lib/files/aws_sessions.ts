/**
 * The sessions in the AWS files of a provider: one section per identity in `credentials` and one in `config`, each under
 * a comment that says whose it is and until when. What is not known to be ours is never used.
 *
 * @module
 */
import { type AwsSession, Secret } from "../credentials.ts";
import type { Files, Host } from "../host.ts";
import { joinPath } from "../paths.ts";
import { type EpochMillis, parseInstant } from "../time.ts";
import { type IniDocument, type IniSection, parseIni, sectionsOf } from "./ini.ts";
import { sectionName } from "./names.ts";

/** What reading the files needs. */
export interface AwsFilesReader extends Pick<Host, "os"> {
  readonly files: Pick<Files, "readText">;
}

/** A session of an identity, and where it is. */
export interface StoredSession {
  readonly section: string;
  readonly session: AwsSession;
  /** The digest of the chain that it came from, in hex. */
  readonly chain: string;
}

/** What stands in the files under a comment of ours, whether it can be used or not. */
export interface FoundSession {
  readonly section: string;
  /** Empty when the comment does not say. */
  readonly chain: string;
  readonly issuedAt: EpochMillis | undefined;
  readonly expiresAt: EpochMillis | undefined;
  /** `undefined` when anything of a session is missing or cannot be read. */
  readonly session: AwsSession | undefined;
}

/** The two files of a directory. */
export function awsFilePaths(
  { os }: Pick<Host, "os">,
  directory: string,
): { readonly credentials: string; readonly config: string } {
  return { credentials: joinPath(os, directory, "credentials"), config: joinPath(os, directory, "config") };
}

/** The section of the config file that goes with a section of the credentials file. */
export function configSection(section: string): string {
  return section === "default" ? section : `profile ${section}`;
}

/** The sections that an identity of this chain may have, the wanted one first. */
export function candidates(identity: string, chain: string): readonly [string, string] {
  const name = sectionName(identity);
  return [name, `${name}@${chain.slice(0, 8)}`];
}

/**
 * Finds the session of an identity: a section of its name (or `NAME@<8 hex>`) whose comment has exactly this digest.
 *
 * @returns `undefined` when there is none, or when its lifetime or its keys cannot be read
 * @throws AuthError `file-failed` for a file that cannot be read or is no INI file
 */
export async function readSession(
  host: AwsFilesReader,
  directory: string,
  identity: string,
  chain: string,
): Promise<StoredSession | undefined> {
  const paths = awsFilePaths(host, directory);
  const found = credentialsOf(sectionsOf(await readIni(host, paths.credentials)), identity, chain);
  if (found === undefined) return undefined;
  const config = sectionsOf(await readIni(host, paths.config));
  const profile = config.findLast(({ name }) => name === configSection(found.section));
  return { ...found, session: { ...found.session, ...principalOf(profile, chain) } };
}

/** Without its principal, which is in the config file. */
function credentialsOf(
  sections: readonly IniSection[],
  identity: string,
  chain: string,
): StoredSession | undefined {
  for (const wanted of candidates(identity, chain)) {
    const [section, another] = sections.filter(({ name }) => name === wanted);
    // A section that is written twice is read differently by every SDK.
    if (section === undefined || another !== undefined) continue;
    const stored = storedOf(chain, foundSession(section, undefined));
    if (stored !== undefined) return stored;
  }
  return undefined;
}

/** What is found, by the names of its sections: {@linkcode listSessions} has each name once. */
export function bySection(found: readonly FoundSession[]): ReadonlyMap<string, FoundSession> {
  return new Map(found.map((one) => [one.section, one]));
}

/** As {@linkcode readSession}, in what was read already: for whoever looks for many. */
export function findSession(
  found: ReadonlyMap<string, FoundSession>,
  identity: string,
  chain: string,
): StoredSession | undefined {
  for (const section of candidates(identity, chain)) {
    const stored = storedOf(chain, found.get(section));
    if (stored !== undefined) return stored;
  }
  return undefined;
}

function storedOf(chain: string, found: FoundSession | undefined): StoredSession | undefined {
  if (found?.chain !== chain || found.session === undefined) return undefined;
  return { section: found.section, session: found.session, chain };
}

/**
 * Everything of ours in a directory, in the order of the credentials file.
 *
 * @throws AuthError `file-failed` for a file that cannot be read or is no INI file
 */
export async function listSessions(
  host: AwsFilesReader,
  directory: string,
): Promise<readonly FoundSession[]> {
  const paths = awsFilePaths(host, directory);
  const credentials = await readIni(host, paths.credentials);
  if (credentials.lines.length === 0) return [];
  const config = new Map(sectionsOf(await readIni(host, paths.config)).map((found) => [found.name, found]));
  const sections = sectionsOf(credentials);
  const counts = Map.groupBy(sections, ({ name }) => name);
  return sections.filter(({ name, notes }) => notes.length > 0 && counts.get(name)?.length === 1)
    .map((section) => foundSession(section, config.get(configSection(section.name))));
}

function foundSession(section: IniSection, config: IniSection | undefined): FoundSession {
  const facts = factsOf(section);
  const chain = facts.get("chain") ?? "";
  const issuedAt = parseInstant(facts.get("issued") ?? "");
  const expiresAt = parseInstant(facts.get("expiration") ?? "");
  const accessKeyId = section.values.get("aws_access_key_id");
  const secretAccessKey = section.values.get("aws_secret_access_key");
  const sessionToken = section.values.get("aws_session_token");
  const accountId = section.values.get("aws_account_id");
  const session =
    issuedAt !== undefined && expiresAt !== undefined && accessKeyId && secretAccessKey && sessionToken
      ? {
        type: "aws-session" as const,
        accessKeyId,
        secretAccessKey: new Secret(secretAccessKey),
        sessionToken: new Secret(sessionToken),
        issuedAt,
        expiresAt,
        ...(accountId === undefined ? {} : { accountId }),
        ...principalOf(config, chain),
      }
      : undefined;
  return { section: section.name, chain, issuedAt, expiresAt, session };
}

/** The principal of a config section, when that was written with this very session's chain. */
function principalOf(
  config: IniSection | undefined,
  chain: string,
): Pick<AwsSession, "principalArn"> {
  const facts = config === undefined ? undefined : factsOf(config);
  const principalArn = facts?.get("chain") === chain ? facts.get("principal") : undefined;
  return principalArn === undefined ? {} : { principalArn };
}

/** `key=value` words of our comments. */
export function factsOf({ notes }: IniSection): ReadonlyMap<string, string> {
  const words = notes.join(" ").split(/\s+/).filter((word) => word.includes("="));
  return new Map(words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]));
}

/** A file that is not there is empty. */
export async function readIni(host: AwsFilesReader, path: string): Promise<IniDocument> {
  return parseIni(await host.files.readText(path) ?? "", path);
}
