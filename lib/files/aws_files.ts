/**
 * The AWS files of a provider: one section per identity in `credentials` and one in `config`, each under a comment
 * that says whose it is and until when. What others wrote into these files is kept, and what is not known to be ours
 * is never used.
 *
 * @module
 */
import { type AwsSession, Secret } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import type { Host, Lock } from "../host.ts";
import { type EpochMillis, formatInstant, parseInstant } from "../time.ts";
import {
  type IniDocument,
  type IniEdit,
  type IniSection,
  parseIni,
  printIni,
  removeSection,
  sectionsOf,
  setSection,
} from "./ini.ts";
import { lockPath } from "./lock.ts";
import { sectionName } from "./names.ts";
import { isInside, joinPath, knownHome } from "../paths.ts";

/** What reading the files needs. */
export type AwsFilesReader = Pick<Host, "files" | "os">;
/** What changing them needs: locks rest in the state directory. */
export type AwsFilesWriter = Pick<Host, "files" | "os" | "env">;

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

const FILE_MODE = 0o600;
const LOCK_MILLIS = 30_000;

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
function candidates(identity: string, chain: string): readonly [string, string] {
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
  return findSession(bySection(await listSessions(host, directory)), identity, chain);
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
    const one = found.get(section);
    if (one?.chain === chain && one.session !== undefined) return { section, session: one.session, chain };
  }
  return undefined;
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
  return sections.filter(({ name, notes }) =>
    // A section that is written twice is read differently by every SDK.
    notes.length > 0 && counts.get(name)?.length === 1
  ).map((section) => foundSession(section, config.get(configSection(section.name))));
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
  const principalArn = config === undefined ? undefined : principalOf(config, chain);
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
        ...(principalArn === undefined ? {} : { principalArn }),
      }
      : undefined;
  return { section: section.name, chain, issuedAt, expiresAt, session };
}

/** The principal of a config section, when that was written with this very session's chain. */
function principalOf(config: IniSection, chain: string): string | undefined {
  const facts = factsOf(config);
  return facts.get("chain") === chain ? facts.get("principal") : undefined;
}

/** `key=value` words of our comments. */
function factsOf({ notes }: IniSection): ReadonlyMap<string, string> {
  const words = notes.join(" ").split(/\s+/).filter((word) => word.includes("="));
  return new Map(words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]));
}

/**
 * Keeps the session of an identity, credentials first, under the lock of the files.
 *
 * @param chain the digest of its chain: 8 hex digits at least
 * @throws AuthError `file-failed` where a file cannot be read, is no INI file or cannot be written; `lock-timeout`
 */
export async function writeSession(
  host: AwsFilesWriter,
  directory: string,
  identity: string,
  chain: string,
  session: AwsSession,
  options: { readonly region: string },
): Promise<StoredSession> {
  await using _lock = await lockFiles(host, directory);
  const paths = awsFilePaths(host, directory);
  const [credentials, config] = [await readIni(host, paths.credentials), await readIni(host, paths.config)];
  const section = chosenSection(credentials, config, candidates(identity, chain), chain, paths.credentials);
  const profile = configSection(section);
  // Both before the first is written: a value that cannot be held leaves the files as they were.
  const newCredentials = setSection(once(credentials, section), section, credentialsEdit(chain, session));
  const newConfig = setSection(once(config, profile), profile, configEdit(chain, session, options.region));
  await writeIni(host, paths.credentials, newCredentials);
  await writeIni(host, paths.config, newConfig);
  return { section, session, chain };
}

/** Without a section of ours that is written twice. */
function once(document: IniDocument, section: string): IniDocument {
  const count = sectionsOf(document).filter(({ name }) => name === section).length;
  return count > 1 ? removeSection(document, section) : document;
}

function credentialsEdit(chain: string, session: AwsSession): IniEdit {
  const expiration = formatInstant(session.expiresAt);
  // To the millisecond: a login tells by it whether another process has just made what it was asked to make.
  const issued = new Date(session.issuedAt).toISOString().replace(".000Z", "Z");
  return {
    notes: [`expiration=${expiration} issued=${issued} chain=${chain}`],
    values: {
      aws_access_key_id: session.accessKeyId,
      aws_secret_access_key: session.secretAccessKey.reveal(),
      aws_session_token: session.sessionToken.reveal(),
      aws_account_id: session.accountId,
    },
  };
}

