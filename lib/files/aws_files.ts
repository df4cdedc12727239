/**
 * Writing the AWS files of a provider, as `aws_sessions.ts` reads them. What others wrote into these files is kept.
 *
 * @module
 */
import type { AwsSession } from "../credentials.ts";
import { AuthError } from "../errors.ts";
import type { Host, Lock } from "../host.ts";
import { isInside, joinPath, knownHome } from "../paths.ts";
import { formatInstant } from "../time.ts";
import {
  awsFilePaths,
  candidates,
  configSection,
  factsOf,
  type FoundSession,
  listSessions,
  readIni,
  type StoredSession,
} from "./aws_sessions.ts";
import { type IniDocument, sectionsOf } from "./ini.ts";
import { type IniEdit, printIni, removeSection, setSection } from "./ini_edit.ts";
import { lockPath } from "./lock.ts";

/** What changing the files needs: locks rest in the state directory. */
export type AwsFilesWriter = Pick<Host, "files" | "os" | "env">;

const FILE_MODE = 0o600;
const LOCK_MILLIS = 30_000;

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
  await host.files.removeIfEmpty(directory);
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

async function writeIni(host: AwsFilesWriter, path: string, document: IniDocument): Promise<void> {
  await host.files.writeText(path, printIni(document), FILE_MODE);
}

async function writeOrRemove(host: AwsFilesWriter, path: string, document: IniDocument): Promise<void> {
  const isEmpty = document.lines.every(({ kind }) => kind === "blank");
  await (isEmpty ? host.files.remove(path) : writeIni(host, path, document));
}