function configEdit(chain: string, { principalArn }: AwsSession, region: string): IniEdit {
  const isWord = /^[!-~]+$/.test(principalArn ?? "");
  const principal = isWord ? `principal=${principalArn} ` : "";
  return { notes: [`${principal}chain=${chain}`], values: { region } };
}

/** The identity's own name, unless somebody else has it: another chain, or a section without our comment. */
function chosenSection(
  credentials: IniDocument,
  config: IniDocument,
  wanted: readonly [string, string],
  chain: string,
  path: string,
): string {
  const isFree = (document: IniDocument, name: string) =>
    sectionsOf(document).every((section) => section.name !== name || factsOf(section).get("chain") === chain);
  const free = wanted.find((name) => isFree(credentials, name) && isFree(config, configSection(name)));
  if (free !== undefined) return free;
  throw new AuthError("file-failed", `Cannot write ${path}: its section [${wanted[1]}] is not ours`, {
    hints: [`Rename or remove the sections [${wanted[0]}] and [${wanted[1]}] of that file`],
  });
}

/**
 * Removes sessions of ours from both files; a file without sections is removed, and its directory when empty.
 *
 * @param isWanted which of {@linkcode listSessions} to remove
 * @returns what was removed
 */
export async function removeSessions(
  host: AwsFilesWriter,
  directory: string,
  isWanted: (found: FoundSession) => boolean,
): Promise<readonly FoundSession[]> {
  if (!(await listSessions(host, directory)).some(isWanted)) return [];
  await using _lock = await lockFiles(host, directory);
  const paths = awsFilePaths(host, directory);
  const removed = (await listSessions(host, directory)).filter(isWanted);
  const credentials = removed.map(({ section }) => section)
    .reduce(removeSection, await readIni(host, paths.credentials));
  const left = new Set(sectionsOf(credentials).map(({ name }) => configSection(name)));
  const config = await readIni(host, paths.config);
  const orphans = sectionsOf(config).filter(({ name, notes }) => notes.length > 0 && !left.has(name));
  // The other way round than writing: what is left when we are cut off is still known as ours.
  await writeOrRemove(host, paths.config, orphans.map(({ name }) => name).reduce(removeSection, config));
  await writeOrRemove(host, paths.credentials, credentials);
  if ((await host.files.list(directory))?.length === 0) await host.files.remove(directory);
  return removed;
}

/** Removes the session that {@linkcode writeSession} keeps for this identity and chain; `false` when there was none. */
export async function removeSession(
  host: AwsFilesWriter,
  directory: string,
  identity: string,
  chain: string,
): Promise<boolean> {
  const sections = candidates(identity, chain);
  const removed = await removeSessions(
    host,
    directory,
    (found) => found.chain === chain && sections.includes(found.section),
  );
  return removed.length > 0;
}

async function lockFiles(host: AwsFilesWriter, directory: string): Promise<Lock> {
  refuseAwsOwn(host, directory);
  return await host.files.lock(await lockPath(host, `aws-files ${directory}`), {
    deadlineMillis: LOCK_MILLIS,
  });
}

/** AWS's own directory is the person's: other tools write there without any lock of ours. */
function refuseAwsOwn(host: AwsFilesWriter, directory: string): void {
  const home = knownHome(host);
  const own = home === undefined ? undefined : joinPath(host.os, home, ".aws");
  if (own === undefined || !isInside(host.os, directory, own)) return;
  throw new AuthError("file-failed", `Cannot write AWS files to ${directory}: ${own} is left alone`, {
    hints: ["Choose another directory in spec.files.base_path"],
  });
}

async function readIni(host: AwsFilesReader, path: string): Promise<IniDocument> {
  return parseIni(await host.files.readText(path) ?? "", path);
}

async function writeIni(host: AwsFilesWriter, path: string, document: IniDocument): Promise<void> {
  await host.files.writeText(path, printIni(document), FILE_MODE);
}

async function writeOrRemove(host: AwsFilesWriter, path: string, document: IniDocument): Promise<void> {
  const isEmpty = document.lines.every(({ kind }) => kind === "blank");
  await (isEmpty ? host.files.remove(path) : writeIni(host, path, document));
}
